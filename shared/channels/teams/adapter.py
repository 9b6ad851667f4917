"""The channel Microsoft Teams: cards to a flow of Power Automate (Workflows), which posts them.

The flow answers that it has taken a card, never that it is posted: its run can fail afterwards.
"""

import json
from collections.abc import Sequence

import httpx

from shared.channels.building import Given
from shared.channels.fitting import fitted
from shared.channels.pace import Pace
from shared.channels.teams.address import doubts, faults, mended
from shared.channels.teams.card import body_of
from shared.channels.webhook import Webhook, failure
from shared.destinations.http.answers import json_of
from shared.destinations.http.web_page import is_web_page
from shared.domain.errors import ChannelSettingsError, ChannelUnavailableError
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


class TeamsChannel:
    """The port ``Channel`` on one flow."""

    kind = "teams"

    def __init__(self, setting: str, url: str, pace: Pace, unresolved: Sequence[str] = ()) -> None:
        """Take the setting with the flow's address, the address, and how fast to go."""
        address = mended(url)
        self._faults = [*unresolved] or faults(setting, address)
        self._doubts = [] if self._faults else doubts(setting, address)
        self._webhook = None if self._faults else Webhook(address, pace)

    async def send(self, message: Message, to: Recipient) -> None:
        """Post a card that mentions the recipient."""
        if self._webhook is None:
            raise ChannelSettingsError("; ".join(self._faults))
        response = await self._webhook.post(rendered(message, to))
        if is_web_page(response.content):
            raise ChannelUnavailableError(f"{response.status_code}, but with a web page")
        if not response.is_success:
            raise failure(response, _words(response))

    def lacks(self) -> Sequence[str]:
        """Return what is wrong with the address, or may be."""
        return [*self._faults, *self._doubts]

    async def close(self) -> None:
        """Close the connection."""
        if self._webhook:
            await self._webhook.close()


def create(given: Given) -> TeamsChannel:
    """Build the channel."""
    setting = given.ref.setting
    return TeamsChannel(setting, given.value(setting), Pace(), given.unresolved(setting))


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
