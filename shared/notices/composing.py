"""Compose the message of a notice, from the lead as it is when it is sent. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.domain.acts import last_act, look_again_on
from shared.domain.clock import unanswered
from shared.domain.delivery import Delivery
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Interest, InterestSummary, Lead
from shared.domain.notices import Notice, Occasion
from shared.domain.planning import owner_name, owner_of, owner_words, team_of, zone_of
from shared.domain.priority import Priority
from shared.domain.qualification import qualification_of
from shared.domain.rules import Rules
from shared.domain.zones import zone
from shared.notices.compose import (
    check_in,
    escalation,
    handed_over,
    merged,
    new_lead,
    nobody_else,
    owner_has_left,
    reminder,
)
from shared.notices.facts import Did, HandoverFacts, LastActFacts, LeadFacts, LeftFacts, StepFacts
from shared.ports.channels import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a message is composed of beside the lead itself.

    ``interests`` have what customers wrote, where it is to be told; ``act_url`` is the link to act.
    ``reader`` is the id of the person who reads it, "" for several, and times are shown in
    ``zone``, "" for the owner's.
    """

    rules: Rules
    deliveries: Mapping[str, Delivery]
    interests: Iterable[Interest] = ()
    act_url: str = ""
    reader: str = ""
    zone: str = ""
    details: bool = False


def compose(notice: Notice, lead: Lead, given: Given) -> Message:
    """Return the message that a notice is, as things stand now."""
    facts = lead_facts(lead, given)
    step = StepFacts(checked=notice.checked)
    match notice.occasion:
        case Occasion.NEW | Occasion.MERGED:
            told = new_lead if notice.occasion is Occasion.NEW else merged
            return told(notice.notice_id, facts, details=given.details)
        case Occasion.NO_OWNER | Occasion.REASSIGNED | Occasion.OWNER_LEFT:
            return _about_owner(notice, lead, facts, given)
        case Occasion.OVERDUE | Occasion.REMINDER:
            return reminder(notice.notice_id, facts, step, details=given.details)
        case Occasion.ESCALATION:
            return escalation(notice.notice_id, facts, step, details=given.details)
        case _:
            return check_in(notice.notice_id, facts, _last(lead), details=given.details)


def _about_owner(notice: Notice, lead: Lead, facts: LeadFacts, given: Given) -> Message:
    """Return the message that a lead is another's now, or should be."""
    details = given.details
    match notice.occasion:
        case Occasion.NO_OWNER:
            overdue = lead.follow_up.state is FollowUpState.OVERDUE
            return nobody_else(notice.notice_id, facts, overdue=overdue, details=details)
        case Occasion.OWNER_LEFT:
            left = _left(notice, given.rules)
            return owner_has_left(notice.notice_id, facts, left, details=details)
        case _:
            handover = _handover(lead, given)
            return handed_over(notice.notice_id, facts, handover, details=details)


def lead_facts(lead: Lead, given: Given) -> LeadFacts:
    """Return what a message tells of a lead: every open interest, overdue or not."""
    owner, team = owner_of(given.rules, lead), team_of(given.rules, lead)
    wrote = {i.submission.submission_id: i.submission.description for i in given.interests}
    urgent = (str(lead.priority),) if lead.priority is not Priority.NORMAL else ()
    return LeadFacts(
        lead_id=lead.lead_id,
        contact=lead.contact,
        did=tuple(_did(interest, wrote) for interest in _open(lead)),
        owner=owner_name(given.rules, lead),
        signature=owner.name if owner else "",
        team=team.name if team else "",
        due_at=lead.follow_up.due_at,
        zone=zone(given.zone) if given.zone else zone_of(given.rules, lead),
        record_url=next((d.record.url for d in given.deliveries.values() if d.record), ""),
        act_url=given.act_url,
        labels=(*urgent, *lead.tags),
        unqualified=qualification_of(lead).reasons,
    )


def _handover(lead: Lead, given: Given) -> HandoverFacts:
    rules = given.rules
    former_id = lead.follow_up.had[-1] if lead.follow_up.had else ""
    team = rules.team_of(former_id)
    former = team.member(former_id) if team else None
    return HandoverFacts(
        former=former.name if former else owner_words(former_id),
        first=not lead.reassigned,
        to_owner=bool(lead.owner) and given.reader == lead.owner,
        overdue=lead.follow_up.state is FollowUpState.OVERDUE,
    )


def _left(notice: Notice, rules: Rules) -> LeftFacts:
    destination, _, member = notice.because_of.partition("|")
    found = next((one.name for one in rules.leavers if one.id == member), member)
    return LeftFacts(name=found, destination=destination)


def _open(lead: Lead) -> list[InterestSummary]:
    """Return what waits for an answer, newest first; all there is where nothing does."""
    asked = [interest for interest in lead.interests if not interest.do_not_contact]
    waiting = unanswered(lead.interests, lead.follow_up)
    return sorted(waiting or asked, key=lambda i: i.first, reverse=True)


def _did(interest: InterestSummary, wrote: Mapping[str, str]) -> Did:
    return Did(
        at=interest.first.received_at,
        action=interest.action,
        offer=interest.offer_title or interest.offer,
        description=wrote.get(interest.first.submission_id, ""),
    )


def _last(lead: Lead) -> LastActFacts:
    act = last_act(lead.acts)
    if act is None:
        return LastActFacts(at=lead.follow_up.done_at or lead.created_at)
    outcome = (act.outcome or "").replace("_", " ")
    day = look_again_on(lead.acts, lead.last_asked_at)
    return LastActFacts(at=act.at, by=act.by, outcome=outcome, look_again=day is not None)
