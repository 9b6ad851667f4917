"""The channel "any HTTPS endpoint": a program of one's own, by Standard Webhooks.

``webhook-id`` is the same however often a notice is sent: a receiver that has seen it does nothing.
"""

from collections.abc import Sequence

from shared.channels.building import Given
from shared.channels.fitting import fitted
from shared.channels.https_endpoint.notice_json import notice_json
from shared.channels.pace import Pace
from shared.channels.webhook import JSON, WebhookChannel, address_fault, failure
from shared.destinations.http.signing import Signer, checked_secrets
from shared.destinations.http.web_page import is_web_page
from shared.domain.errors import ChannelUnavailableError
from shared.ports.channels import Message, Recipient

LARGEST_BODY = 64 * 1024


class HttpsEndpointChannel(WebhookChannel):
    """The port ``Channel`` on one address; it has no pace that anybody documents."""

    kind = "https_endpoint"

    def __init__(self, url: str, secrets: str, faults: Sequence[str]) -> None:
        """Take an address and the secrets that posts are signed with, and what is wrong."""
        super().__init__(url, Pace(0), faults=faults)
        self._signer = Signer("" if faults else secrets)

    async def send(self, message: Message, to: Recipient) -> None:
        """Post the notice, signed."""
        body = rendered(message, to)
        headers = {**JSON, **self._signer.headers(message.id, body)}
        response = await self.webhook.post(body, headers)
        if is_web_page(response.content):
            raise ChannelUnavailableError(f"{response.status_code}, but with a web page")
        if not response.is_success:
            raise failure(response)


def create(given: Given) -> HttpsEndpointChannel:
    """Build the channel."""
    address = given.ref.setting
    secret = secret_setting(address)
    url, secrets = given.value(address), given.value(secret)
    unresolved = given.unresolved(address, secret)
    wrong = unresolved or [*_of_address(address, url), *_of_secret(secret, secrets)]
    return HttpsEndpointChannel(url, secrets, wrong)


def secret_setting(setting: str) -> str:
    """Return the setting with the secret, beside the one with the address: HOOK_SECRET, HOOK_URL.

    It may be unset: then nothing is signed.
    """
    return f"{setting.removesuffix('_URL')}_SECRET"


def rendered(message: Message, to: Recipient) -> bytes:
    """Return the JSON of a notice, cut to a length that any receiver takes."""

    def as_json(each: Message) -> bytes:
        return notice_json(each, to).model_dump_json(by_alias=True).encode()

    return as_json(fitted(message, lambda each: len(as_json(each)) <= LARGEST_BODY))


def _of_address(setting: str, url: str) -> list[str]:
    fault = address_fault(setting, url)
    return [fault] if fault else []


def _of_secret(setting: str, secrets: str) -> list[str]:
    try:
        checked_secrets(secrets)
    except ValueError as error:
        return [f"{setting}: {error}"]
    return []
