"""The channel Slack: an incoming webhook, which posts to the channel that it was made for."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from shared.channels.building import Given
from shared.channels.fitting import fitted
from shared.channels.pace import Pace
from shared.channels.slack.blocks import MOST_BLOCKS, body_of
from shared.channels.webhook import WebhookChannel, address_fault, failure
from shared.domain.errors import ChannelUnavailableError
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


class SlackChannel(WebhookChannel):
    """The port ``Channel`` on one webhook."""

    kind = "slack"

    async def send(self, message: Message, to: Recipient) -> None:
        """Post blocks that mention the recipient."""
        response = await self.webhook.post(rendered(message, to))
        if not response.is_success:
            raise failure(response, _words(response))
        if response.text.strip() != "ok":
            raise ChannelUnavailableError(f"{response.status_code}, but not with Slack's “ok”")


def create(given: Given, pace: Pace | None = None) -> SlackChannel:
    """Build the channel."""
    setting = given.ref.setting
    url = given.value(setting)
    wrong = given.unresolved(setting) or faults(setting, url)
    return SlackChannel(url, pace or Pace(), faults=wrong)


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
