"""What it changes on a lead that sales gave its record to somebody else (rule A5). Pure."""

from dataclasses import replace

from shared.domain.delivery import LEFT_OWNER, OWNER, Delivery
from shared.domain.lead import Lead
from shared.domain.notices import Occasion, Role, new_notice
from shared.domain.planning import leaver_with, member_with, plan_for, same_owner
from shared.domain.rules import Member, Rules
from shared.owning import with_owner
from shared.ports.leads import LeadChange
from shared.ports.owners import Owned


def named_by_sales(
    change: LeadChange, destination: str, owner_id: str, rules: Rules, *, baseline: str | None
) -> LeadChange:
    """Return the change with the owner whom sales named, who is told of it.

    ``baseline`` is whom the CRM showed before, None where we had not looked. One who has left is
    neither taken over nor written over, and the team's channel is told once: until sales names
    another, the CRM keeps showing somebody else than the baseline has.
    """
    leaver = leaver_with(rules, destination, owner_id)
    if leaver is None:
        kept = _with_record(change, destination, owner_id)
        return taken_over(kept, _owned(change.lead, destination, owner_id, rules), rules)
    known = change.before.deliveries[destination].record if change.before else None
    told = known.baseline.get(LEFT_OWNER) if known else None
    after = _with_record(change, destination, baseline or "", left=owner_id)
    return (
        after if same_owner(told or "", owner_id) else _told_of(after, destination, leaver, rules)
    )


def forgotten_leaver(change: LeadChange, destination: str) -> LeadChange:
    """Return the change of a record that sales gave to nobody who has left, or took from them."""
    record = change.all_deliveries[destination].record
    if record is None or LEFT_OWNER not in record.baseline:
        return change
    return _with_record(change, destination, record.baseline.get(OWNER, ""))


def is_ours(delivery: Delivery, owner_id: str) -> bool:
    """Tell whether an owner may be one whom we set, by an attempt that got no answer."""
    return any(same_owner(owner_id, one) for one in (*delivery.owners_sent, delivery.owner_sending))


def as_sales_has_it(lead: Lead, destination: str, owner_id: str, rules: Rules) -> Lead:
    """Return the lead with the owner whom sales named, but for one who has left."""
    if leaver_with(rules, destination, owner_id):
        return lead
    owned = _owned(lead, destination, owner_id, rules)
    return replace(lead, owner=owned.member, team=owned.team)


def _owned(lead: Lead, destination: str, owner_id: str, rules: Rules) -> Owned:
    """Return the owner as the lead has them: a member, or one known by that id only."""
    why = f"named in {destination}"
    if found := member_with(rules, destination, owner_id):
        team, member = found
        return Owned(member=member.id, team=team.id, why=why)
    return Owned(member=f"{destination}:{owner_id}", team=lead.team, why=why)


def taken_over(change: LeadChange, owned: Owned, rules: Rules) -> LeadChange:
    """Return the change with another owner, and with a notice to them unless one is on its way.

    Whom only a CRM knows can't be told: the team's channel is, in their place.
    """
    if owned.member == change.lead.owner:
        return change
    after = with_owner(change, owned)
    roles = plan_for(rules, after.lead).roles
    role = Role.OWNER if Role.OWNER in roles else Role.TEAM
    on_its_way = not {Role.OWNER, role}.isdisjoint(after.all_notices)
    if on_its_way or role not in roles:
        return after
    return _with_notice(after, role, Occasion.REASSIGNED, str(after.lead.reassigned), rules)


def _told_of(change: LeadChange, destination: str, leaver: Member, rules: Rules) -> LeadChange:
    if Role.TEAM not in plan_for(rules, change.lead).roles:
        return change
    because_of = f"{destination}|{leaver.id}"
    return _with_notice(change, Role.TEAM, Occasion.OWNER_LEFT, because_of, rules)


def _with_notice(
    change: LeadChange, role: Role, occasion: Occasion, because_of: str, rules: Rules
) -> LeadChange:
    notice = new_notice(
        change.lead.lead_id,
        recipient=role,
        occasion=occasion,
        because_of=because_of,
        now=change.at,
        send_from=plan_for(rules, change.lead).may_be_told(role, change.at),
        step=change.lead.follow_up.step,
    )
    return replace(change, notices={**change.notices, str(role): notice})


def _with_record(
    change: LeadChange, destination: str, owner_id: str, *, left: str = ""
) -> LeadChange:
    delivery = change.all_deliveries[destination]
    record = delivery.record and delivery.record.with_owner(owner_id, left=left)
    after = replace(delivery, record=record)
    return replace(change, deliveries={**change.deliveries, destination: after})


def baseline_owner(delivery: Delivery) -> str | None:
    """Return the owner that a CRM showed when we delivered, None if we have not looked."""
    return delivery.record.baseline.get(OWNER) if delivery.record else None
