"""What people do to a lead: follow up, take it, have it given to somebody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.committing import LeadWriter
from shared.domain.envelope import Deliver
from shared.domain.holding import HOLD, hold_until
from shared.domain.notices import Role
from shared.domain.planning import plan_for, team_of
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.following import followed
from shared.operations.errors import NotFoundError, RefusedError
from shared.owning import handed_over
from shared.ports.leads import LeadChange, LeadStore, StoredLead
from shared.ports.owners import Owned, Owners
from shared.ports.queue import PushQueue

type Decide = Callable[[StoredLead], LeadChange | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPorts:
    """What acting needs from the world.

    ``secret`` is what links are signed with, b"" while there is none.
    """

    leads: LeadStore
    writer: LeadWriter
    queue: PushQueue
    owners: Owners
    rules: Callable[[], Awaitable[Rules]]
    secret: Callable[[], Awaitable[bytes]]
    in_use: Callable[[], Awaitable[InUse]]
    clock: Callable[[], datetime]


async def found(lead_id: str, ports: ActPorts) -> StoredLead:
    """Return a lead; raise ``NotFoundError``."""
    stored = await ports.leads.read(lead_id)
    if stored is None:
        raise _gone(lead_id)
    return stored


async def found_now(lead_id: str, ports: ActPorts) -> StoredLead:
    """Return a lead, or the one that it has become part of (A6); raise ``NotFoundError``."""
    end_id, stored = await followed(ports.leads, await found(lead_id, ports))
    if stored is None:
        raise _gone(end_id)
    return stored


async def change(stored: StoredLead, decide: Decide, ports: ActPorts) -> StoredLead:
    """Write what ``decide`` makes of the lead as it is now; return the lead after it."""
    after = await ports.writer.change(stored, decide)
    if after is None:
        raise _gone(stored.lead.lead_id)
    return after


async def reassign(
    stored: StoredLead, by: str, is_asked: Callable[[StoredLead], None], ports: ActPorts
) -> None:
    """Give a lead that awaits an answer to somebody else, who is told.

    ``is_asked`` raises what it likes if the lead is not any more as it was when somebody asked.
    Raises ``RefusedError`` if there is nobody else.
    """
    is_asked(stored)
    rules = await ports.rules()
    owned = await _somebody_else(stored, rules, ports.owners)
    now = ports.clock()

    def decide(before: StoredLead) -> LeadChange:
        is_asked(before)
        return reassigned(before, owned, by, rules, now)

    after = await change(stored, decide, ports)
    await ports.queue.send(Deliver(lead_id=after.lead.lead_id, attempt=1).to_text())


def reassigned(
    before: StoredLead, owned: Owned, by: str, rules: Rules, now: datetime
) -> LeadChange:
    """Return the change that gives a lead to somebody else because a person asked for it (F3).

    The next step waits from when the new owner can know; that counts as nobody's *I have it*.
    """
    asked = replace(owned, why=f"{owned.why}; {by} asked for it")
    given = handed_over(LeadChange(before=before, lead=before.lead, at=now), asked, rules)
    notice = given.notices.get(Role.OWNER)
    told_at = max(now, notice.send_from) if notice else now
    until = HOLD.over_at(told_at, plan_for(rules, given.lead).calendar)
    step_at = before.lead.follow_up.next_step_at
    clock = hold_until(replace(given.lead.follow_up, next_step_at=step_at), until)
    return replace(given, lead=replace(given.lead, follow_up=clock))


async def _somebody_else(stored: StoredLead, rules: Rules, owners: Owners) -> Owned:
    lead = stored.lead
    if not lead.follow_up.awaited:
        raise RefusedError("not possible: nobody has to answer this customer now")
    if team_of(rules, lead) is None:
        raise RefusedError("not possible: no team is configured that answers this customer")
    owned = await owners.find(lead, rules)
    if owned is None or owned.member in ("", lead.owner):
        raise RefusedError("not possible: there is nobody else in the team who could take it now")
    return owned


def _gone(lead_id: str) -> NotFoundError:
    return NotFoundError(f"there is no lead {lead_id}")
