"""Troubles in memory, and what is told of them through a night."""

from datetime import datetime, timedelta

from shared.domain.delivery import park
from shared.domain.troubles import Cause
from shared.ports.index import Doing, Trouble
from shared.ports.quarantine import QuarantineReason
from shared.ports.reading import Entry
from tests.fakes import START
from tests.nurture_timer.mornings import Mornings, told
from tests.nurture_timer.world import CLAIMED, HOUR, MINUTE, STOPPED, lead
from tests.telling import rules

DAY = timedelta(days=1)


NIGHT = START + 9 * HOUR
"""18:00 on a Monday: no digest comes in between."""


async def until(app: Mornings, end: timedelta, begin: timedelta = timedelta(0)) -> list[str]:
    """Announce every five minutes, and return the titles of troubles with their hours."""
    titles = []
    steps = range(int(begin / (5 * MINUTE)), int(end / (5 * MINUTE)))
    for number in steps:
        at = NIGHT + number * 5 * MINUTE
        for one in await app.announce(at):
            if one.kind == "trouble":
                hours = (at - NIGHT) / HOUR
                titles.append(f"{hours:g} h {one.channel}: {told(one.message).splitlines()[0]}")
    return titles


async def parked(app: Mornings, number: int = 1) -> None:
    lead_id = f"{number:032x}"
    await app.put(lead(lead_id, clock=STOPPED), park(CLAIMED, 1, "400: zoe@", START))
    await app.index.put_parked(lead_id, "crm", START)


def met(cause: Cause, doing: Doing = Doing.DELIVER) -> Trouble:
    return Trouble(destination="crm", doing=doing, reason="401: zoe", at=START, cause=cause)


def entry(number: int, received_at: datetime = START) -> Entry:
    return Entry(
        quarantine_id=f"q{number}",
        received_at=received_at,
        reason=QuarantineReason.INVALID,
        faults=("not JSON",),
        state="held",
        content_type="",
        size=3,
        truncated=False,
        decided_at=None,
        note="",
        body=b"",
        keys=("20261102", f"q{number}"),
        etag="1",
    )


def silent() -> Mornings:
    return Mornings(rules=rules(), silence_after=14 * DAY)
