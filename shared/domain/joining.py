"""How a lead takes in another one that turns out to be the same customer. Pure (rule A6).

It is a join of facts: submissions and acts, each by its key. What it has already changes nothing,
and in which order they come, or whether pushes come in between, makes no difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.acts import Act, Via
from shared.domain.clock import answered, clock_of
from shared.domain.delivery import Delivery, release_claim
from shared.domain.follow_up import FollowUpState, stop_clock
from shared.domain.identity import answerable
from shared.domain.lead import Interest, Lead, Submission
from shared.domain.merging import MergeRules, Terms, merge_whole
from shared.domain.priority import rank
from shared.domain.stage import highest
from shared.domain.tags import with_tags
from shared.domain.whole import clipped

MOST_MERGED_FROM = 300
"""Of 32 characters each: a column holds 32 K characters. The events of the leads name all."""

MERGED = "merged-"
"""How the id begins of the note that says of a record what became of its lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What a lead lacks of another one: acts, and submissions with the terms of then.

    ``due_at`` is until when must be answered what nobody could answer so far.
    """

    acts: tuple[Act, ...] = ()
    submissions: tuple[tuple[Submission, Terms], ...] = ()
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A lead with what it lacked of another one, and those interests as they are on it."""

    lead: Lead
    interests: tuple[Interest, ...] = ()


def joined(into: Lead, other: Lead, coming: Coming, rules: MergeRules) -> Joined:
    """Return a lead that takes in another one, or a part of it; it keeps owner and key.

    ``into`` has all interests, as ``whole`` returns it; what is returned keeps the newest. Acts
    come first: an interest that somebody has answered starts no clock.
    """
    lead = _with_labels(_due_from_now(into, other, coming.due_at), other)
    for act in sorted(coming.acts, key=lambda act: (bool(act.withdraws), act.at)):
        lead = answered(lead, act, rules.follow_up_within)
    interests = []
    for submission, terms in sorted(coming.submissions, key=lambda each: each[0].stamp):
        terms_here = _terms(other, submission, terms, coming)
        lead, repeat_of = merge_whole(lead, submission, rules, terms_here)
        interests.append(Interest(submission=submission, version=lead.version, repeat_of=repeat_of))
    lead = replace(lead, follow_up=clock_of(lead, rules.follow_up_within))
    return Joined(lead=clipped(lead), interests=tuple(interests))


def _with_labels(lead: Lead, other: Lead) -> Lead:
    """Return the lead with what only grows, and with the id of the other one."""
    return replace(
        lead,
        suppressed=lead.suppressed or other.suppressed,
        asked_for_contact=lead.asked_for_contact or other.asked_for_contact,
        stage_reached=highest((lead.stage, other.stage)),
        priority=max(lead.priority, other.priority, key=rank),
        tags=with_tags(lead.tags, other.tags),
        merged_from=_newest((*lead.merged_from, *other.merged_from, other.lead_id)),
    )


def _newest(merged: Iterable[str]) -> tuple[str, ...]:
    """Return the leads that became part of one, each once, the newest last."""
    once = dict.fromkeys(reversed([*merged]))
    return tuple(reversed([*once][:MOST_MERGED_FROM]))


def _due_from_now(into: Lead, other: Lead, due_at: datetime) -> Lead:
    """Give what nobody could answer so far its time from now on, since the other one can (C9)."""
    if answerable(into.contact) or not answerable(other.contact):
        return into
    ids = (interest.first.submission_id for interest in into.interests)
    return replace(into, dues={name: max(into.dues.get(name, due_at), due_at) for name in ids})


def _terms(other: Lead, submission: Submission, terms: Terms, coming: Coming) -> Terms:
    """Return until when an interest must be answered: as on the other lead, and not sooner."""
    if not answerable(other.contact):
        return replace(terms, due_at=coming.due_at)
    known = other.answerable_from
    if known is None or terms.due_at is None or submission.received_at >= known[0]:
        return terms
    return replace(terms, due_at=max(terms.due_at, known[1]))


def earlier_act(lead: Lead) -> Act | None:
    """Return the follow-up that an older version of the app kept on the lead alone (C7)."""
    clock = lead.follow_up
    if clock.done_at is None or any(clock.done_at <= act.at for act in lead.acts):
        return None
    return Act(
        said_at=clock.done_at, seen_at=clock.done_at, by=clock.done_by, via=Via.EARLIER_VERSION
    )


def merged_away(lead: Lead, into: str, now: datetime) -> Lead:
    """Return a lead that has become part of another one: it awaits nothing from now on."""
    stopped = replace(lead, follow_up=stop_clock(lead.follow_up), next_due_at=None)
    if lead.merged_into:
        return stopped
    return replace(stopped, merged_into=into, merged_at=now, version=lead.version + 1)


def parted(lead: Lead) -> Lead:
    """Return a lead that is no part of another any more, since that one is gone.

    It stands as it is: its clock runs for what an older version of the app recorded on it.
    """
    return replace(lead, merged_into="", merged_at=None, version=lead.version + 1)


def has_more(lead: Lead) -> bool:
    """Tell whether an older version of the app has recorded something on a merged lead since."""
    return bool(lead.merged_into) and lead.follow_up.state is not FollowUpState.NONE


def has_to_be_noted(delivery: Delivery) -> bool:
    """Tell whether a destination has, or may come to have, a record of a lead that is merged."""
    under_way = bool(delivery.claim_id) or (delivery.uncertain and not delivery.parked_version)
    return delivery.record is not None or under_way


def closed(delivery: Delivery, version: int) -> Delivery:
    """Return a delivery that sends nothing more: what it lacks goes with the other lead."""
    return replace(
        release_claim(delivery),
        delivered_version=version,
        parked_version=0,
        parked_at=None,
        parked_reason="",
        failing_since=None,
        attempts=0,
        next_attempt_at=None,
        last_error="",
    )


def merge_note(lead: Lead, url: str) -> Interest:
    """Return what the record of a merged lead is told, in the shape of an interest.

    Its id is the same however often it is sent. ``url`` is the other lead's record, "" for none.
    """
    where = f"What this customer does from now on is there: {url}" if url else ""
    return Interest(
        submission=Submission(
            submission_id=f"{MERGED}{lead.lead_id}",
            received_at=lead.merged_at or lead.created_at,
            contact=lead.contact,
            offer_title=f"merged into lead {lead.merged_into}",
            description=where,
        ),
        version=lead.version,
    )
