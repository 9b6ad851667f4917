"""What somebody did for a customer: acts, each a fact with a time. Pure.

An act answers every interest up to it. It is never changed: an undo is a second act that withdraws
the first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from shared.domain.plain_text import plain_line

NEWEST_ACTS = 20
"""How many are kept on the lead; all of them are rows of their own."""

NOTE_CHARACTERS = 200
"""How much of a note the lead keeps; the whole of it is on the act's own row."""

BY_DIGITS = 16

CLOCKS_APART = timedelta(minutes=4)
"""How far somebody's clock may be ahead of ours: what they say is still to come is now then."""


class Outcome(StrEnum):
    """What came of an act."""

    NO_ANSWER = "no_answer"
    IN_CONVERSATION = "in_conversation"
    MEETING = "meeting"
    QUALIFIED = "qualified"
    NOT_QUALIFIED = "not_qualified"
    WON = "won"
    LOST = "lost"


CLOSING = frozenset({Outcome.NOT_QUALIFIED, Outcome.WON, Outcome.LOST})
DECIDING = frozenset({Outcome.QUALIFIED, Outcome.NOT_QUALIFIED})
"""What says whether the lead is qualified, whatever the prerequisites say."""


class Via(StrEnum):
    """How we learned of an act."""

    COMMAND = "command"
    API = "api"
    LINK = "link"
    CRM = "crm"
    EARLIER_VERSION = "earlier_version"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSummary:
    """An act as kept on the lead, its note in short if it says whether the lead is qualified."""

    at: datetime
    by: str = ""
    outcome: Outcome | None = None
    closed: bool = False
    look_on: date | None = None
    withdrawn: bool = False
    note: str = ""

    @property
    def act_id(self) -> str:
        """Return what the same act has however often it is told."""
        return act_id(self.at, self.by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that somebody did for the customer.

    ``said_at`` is when it happened as told, ``seen_at`` when we heard of it; ``look_on`` the day on
    which to look again. ``withdraws`` is the id of the act that this one undoes. ``newest_only``
    says that a CRM tells of the newest act alone: there may be others before it.

    ``owner`` and ``team`` are those of the lead when the act was recorded. ``open_since`` is since
    when the customer had waited for it, None if they had not; ``working_seconds`` is how long that
    was by the team's calendar of then, None without one. None of it is ever changed (K2). ``newer``
    is what its row has that only a newer version of the app knows, to be written along.
    """

    said_at: datetime
    seen_at: datetime
    by: str = ""
    via: Via = Via.COMMAND
    destination: str = ""
    outcome: Outcome | None = None
    note: str = ""
    closed: bool = False
    look_on: date | None = None
    withdraws: str = ""
    newest_only: bool = False
    owner: str = ""
    team: str = ""
    open_since: datetime | None = None
    working_seconds: int | None = None
    newer: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def at(self) -> datetime:
        """Return when it happened: nobody acts in the future."""
        return min(self.said_at, self.seen_at)

    @property
    def act_id(self) -> str:
        """Return what the same act has however often it is told."""
        return act_id(self.at, self.by)

    @property
    def closes(self) -> bool:
        """Tell whether nobody needs to look at the lead again."""
        return self.closed or self.outcome in CLOSING

    @property
    def summary(self) -> ActSummary:
        """Return what the lead keeps of it."""
        return ActSummary(
            at=self.at,
            by=self.by,
            outcome=self.outcome,
            closed=self.closes,
            look_on=self.look_on,
            note=plain_line(self.note, NOTE_CHARACTERS) if self.outcome in DECIDING else "",
        )


def act_id(at: datetime, by: str) -> str:
    """Return the id of an act: its time in UTC, and a digest of who acted."""
    digest = sha256(by.encode()).hexdigest()[:BY_DIGITS]
    return f"{at:%Y%m%dT%H%M%S%fZ}|{digest}"


def in_order(acts: Iterable[ActSummary]) -> list[ActSummary]:
    """Return acts in the order in which they happened."""
    return sorted(acts, key=lambda act: (act.at, act.by))


def with_act(acts: Iterable[ActSummary], act: Act) -> tuple[ActSummary, ...]:
    """Return the acts of a lead with one more, or with the one that it withdraws marked.

    Of those that are too many, the newest stays that says whether the lead is qualified.
    """
    known = {one.act_id: one for one in acts}
    if act.withdraws:
        if found := known.get(act.withdraws):
            known[act.withdraws] = replace(found, withdrawn=True)
    else:
        known.setdefault(act.summary.act_id, act.summary)
    ordered = in_order(known.values())
    older = ordered[:-NEWEST_ACTS]
    decided = [one for one in older if one.outcome in DECIDING and not one.withdrawn]
    return (*decided[-1:], *ordered[-NEWEST_ACTS:])


def is_left_out(act: Act, acts: Iterable[ActSummary]) -> bool:
    """Tell whether a lead with these acts keeps no more of one than its row: they are newer."""
    return not act.withdraws and act.act_id not in {one.act_id for one in with_act(acts, act)}


def last_act(acts: Iterable[ActSummary]) -> ActSummary | None:
    """Return the newest act that counts."""
    counting = [act for act in acts if not act.withdrawn]
    return in_order(counting)[-1] if counting else None


def look_again_on(acts: Iterable[ActSummary], last_interest_at: datetime | None) -> date | None:
    """Return the day on which to look again."""
    naming = naming_act(acts, last_interest_at)
    return naming.look_on if naming else None


def naming_act(acts: Iterable[ActSummary], last_interest_at: datetime | None) -> ActSummary | None:
    """Return the newest act that names a day since the last interest and the last closing act."""
    naming = None
    for act in in_order(act for act in acts if not act.withdrawn):
        if last_interest_at is not None and act.at < last_interest_at:
            continue
        naming = None if act.closed else act if act.look_on else naming
    return naming
