"""What merging two leads writes: on the one that stays, then on the one that is closed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched

from shared.domain.acts import Act
from shared.domain.clock import unanswered
from shared.domain.delivery import Delivery
from shared.domain.joining import (
    Coming,
    closed,
    has_more,
    has_to_be_noted,
    joined,
    merged_away,
    parted,
)
from shared.domain.lead import Interest, Lead
from shared.domain.merging import MergeRules, Terms
from shared.domain.notices import Notice, Occasion, Role, new_notice
from shared.domain.planning import plan_for, policy_of, team_of
from shared.domain.qualification import qualify
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.domain.whole import ToldInterest, keeps_all, whole
from shared.owning import lacks_owner, with_owner
from shared.ports.leads import Event, EventKind, LeadChange, RecordedInterest, StoredLead
from shared.ports.owners import Owned, Owners

MOST_INTERESTS = 20
MOST_BYTES = 128 * 1024
"""Of pushes in one transaction: with their texts, which may grow sixfold in JSON, below 1 MiB."""

MOST_ACTS = 40

type Portion = tuple[Sequence[Act], Sequence[RecordedInterest]]


def portions(acts: Sequence[Act], recorded: Sequence[RecordedInterest]) -> Iterator[Portion]:
    """Yield what is written in one transaction each, at least one: acts first."""
    of_acts = [*batched(acts, MOST_ACTS, strict=False)] or [()]
    of_interests = [*_fitting(recorded)] or [[]]
    yield from ((some, ()) for some in of_acts[:-1])
    yield of_acts[-1], of_interests[0]
    yield from (((), some) for some in of_interests[1:])


def _fitting(recorded: Iterable[RecordedInterest]) -> Iterator[list[RecordedInterest]]:
    some: list[RecordedInterest] = []
    size = 0
    for row in recorded:
        if some and (len(some) == MOST_INTERESTS or size + len(row.body) > MOST_BYTES):
            yield some
            some, size = [], 0
        some.append(row)
        size += len(row.body)
    if some:
        yield some


def taken_in(  # noqa: PLR0913 - all but the first four by keyword
    into: StoredLead,
    other: StoredLead,
    acts: Sequence[Act],
    recorded: Sequence[RecordedInterest],
    *,
    there: Sequence[ToldInterest],
    now: datetime,
    rules: Rules,
    merging: MergeRules,
    in_use: InUse,
) -> LeadChange:
    """Return the change with which a lead takes in a portion of another one.

    ``there`` are its own interests.
    """
    rows = {row.interest.submission.submission_id: row for row in recorded}
    coming = Coming(
        acts=tuple(acts),
        submissions=tuple(
            (row.interest.submission, _terms(row, other.lead, merging)) for row in recorded
        ),
        due_at=_due_from(now, into.lead, rules, merging),
    )
    known = into.lead if keeps_all(into.lead) else whole(into.lead, there)
    result = joined(known, other.lead, coming, merging)
    found = qualify(rules.prerequisites, result.lead.contact, result.lead.stage)
    lead = replace(result.lead, unqualified=found.reasons)
    begun = other.lead.lead_id in into.lead.merged_from
    return LeadChange(
        before=into,
        lead=lead,
        at=now,
        deliveries=_new_deliveries(into, other, in_use),
        taken_in=[_row(lead, rows[i.submission.submission_id], i) for i in result.interests],
        acts=acts,
        events=() if begun else (Event(kind=EventKind.TOOK_IN, detail=other.lead.lead_id),),
        retired=in_use.retired(into.deliveries),
        newer=other.newer,
    )


def _terms(row: RecordedInterest, lead: Lead, merging: MergeRules) -> Terms:
    """Return until when an interest must be answered, and its rule, as recorded."""
    submission = row.interest.submission
    otherwise = row.due_at or submission.received_at + merging.follow_up_within
    return Terms(
        due_at=lead.dues.get(submission.submission_id, otherwise),
        rule=row.rule or lead.rules.get(submission.submission_id, ""),
    )


def _due_from(now: datetime, lead: Lead, rules: Rules, merging: MergeRules) -> datetime:
    team = team_of(rules, lead)
    calendar = team.calendar if team else None
    return policy_of(rules, lead).due_at(now, calendar, merging.follow_up_within)


def _row(lead: Lead, row: RecordedInterest, interest: Interest) -> RecordedInterest:
    """Return an interest as it is written on the lead that takes it in."""
    now_due = lead.dues.get(interest.submission.submission_id) if lead.follow_up.awaited else None
    return replace(row, interest=interest, due_at=row.due_at or now_due)


def _new_deliveries(into: StoredLead, other: StoredLead, in_use: InUse) -> Mapping[str, Delivery]:
    """Return deliveries to where only the other lead went: destinations only grow."""
    names = in_use.used(other.deliveries).keys() - into.deliveries.keys()
    return {name: Delivery(destination=name) for name in sorted(names)}


async def with_somebody(
    change: LeadChange, other: Lead, owners: Owners, rules: Rules
) -> LeadChange:
    """Return the change with an owner, if the lead had none, and with who is told.

    A lead keeps its owner. One without gets the other's, then whose turn it is.
    """
    owned = change
    if other.owner and not change.lead.owner:
        why = f"owned lead {other.lead_id}"
        owned = with_owner(change, Owned(member=other.owner, team=other.team, why=why))
    if lacks_owner(owned.lead, rules):
        found = await owners.find(owned.lead, rules)
        owned = owned if found is None else with_owner(owned, found)
    return replace(owned, notices=_news(owned, rules))


def _news(change: LeadChange, rules: Rules) -> Mapping[str, Notice]:
    """Return the notice to the owner, or the team's channel, if something open has come."""
    lead = change.lead
    came = {row.interest.submission.submission_id for row in change.taken_in}
    waits = [i.first for i in unanswered(lead.interests, lead.follow_up)]
    new = max((stamp for stamp in waits if stamp.submission_id in came), default=None)
    if new is None or not lead.follow_up.awaited:
        return {}
    plan = plan_for(rules, lead)
    role = Role.OWNER if lead.owner and Role.OWNER in plan.roles else Role.TEAM
    if role not in plan.roles:
        return {}
    notice = new_notice(
        lead.lead_id,
        recipient=role,
        occasion=Occasion.MERGED,
        because_of=new.submission_id,
        now=change.at,
        send_from=plan.may_be_told(role, change.at),
    )
    return {str(role): notice}


def closing(lead: StoredLead, into_id: str, now: datetime) -> LeadChange:
    """Return the change that closes a lead, all of which is on another one.

    What has a record in a CRM is delivered once more, to say there what became of the lead.
    """
    after = merged_away(lead.lead, into_id, now)
    unsent = [name for name, n in lead.notices.items() if n.held_until(now) is None]
    return LeadChange(
        before=lead,
        lead=after,
        at=now,
        deliveries={
            name: closed(delivery, after.version)
            for name, delivery in lead.deliveries.items()
            if not has_to_be_noted(delivery)
        },
        notices=dict.fromkeys(unsent),
        events=(Event(kind=EventKind.MERGED, detail=after.merged_into), *_untold(lead, unsent)),
    )


def parting(lead: StoredLead, now: datetime) -> LeadChange | None:
    """Return the change that makes a lead one of its own again, since the other one is gone.

    None if nothing was recorded on it since it was merged: then nobody waits for an answer.
    """
    if not has_more(lead.lead):
        return None
    return LeadChange(
        before=lead,
        lead=parted(lead.lead),
        at=now,
        events=(Event(kind=EventKind.PARTED, detail=lead.lead.merged_into),),
    )


def _untold(lead: StoredLead, names: Iterable[str]) -> Iterator[Event]:
    for name in names:
        yield Event(
            kind=EventKind.NOT_NOTIFIED,
            recipient=name,
            notice_id=lead.notices[name].notice_id,
            detail="the lead was merged into another",
        )
