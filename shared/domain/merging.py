"""How submissions merge into a lead. Pure, and independent of the order they are processed in.

Every part of the merged state is a join: the newest value per field by stamp, the oldest full name,
intervals of repeats that unite when they touch, the earliest interest that nobody has answered.
The clips (20 interests, 5 names) keep the row small; only beyond them does order show.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.acts import Act, ActSummary, last_act, with_act
from shared.domain.follow_up import (
    WITHIN,
    FollowUp,
    follow_up,
    start_clock,
    stop_clock,
    take_back,
)
from shared.domain.identity import answerable, contact_forms, content_digest, folded, person, tells
from shared.domain.identity.rule_1 import fingerprint as former_fingerprint
from shared.domain.lead import (
    CONTACT_FIELDS,
    DO_NOT_CONTACT,
    NAME_FIELDS,
    Contact,
    InterestSummary,
    KeyKind,
    Lead,
    StampedName,
    StampedText,
    Submission,
)
from shared.domain.stage import highest, stage_of

NEWEST_INTERESTS = 20
FULL_NAMES = 5
SUMMARY_CHARACTERS = 120
FINGERPRINT_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRules:
    """What the settings say about merging; ``follow_up_within`` starts at ``received_at``."""

    repeat_window: timedelta
    follow_up_within: timedelta


def new_lead(lead_id: str, key_kind: KeyKind, submission: Submission) -> Lead:
    """Return the lead that nothing has been merged into yet."""
    return Lead(
        lead_id=lead_id,
        key_kind=key_kind,
        created_at=submission.received_at,
        test=submission.test,
    )


type Dues = dict[str, datetime]
type AnswerableFrom = tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Until when an interest must be answered, None for the default, and by which rule."""

    due_at: datetime | None = None
    rule: str = ""


NO_TERMS = Terms()


def merge(
    before: Lead, submission: Submission, rules: MergeRules, terms: Terms = NO_TERMS
) -> tuple[Lead, str]:
    """Return the lead with the submission in it, and the id of the interest that it repeats or "".

    It must be answered within ``follow_up_within`` unless ``terms`` say otherwise.
    The version rises only if there is something new for a CRM; another spelling is nothing new.
    """
    interests, repeat_of = _add_interest(before.interests, submission, rules.repeat_window)
    stamps = _newest_values(before.contact_stamps, submission)
    names = _oldest_names(before.full_names, submission)
    merged = replace(
        before,
        contact_stamps=stamps,
        full_names=names,
        contact=_contact(stamps, names),
        interests=interests,
        submissions=before.submissions + 1,
        stage_reached=highest((before.stage, stage_of(submission.action))),
        asked_for_contact=before.asked_for_contact or not submission.do_not_contact,
    )
    due_at = terms.due_at or submission.received_at + rules.follow_up_within
    merged = replace(
        merged,
        dues=_dues(before, merged, submission, due_at),
        answerable_from=_answerable_from(before, submission, due_at),
        rules=_rules(before, merged, submission, terms.rule),
    )
    merged = replace(merged, follow_up=_clock(merged, rules.follow_up_within))
    visible = not repeat_of or contact_forms(merged.contact) != contact_forms(before.contact)
    return replace(merged, version=before.version + visible), repeat_of


def answered(lead: Lead, act: Act) -> Lead:
    """Return the lead with an act on it; the same one twice is one.

    It answers what the customer did up to it; what they did after it starts the clock again. An act
    before all that is open answers nothing, and one that is withdrawn counts as never done.
    """
    known = _acts(lead)
    acts = with_act(known, act)
    last, former = last_act(acts), last_act(known)
    if last == former:
        return replace(lead, acts=acts)
    return replace(lead, acts=acts, follow_up=_acted(lead, last))


def _acts(lead: Lead) -> tuple[ActSummary, ...]:
    """Return the acts on a lead, that of an older version of the app too, which keeps no list."""
    done_at, last = lead.follow_up.done_at, last_act(lead.acts)
    if done_at is None or (last is not None and done_at <= last.at):
        return lead.acts
    return (*lead.acts, ActSummary(at=done_at, by=lead.follow_up.done_by))


def _acted(lead: Lead, last: ActSummary | None) -> FollowUp:
    before = lead.follow_up
    started = before.clock_started_at
    if last is None:
        undone = replace(before, done_at=None, done_by="", outcome="")
        return _restarted(lead, take_back(undone))
    outcome = last.outcome or ""
    answers_nothing = started is not None and last.at < started
    if answers_nothing and (before.done_at is None or before.done_at < last.at):
        return replace(before, done_at=last.at, done_by=last.by, outcome=outcome)
    after = follow_up(before, last.at, last.by, outcome)
    withdrawn = before.done_at is not None and last.at < before.done_at
    return _restarted(lead, after) if withdrawn or started is not None else after


def _restarted(lead: Lead, clock: FollowUp) -> FollowUp:
    """Return the clock from the first interest after the last act."""
    started, due_at = lead.follow_up.clock_started_at, lead.follow_up.due_at
    within = due_at - started if started is not None and due_at is not None else WITHIN
    since = _unanswered_since(lead.interests, clock)
    if since is None or (started is None and lead.follow_up.done_at is None):
        return clock
    return _with_due(lead, start_clock(clock, since, within), within)


def fingerprint(submission: Submission) -> str:
    """Return what two submissions share exactly if one repeats the other: 16 hex digits."""
    return content_digest(submission)[:FINGERPRINT_DIGITS]


def _add_interest(
    before: tuple[InterestSummary, ...], submission: Submission, window: timedelta
) -> tuple[tuple[InterestSummary, ...], str]:
    """Add an interest, or fold the submission into those that it repeats (it may join two)."""
    entry = _summary(submission)
    prints = (entry.fingerprint, former_fingerprint(submission))
    same = [i for i in before if i.fingerprint in prints and _is_near(i, entry, window)]
    others = (i for i in before if i not in same)
    united = replace(
        min([entry, *same], key=lambda i: i.first),
        fingerprint=entry.fingerprint,
        last=max([entry.last, *(i.last for i in same)]),
        repeats=len(same) + sum(i.repeats for i in same),
    )
    newest = sorted([*others, united], key=lambda i: i.last, reverse=True)[:NEWEST_INTERESTS]
    repeat_of = min(i.first for i in same).submission_id if same else ""
    return tuple(newest), repeat_of


def _is_near(known: InterestSummary, entry: InterestSummary, window: timedelta) -> bool:
    at = entry.first.received_at
    return known.first.received_at - window <= at <= known.last.received_at + window


def _summary(submission: Submission) -> InterestSummary:
    return InterestSummary(
        first=submission.stamp,
        last=submission.stamp,
        fingerprint=fingerprint(submission),
        source=submission.source[:SUMMARY_CHARACTERS],
        action=submission.action[:SUMMARY_CHARACTERS],
        publisher=submission.publisher[:SUMMARY_CHARACTERS],
        offer=submission.offer[:SUMMARY_CHARACTERS],
        offer_title=submission.offer_title[:SUMMARY_CHARACTERS],
    )


def _newest_values(
    before: dict[str, StampedText], submission: Submission
) -> dict[str, StampedText]:
    """Keep per field the newest value; "N/A" and the like never replace one that says something.

    Of an e-mail it keeps the address alone: what a mail program set around it, a CRM refuses.
    """
    after = dict(before)
    given = submission.contact.given()
    if address := person(submission.contact).address.written:
        given["email"] = address
    for name, value in given.items():
        new = StampedText(value, submission.stamp)
        after[name] = max(after.get(name, new), new, key=lambda known: _weight(name, known))
    return after


def _weight(field: str, text: StampedText) -> tuple[bool, datetime, str]:
    return tells(field, text.value), *text.stamp


def _oldest_names(
    before: tuple[StampedName, ...], submission: Submission
) -> tuple[StampedName, ...]:
    """Keep each full name with its first stamp, the oldest name first."""
    contact = submission.contact
    if person(contact).full_name is None:
        return before
    given = StampedName(contact.first_name, contact.last_name, submission.stamp)
    first_seen: dict[str, StampedName] = {}
    for name in sorted([*before, given], key=lambda n: n.stamp):
        first_seen.setdefault(folded(f"{name.first_name} {name.last_name}"), name)
    return tuple(first_seen.values())[:FULL_NAMES]


def _contact(stamps: dict[str, StampedText], names: Iterable[StampedName]) -> Contact:
    """Return the merged contact: the oldest full name, the newest of everything else."""
    values = {name: stamps[name].value for name in CONTACT_FIELDS if name in stamps}
    for name in names:
        values |= zip(NAME_FIELDS, name[:2], strict=True)
        break
    return Contact(**values)


def _dues(before: Lead, merged: Lead, submission: Submission, due_at: datetime) -> Dues:
    """Return until when which interest must be answered, fixed when it is recorded."""
    known = {**before.dues, submission.submission_id: due_at}
    firsts = (i.first.submission_id for i in merged.interests)
    return {name: known[name] for name in firsts if name in known}


def _answerable_from(before: Lead, submission: Submission, due_at: datetime) -> AnswerableFrom:
    """Return when the first submission came that somebody can answer, and until when.

    None for a lead of an older version, which does not say: it always could.
    """
    known = before.answerable_from
    if not answerable(submission.contact):
        return known
    if known is None and before.interests and answerable(before.contact):
        return None
    return min(filter(None, (known, (submission.received_at, due_at))))


def _rules(before: Lead, merged: Lead, submission: Submission, rule: str) -> dict[str, str]:
    """Return which interest fell under which rule."""
    known = before.rules | ({submission.submission_id: rule} if rule else {})
    firsts = (i.first.submission_id for i in merged.interests)
    return {name: known[name] for name in firsts if name in known}


def _clock(lead: Lead, within: timedelta) -> FollowUp:
    """Return the clock from the earliest interest that nobody has answered.

    A repeat is none: it starts no clock, and one that came before its interest takes it back.
    """
    clock = lead.follow_up
    if lead.test or lead.do_not_contact or not answerable(lead.contact):
        return stop_clock(clock)
    since = _unanswered_since(lead.interests, clock)
    if len(lead.interests) < NEWEST_INTERESTS and _started_before(clock, since):
        clock = take_back(clock)
    return _with_due(lead, start_clock(clock, since, within) if since else clock, within)


def _with_due(lead: Lead, clock: FollowUp, within: timedelta) -> FollowUp:
    """Return a clock that is due when the first of what is open must be answered."""
    if clock.clock_started_at is None:
        return clock
    dues = [_due_at(lead, i, within) for i in _open(lead.interests, clock)]
    before = lead.follow_up
    some_kept_no_more = len(lead.interests) >= NEWEST_INTERESTS
    same_start = before.clock_started_at == clock.clock_started_at
    if some_kept_no_more and same_start and before.due_at is not None:
        dues.append(before.due_at)
    return replace(clock, due_at=min(dues, default=clock.due_at))


def _due_at(lead: Lead, interest: InterestSummary, within: timedelta) -> datetime:
    """Return until when an interest must be answered.

    One that came while nobody could answer is due as if it had come with the first contact.
    """
    first = interest.first
    own = lead.dues.get(first.submission_id, first.received_at + within)
    if lead.answerable_from is None or first.received_at >= lead.answerable_from[0]:
        return own
    return max(own, lead.answerable_from[1])


def _started_before(clock: FollowUp, since: datetime | None) -> bool:
    """Tell whether what started the clock is no interest of its own any more."""
    return since is None or (clock.clock_started_at is not None and clock.clock_started_at < since)


def _unanswered_since(interests: Iterable[InterestSummary], clock: FollowUp) -> datetime | None:
    """Return when the customer first asked for contact since the last follow-up, if they did."""
    return min((i.first.received_at for i in _open(interests, clock)), default=None)


def _open(interests: Iterable[InterestSummary], clock: FollowUp) -> list[InterestSummary]:
    """Return the interests that nobody has answered and somebody should."""
    return [
        i
        for i in interests
        if i.action.upper() != DO_NOT_CONTACT
        and (clock.done_at is None or i.first.received_at > clock.done_at)
    ]
