"""The channel Microsoft Teams: cards to a flow of Power Automate (Workflows), which posts them.

The flow answers that it has taken a card, never that it is posted: its run can fail afterwards.
"""

import json

import httpx

from shared.channels.building import Given
from shared.channels.fitting import fitted
from shared.channels.pace import Pace
from shared.channels.teams.address import doubts, faults, mended
from shared.channels.teams.card import body_of
from shared.channels.webhook import WebhookChannel, failure
from shared.destinations.http.answers import json_of
from shared.destinations.http.web_page import is_web_page
from shared.domain.errors import ChannelUnavailableError
from shared.ports.channels import Message, Recipient

LARGEST_BODY = 18 * 1024
"""Bytes: Teams documents 28 KB as it counts, a request of 24,453 was seen to fail in its run."""

CODES = {
    "DirectApiAuthorizationRequired": "the address is not whole, or the flow is not for anyone",
    "WorkflowTriggerIsNotEnabled": "the flow is switched off",
    "WorkflowNotFound": "the flow was deleted",
    "TriggerInputSchemaMismatch": "the flow is not made from the template for webhook alerts",
}
"""Error codes of Power Automate, and what they say to a person."""


class TeamsChannel(WebhookChannel):
    """The port ``Channel`` on one flow."""

    kind = "teams"

    async def send(self, message: Message, to: Recipient) -> None:
        """Post a card that mentions the recipient."""
        response = await self.webhook.post(rendered(message, to))
        if is_web_page(response.content):
            raise ChannelUnavailableError(f"{response.status_code}, but with a web page")
        if not response.is_success:
            raise failure(response, _words(response))


def create(given: Given, pace: Pace | None = None) -> TeamsChannel:
    """Build the channel."""
    setting = given.ref.setting
    url = mended(given.value(setting))
    wrong = given.unresolved(setting) or faults(setting, url)
    doubtful = [] if wrong else doubts(setting, url)
    return TeamsChannel(url, pace or Pace(), faults=wrong, doubts=doubtful)


def rendered(message: Message, to: Recipient) -> bytes:
    """Return the JSON of a message, cut to what a flow posts."""

    def as_json(each: Message) -> bytes:
        return json.dumps(body_of(each, to), ensure_ascii=False).encode()

    return as_json(fitted(message, lambda each: len(as_json(each)) <= LARGEST_BODY))


def _words(response: httpx.Response) -> str:
    found = json_of(response)
    error = found.get("error") if isinstance(found, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return f"{code} ({CODES[code]})" if isinstance(code, str) and code in CODES else ""
