"""The channel e-mail: Azure Communication Services, let in by the app's identity.

A request says the same however often it is sent, so that the service recognises one whose answer
was lost; it remembers requests for five minutes. It answers that it has taken a mail, never that
the mail arrived. See https://learn.microsoft.com/rest/api/communication/email/email/send
"""

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

import httpx

from shared.channels.building import Given
from shared.channels.email.address import SENDER, faults
from shared.channels.email.identity import FetchToken, fetch_token
from shared.channels.email.mail import mail
from shared.channels.fitting import fitted
from shared.channels.pace import Pace
from shared.channels.webhook import DEADLINE_SECONDS, JSON, Webhook, WebhookChannel, failure
from shared.destinations.http.tokens import Token, Tokens
from shared.domain.errors import ChannelSettingsError, ChannelUnavailableError
from shared.ports.channels import Message, Recipient

PATH = "/emails:send?api-version=2025-09-01"
LARGEST_BODY = 256 * 1024
"""Bytes; the service takes 10 MB, which nobody reads."""

GAP_SECONDS = 2.0
"""A domain of one's own may send 30 mails a minute, and 100 an hour."""

REMEMBERED = timedelta(minutes=5)
MOST_REMEMBERED = 200
NAMESPACE = uuid.UUID("0e1b6a52-6f0f-4d6c-9a39-0f6a3c1c4f5e")

CODES = {
    "Denied": "give the app's identity the role for the resource",
    "DomainNotLinked": "link the domain of EMAIL_SENDER to the resource",
    "InvalidArgument": "the service does not accept an address",
    "InvalidSenderUserName": "add the part of EMAIL_SENDER before the @ to the domain",
    "TooManyRequests": "",
    "Unauthorized": "give the app's identity the role for the resource",
}
"""Error codes of the service, and what they say to a person."""


class EmailChannel(WebhookChannel):
    """The port ``Channel`` on a resource of Azure Communication Services.

    ``address`` is where a team's mails go; a member has an address of their own.
    """

    kind = "email"

    def __init__(
        self,
        endpoint: str,
        *,
        sender: str,
        address: str,
        faults: Sequence[str] = (),
        fetch: FetchToken = fetch_token,
        pace: Pace | None = None,
    ) -> None:
        """Take the resource, the sender, a team's address, and how a token is had."""
        url = endpoint.rstrip("/") + PATH
        super().__init__(url, pace or Pace(GAP_SECONDS), faults=faults)
        self._sender = sender
        self._address = address
        self._tokens = Tokens(fetch)
        self._first_sent: dict[str, datetime] = {}

    async def send(self, message: Message, to: Recipient) -> None:
        """Send a mail to the recipient, or to the team's address if they have none."""
        webhook = self.webhook
        to = replace(to, email=to.email or self._address)
        if not to.email:
            raise ChannelSettingsError(f"{to.name or 'the recipient'} has no e-mail address")
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                body = rendered(message, to, self._sender)
                response = await self._posted(webhook, body, self._headers(message, to))
        except TimeoutError:
            raise ChannelUnavailableError(f"not sent within {DEADLINE_SECONDS} s") from None
        if not response.is_success:
            raise failure(response, _words(response))
        if response.status_code != HTTPStatus.ACCEPTED:
            raise ChannelUnavailableError(f"{response.status_code}, but the mail is not accepted")

    async def _posted(
        self, webhook: Webhook, body: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Return the answer to a mail; a token that is refused is had anew, once."""
        token = await self._tokens.get()
        response = await webhook.post(body, {**headers, **_bearer(token)})
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            return response
        token = await self._tokens.get(instead_of=token)
        return await webhook.post(body, {**headers, **_bearer(token)})

    def _headers(self, message: Message, to: Recipient) -> dict[str, str]:
        """Return what makes a request the same as one before it, and no other."""
        request = str(uuid.uuid5(NAMESPACE, f"{message.id}\n{to.email}"))
        now = datetime.now(UTC)
        first = self._first_sent.get(request, now)
        if now - first >= REMEMBERED:
            first = now
        self._first_sent[request] = first
        while len(self._first_sent) > MOST_REMEMBERED:
            self._first_sent.pop(next(iter(self._first_sent)))
        return {
            **JSON,
            "Operation-Id": request,
            "Repeatability-Request-Id": request,
            "Repeatability-First-Sent": format_datetime(first, usegmt=True),
        }


def create(given: Given) -> EmailChannel:
    """Build the channel."""
    setting = given.ref.setting
    endpoint, sender = given.value(setting), given.value(SENDER)
    local = endpoint.startswith("http://")
    return EmailChannel(
        endpoint,
        sender=sender,
        address=given.ref.to,
        faults=given.unresolved(setting, SENDER) or faults(setting, endpoint, sender),
        fetch=_local_token if local else fetch_token,
    )


async def _local_token() -> Token:
    """Return a token for a fake on this machine: one that is worth something goes over TLS only."""
    return Token("local", datetime.max.replace(tzinfo=UTC))


def rendered(message: Message, to: Recipient, sender: str) -> bytes:
    """Return the JSON of a mail, cut to a length that somebody reads."""

    def as_json(each: Message) -> bytes:
        return json.dumps(mail(each, to, sender), ensure_ascii=False).encode()

    return as_json(fitted(message, lambda each: len(as_json(each)) <= LARGEST_BODY))


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _words(response: httpx.Response) -> str:
    code = response.headers.get("x-ms-error-code", "")
    meant = CODES.get(code)
    return "" if meant is None else f"{code} ({meant})" if meant else code
