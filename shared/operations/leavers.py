"""``leads team reassign``: the open leads of somebody who leaves go to others (rule A8)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from shared.domain.follow_up import LadderKind
from shared.domain.lead import Lead
from shared.domain.leaving import without_members
from shared.domain.notices import Role, to_be_listed
from shared.domain.rules import Rules
from shared.domain.schedule import lacks_run
from shared.operations.absences import member_named
from shared.operations.stores import Stores
from shared.owning import handed_over, nobody
from shared.ports.leads import LeadChange, StoredLead
from shared.ports.owners import Owned, Owners


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A lead that was given away; ``owner`` is "" where nobody is left to have it."""

    lead: Lead
    owner: str


async def open_leads_of(stores: Stores, member: str) -> Sequence[StoredLead]:
    """Return the leads of a member that must be answered, or looked at again."""
    return [
        stored
        async for stored in stores.every()
        if stored.lead.owner == member and _is_open(stored.lead)
    ]


async def mark_left(stores: Stores, rules: Rules, member: str) -> Sequence[StoredLead]:
    """Mark a member as one who has left, and return their open leads.

    Raises ``UsageError`` for somebody who is in no team, has no open lead and did not leave.
    """
    found = await open_leads_of(stores, member)
    if not found and member not in await stores.teams.left():
        member_named(rules, member)
    await stores.teams.put_left(member, stores.clock())
    return found


async def give_away(
    stores: Stores, owners: Owners, rules: Rules, member: str
) -> AsyncIterator[Given]:
    """Give the open leads of one who has left to others, until there are none; yield each.

    Broken off, it goes on where it was; done twice at once, each lead changes hands once.
    """
    staying = without_members(rules, {member})
    while found := await open_leads_of(stores, member):
        for stored in found:
            if given := await _give(stores, owners, staying, stored):
                yield given


async def _give(stores: Stores, owners: Owners, rules: Rules, stored: StoredLead) -> Given | None:
    """Give one lead away; None if somebody else did so meanwhile."""
    lead = stored.lead
    owned = await owners.find(lead, rules) or nobody(lead)

    def decide(before: StoredLead) -> LeadChange | None:
        same = (before.lead.owner, before.lead.reassigned) == (lead.owner, lead.reassigned)
        change = LeadChange(before=before, lead=before.lead, at=stores.clock())
        return _handed_over(change, owned, rules) if same else None

    after = await stores.writer.change(stored, decide)
    if after is None or after.lead.owner != owned.member:
        return None
    return Given(lead=after.lead, owner=owned.member)


def _handed_over(change: LeadChange, owned: Owned, rules: Rules) -> LeadChange:
    """Return the change with the new owner, who is told by a list; the channel if there is none."""
    after = handed_over(change, owned, rules)
    told = Role.OWNER if Role.OWNER in after.notices else Role.TEAM
    notices = {
        name: to_be_listed(notice)
        for name, notice in after.notices.items()
        if name == told and notice is not None
    }
    return replace(after, notices=notices)


def _is_open(lead: Lead) -> bool:
    """Tell whether somebody has to look at a lead, also where the sweep has yet to say when."""
    checked_in = lead.follow_up.run_kind is LadderKind.CHECK_IN
    looked_at = checked_in and bool(lead.follow_up.next_step_at)
    return lead.follow_up.awaited or looked_at or lacks_run(lead)
