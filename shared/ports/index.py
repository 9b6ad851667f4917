"""When the sweep looks at which lead, and by what leads are listed: table ``LeadIndex``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from shared.domain.troubles import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """When the sweep must look at a lead; ``written_at`` and ``etag`` are storage's own."""

    due_at: datetime
    lead_id: str
    written_at: datetime
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What one sweep did: leads that ``failed`` stay due, ``faults`` are the app's own."""

    looked_at: int = 0
    flagged: int = 0
    followed_up: int = 0
    requeued: int = 0
    parked: int = 0
    from_outbox: int = 0
    cleared: int = 0
    failed: int = 0
    faults: int = 0


class StateKind(StrEnum):
    """What leads are listed by beside time."""

    CHECKIN = "checkin"
    OVERDUE = "overdue"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """A row that lists a lead as overdue, or a delivery of it as parked, since a time.

    It may be out of date: the lead is not. ``key`` is its place among all such rows. Rows of kind
    ``CHECKIN`` list leads with a step or a notice to come; they have no time.
    """

    key: str
    kind: StateKind
    since: datetime | None
    lead_id: str
    destination: str
    written_at: datetime
    etag: str


class TidiedTo(NamedTuple):
    """The keys of the last rows that the sweep tidied, "" to begin anew."""

    states: str = ""
    checkins: str = ""


class Doing(StrEnum):
    """What we were doing at a destination."""

    DELIVER = "deliver"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """That a destination refuses us, takes nothing for an hour, or can't be asked.

    ``reason`` is in the destination's words, or names the settings that are wrong; ``at`` is when
    it was last met.
    """

    destination: str
    doing: Doing
    reason: str
    at: datetime
    cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDestinations:
    """The destinations that the app's settings name as of its last sweep, and retired ones."""

    in_use: frozenset[str]
    retired: frozenset[str]


class LeadIndex(Protocol):
    """Table ``LeadIndex``: when the sweep looks at which lead. Written before the lead row."""

    async def put_new(
        self, lead_id: str, *, due_at: datetime, created_at: datetime, test: bool
    ) -> None:
        """Write the rows of a new lead: due, recent, and test if it is one."""

    async def delete_new(self, lead_id: str, created_at: datetime) -> None:
        """Delete the rows by which a new lead is listed: it was created at another time.

        Whoever was the first to create it has rows of their own. The due row is the sweep's.
        """

    async def put_due(self, lead_id: str, due_at: datetime) -> None:
        """Write when the sweep must look at a lead that is known."""

    async def put_parked(self, lead_id: str, destination: str, parked_at: datetime) -> None:
        """Write the row by which parked deliveries are listed."""

    async def put_overdue(self, lead_id: str, flagged_at: datetime) -> None:
        """Write the row by which overdue leads are listed."""

    async def put_checkin(self, lead_id: str) -> None:
        """Write the row by which leads with a step or a notice to come are found again."""

    async def due(self, until: datetime, *, limit: int) -> Sequence[DueRow]:
        """Return due rows up to a time, earliest first."""

    async def delete(self, row: DueRow) -> None:
        """Delete a due row if it is still as it was listed. Only the sweep does."""

    async def state_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        """Return the rows that list overdue and parked leads, those with keys after ``after``."""

    async def checkin_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        """Return the rows that list leads with something to come, those with keys after ``after``.

        They are apart: an older version of the app can't read them.
        """

    async def parked_rows(self, *, limit: int) -> Sequence[StateRow]:
        """Return the rows that list parked deliveries, newest first."""

    async def delete_state(self, row: StateRow) -> None:
        """Delete such a row if it is still as it was listed. Only the sweep does."""

    async def put_trouble(self, trouble: Trouble) -> None:
        """Write a trouble, one row per destination and doing."""

    async def troubles(self) -> Sequence[Trouble]:
        """Return the troubles that there are."""

    async def delete_trouble(self, destination: str, doing: Doing) -> None:
        """Delete a trouble that is over, if it is there."""

    async def put_heartbeat(self, at: datetime, swept: Swept, tidied_to: TidiedTo) -> None:
        """Write when the last sweep was and what it did: timers have been seen to stop."""

    async def put_announcing_faults(self, faults: int) -> None:
        """Write beside the heartbeat how many faults the end of a sweep had; no sweep resets it."""

    async def tidied_to(self) -> TidiedTo:
        """Return where the last sweep got to."""

    async def put_known_destinations(self, known: KnownDestinations) -> None:
        """Write which destinations the sweep knows of."""

    async def known_destinations(self) -> KnownDestinations | None:
        """Return which destinations the sweep knows of, None if it has not said yet."""
