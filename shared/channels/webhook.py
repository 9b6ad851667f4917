"""Posts to the address of a channel, which is a secret: nothing of it is told but the server.

What an answer means is the same for all channels: a server that has too much to do, or fails, may
take the message later; whatever else is not a success is a refusal, which a person must look at.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

import httpx
from pydantic_core import PydanticCustomError

from shared.channels.pace import Pace
from shared.destinations.http.addresses import checked_address
from shared.destinations.http.answers import TRY_LATER, Request, retry_after
from shared.destinations.http.client import HttpClient
from shared.domain.errors import (
    ChannelError,
    ChannelRefusedError,
    ChannelSettingsError,
    ChannelUnavailableError,
    CrmError,
)

DEADLINE_SECONDS = 30
TIMEOUT = httpx.Timeout(25, connect=5)
LONGEST_ANSWER = 64 * 1024
ANY_STATUS = frozenset(range(100, 1000))
JSON = {"Content-Type": "application/json; charset=utf-8"}


class Webhook:
    """One address that takes messages; the connection is opened at the first one and kept."""

    def __init__(
        self, url: str, pace: Pace | None = None, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        """Take an address without a fault, see ``address_fault``, and how fast it may be used."""
        address = httpx.URL(url)
        self._target = address.raw_path.decode("ascii")
        origin = str(address.copy_with(raw_path=b"/", fragment=None))
        self._http = HttpClient(origin, timeout=TIMEOUT, longest_answer=LONGEST_ANSWER)
        self._pace = pace or Pace(0)
        self._deadline_seconds = deadline_seconds

    async def post(self, body: bytes, headers: Mapping[str, str] = JSON) -> httpx.Response:
        """Post a body when it is its turn, and return whatever is answered.

        Raises ``ChannelUnavailableError`` if nothing is answered in time.
        """
        request = Request(
            method="POST", path=self._target, writes=True, content=body, headers=headers
        )
        try:
            async with asyncio.timeout(self._deadline_seconds):
                await self._pace.turn()
                response = await self._http.call(request, accept=ANY_STATUS)
        except TimeoutError:
            within = f"no answer within {self._deadline_seconds:.0f} s"
            raise ChannelUnavailableError(f"{self._http.where} gave {within}") from None
        except CrmError as error:
            raise ChannelUnavailableError(str(error)) from None
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self._pace.hold(retry_after(response))
        return response

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()


class WebhookChannel:
    """What all channels share: one address with its faults, and the connection to it."""

    def __init__(
        self, url: str, pace: Pace, *, faults: Sequence[str], doubts: Sequence[str] = ()
    ) -> None:
        """Take an address, how fast to use it, what is wrong with it, and what may be."""
        self._faults = faults
        self._doubts = doubts
        self._webhook = None if faults else Webhook(url, pace)

    @property
    def webhook(self) -> Webhook:
        """Return where to post to; raise ``ChannelSettingsError`` if something is wrong."""
        if self._webhook is None:
            raise ChannelSettingsError("; ".join(self._faults))
        return self._webhook

    def lacks(self) -> Sequence[str]:
        """Return what is wrong with the settings, or may be."""
        return [*self._faults, *self._doubts]

    async def close(self) -> None:
        """Close the connection."""
        if self._webhook:
            await self._webhook.close()


def failure(response: httpx.Response, words: str = "") -> ChannelError:
    """Return what an answer means that is no success, by its status; of its body only ``words``."""
    status = response.status_code
    phrase = HTTPStatus(status).phrase if status in HTTPStatus else ""
    told = f"{status} {phrase}: {words}".rstrip(": ")
    if response.is_redirect:
        return ChannelUnavailableError(f"{status}: redirected elsewhere, check the address")
    if response.is_client_error and status not in TRY_LATER:
        return ChannelRefusedError(told)
    return ChannelUnavailableError(told, retry_after=retry_after(response))


def address_fault(setting: str, url: str, check: Callable[[str], str] = checked_address) -> str:
    """Return what is wrong with the address in a setting, "" if nothing; never the address."""
    if not url:
        return f"{setting}: is not set; should be the address that messages are posted to"
    try:
        check(url)
    except PydanticCustomError as error:
        return f"{setting}: {error.message()}"
    return ""
