"""Show a lead, and record an act on it, for programs."""

import re
from datetime import UTC, date, datetime
from functools import partial

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from act_on_lead.acting import ActPorts, change, found, found_now
from shared.committing import acts_of, rows_of
from shared.domain.acts import CLOCKS_APART, Act, Outcome, Via
from shared.domain.planning import plan_for
from shared.operations.actions import record_act
from shared.operations.errors import NotFoundError, UsageError
from shared.operations.lead_views import LeadView
from shared.operations.said import (
    LONGEST_NAME,
    LONGEST_NOTE,
    day_to_look_again,
    said_name,
    said_note,
)

LARGEST_BODY = 32 * 1024
LEAD_ID = re.compile(r"[0-9a-f]{32}")
EARLIEST, LATEST = 2000, 9000
"""Years of an act; beyond them a time is a slip, and may not be one in UTC."""


class FollowUpBody(BaseModel):
    """What somebody did for the customer; all may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    outcome: Outcome | None = Field(
        None, description="What came of it; not_qualified, won and lost close the lead"
    )
    by: str = Field("", max_length=LONGEST_NAME, description="Who acted")
    at: AwareDatetime | None = Field(
        None, description="When, with an offset from UTC; now, if it is left out"
    )
    note: str = Field("", max_length=LONGEST_NOTE, description="What was done, in your words")
    look_on: date | None = Field(
        None,
        description="The day on which to look again, today or within 180 days, in the team's zone",
    )


async def show(lead_id: str, ports: ActPorts) -> LeadView:
    """Return a lead; raise ``NotFoundError``."""
    stored = await found(_lead_id(lead_id), ports)
    return LeadView.of(stored, await ports.in_use())


async def follow_up(lead_id: str, body: bytes, ports: ActPorts) -> LeadView:
    """Record an act, and return the lead after it; the same one, by time and person, is one (F2).

    One on a merged lead is one on the lead that it is part of, which is returned.

    Raises ``NotFoundError``, ``RefusedError`` if nobody has to follow up, or ``UsageError``.
    """
    now = ports.clock()
    act = _act(body, now)
    stored = await found_now(_lead_id(lead_id), ports)
    rules = await ports.rules()
    if act.look_on:
        day_to_look_again(act.look_on, plan_for(rules, stored.lead).today(now))
    rows = await rows_of(ports.leads, stored.lead)
    known = await acts_of(ports.leads, stored.lead, [act])
    decide = partial(record_act, rows=rows, act=act, rules=rules, known=known)
    after = await change(stored, decide, ports)
    return LeadView.of(after, await ports.in_use())


def _act(body: bytes, now: datetime) -> Act:
    said = _body(body)
    at = said.at or now
    if not EARLIEST <= at.year <= LATEST:
        raise UsageError(f"at: the year {at.year} should be the one in which somebody acted")
    if at > now + CLOCKS_APART:
        raise UsageError(f"at: {at.isoformat()} is still to come: a follow-up has happened")
    return Act(
        said_at=at.astimezone(UTC),
        seen_at=now,
        by=said_name(said.by),
        via=Via.API,
        outcome=said.outcome,
        note=said_note(said.note),
        look_on=said.look_on,
    )


def _body(body: bytes) -> FollowUpBody:
    if len(body) > LARGEST_BODY:
        raise UsageError(f"the body has {len(body):,} bytes, {LARGEST_BODY:,} are the most")
    try:
        return FollowUpBody.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise InvalidBodyError([_fault(one["loc"], one["msg"]) for one in error.errors()]) from None


def _fault(where: tuple[int | str, ...], told: str) -> str:
    name = ".".join(map(str, where))
    return f"{name}: {told}" if name else told


class InvalidBodyError(UsageError):
    """A body that is not as the description says; the sender must correct it."""

    def __init__(self, faults: list[str]) -> None:
        """Take one sentence per fault, without what was sent."""
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def _lead_id(given: str) -> str:
    """Return the id of a lead; one that can't be any is told without being asked for."""
    lead_id = given.lower()
    if not LEAD_ID.fullmatch(lead_id):
        raise NotFoundError("there is no such lead: a lead id has 32 hex digits")
    return lead_id
