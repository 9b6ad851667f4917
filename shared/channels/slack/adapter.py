"""The channel Slack: an incoming webhook, which posts to the channel that it was made for."""

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from shared.channels.building import Given
from shared.channels.fitting import fitted
from shared.channels.pace import Pace
from shared.channels.slack.blocks import MOST_BLOCKS, body_of
from shared.channels.webhook import Webhook, address_fault, failure
from shared.domain.errors import ChannelSettingsError, ChannelUnavailableError
from shared.ports.channels import Message, Recipient

LARGEST_BODY = 13_000
"""Characters, of the JSON as a whole: Slack refuses about as many of text alone."""

HOSTS = {"hooks.slack.com", "hooks.slack-gov.com"}
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
INCOMING = "/services/"

ERRORS: Mapping[str, str] = {
    "action_prohibited": "an administrator does not allow the webhook to post",
    "channel_is_archived": "the channel is archived",
    "channel_not_found": "the channel does not exist any more",
    "invalid_blocks": "it does not take these blocks",
    "invalid_payload": "it does not understand the message",
    "invalid_token": "the address is not whole, or the app was removed",
    "no_service": "the webhook was removed or switched off",
    "no_team": "the workspace does not exist any more",
    "no_text": "it does not understand the message",
    "rate_limited": "",
    "rollup_error": "",
    "team_disabled": "the workspace is switched off",
}
"""Slack's words for what is wrong, and what they say to a person."""


class SlackChannel:
    """The port ``Channel`` on one webhook."""

    kind = "slack"

    def __init__(self, setting: str, url: str, pace: Pace, unresolved: Sequence[str] = ()) -> None:
        """Take the setting with the webhook's address, the address, and how fast to go."""
        self._faults = [*unresolved] or faults(setting, url)
        self._webhook = None if self._faults else Webhook(url, pace)

    async def send(self, message: Message, to: Recipient) -> None:
        """Post blocks that mention the recipient."""
        if self._webhook is None:
            raise ChannelSettingsError("; ".join(self._faults))
        response = await self._webhook.post(rendered(message, to))
        if response.is_success and response.text.strip() == "ok":
            return
        if response.is_success:
            raise ChannelUnavailableError(f"{response.status_code}, but not with Slack's “ok”")
        raise failure(response, _words(response))

    def lacks(self) -> Sequence[str]:
        """Return what is wrong with the address."""
        return self._faults

    async def close(self) -> None:
        """Close the connection."""
        if self._webhook:
            await self._webhook.close()


def create(given: Given) -> SlackChannel:
    """Build the channel."""
    setting = given.ref.setting
    return SlackChannel(setting, given.value(setting), Pace(), given.unresolved(setting))


def faults(setting: str, url: str) -> list[str]:
    """Return what keeps messages from being posted to an address."""
    wrong = address_fault(setting, url)
    if wrong:
        return [wrong]
    parts = urlsplit(url)
    if parts.hostname not in HOSTS | LOOPBACK:
        return [f"{setting}: is at {parts.hostname!r}, which is not Slack's server for webhooks"]
    if not parts.path.startswith(INCOMING):
        return [f"{setting}: is not that of an incoming webhook, which begins with {INCOMING}"]
    return []


def rendered(message: Message, to: Recipient) -> bytes:
    """Return the JSON of a message, cut to what Slack takes."""

    def fits(each: Message) -> bool:
        body = body_of(each, to)
        in_all = len(json.dumps(body, ensure_ascii=False))
        return len(body["blocks"]) <= MOST_BLOCKS and in_all <= LARGEST_BODY

    return json.dumps(body_of(fitted(message, fits), to), ensure_ascii=False).encode()


def _words(response: httpx.Response) -> str:
    word = response.text.strip()
    meant = ERRORS.get(word)
    return "" if meant is None else f"{word} ({meant})" if meant else word
