"""How submissions merge into a lead. Pure, and independent of the order they are processed in.

Every part of the merged state is a join: the newest value per field by stamp, the oldest full name,
intervals of repeats that unite when they touch, the earliest interest that nobody has answered.
The clips keep the row small. Beyond 5 names order shows; of interests the rows have all, and who
has read them merges into the whole lead.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.clock import (
    answerable_from,
    clock_of,
    dues_of,
    looked_at_on_its_day,
    rules_of,
)
from shared.domain.identity import contact_forms, folded, person, tells
from shared.domain.identity.rule_1 import fingerprint as former_fingerprint
from shared.domain.lead import (
    CONTACT_FIELDS,
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
from shared.domain.whole import clipped, in_order, summary

FULL_NAMES = 5


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

    ``before`` has all interests, as ``whole`` returns it; what is returned keeps the newest.
    It must be answered within ``follow_up_within`` unless ``terms`` say otherwise.
    The version rises only if there is something new for a CRM; another spelling is nothing new.
    """
    merged, repeat_of = merge_whole(before, submission, rules, terms)
    return clipped(merged), repeat_of


def merge_whole(
    before: Lead, submission: Submission, rules: MergeRules, terms: Terms
) -> tuple[Lead, str]:
    """Return likewise a lead that still has all its interests."""
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
        dues=dues_of(before, merged, submission, due_at),
        answerable_from=answerable_from(before, submission, due_at),
        rules=rules_of(before, merged, submission, terms.rule),
    )
    merged = replace(merged, follow_up=clock_of(merged, rules.follow_up_within))
    merged = looked_at_on_its_day(before, merged)
    visible = not repeat_of or contact_forms(merged.contact) != contact_forms(before.contact)
    return replace(merged, version=before.version + visible), repeat_of


def _add_interest(
    before: tuple[InterestSummary, ...], submission: Submission, window: timedelta
) -> tuple[tuple[InterestSummary, ...], str]:
    """Add an interest, or fold the submission into those that it repeats (it may join two)."""
    entry = summary(submission)
    prints = (entry.fingerprint, former_fingerprint(submission))
    same = [i for i in before if i.fingerprint in prints and _is_near(i, entry, window)]
    others = (i for i in before if i not in same)
    united = replace(
        min([entry, *same], key=lambda i: i.first),
        fingerprint=entry.fingerprint,
        last=max([entry.last, *(i.last for i in same)]),
        repeats=len(same) + sum(i.repeats for i in same),
    )
    repeat_of = min(i.first for i in same).submission_id if same else ""
    return in_order([*others, united]), repeat_of


def _is_near(known: InterestSummary, entry: InterestSummary, window: timedelta) -> bool:
    at = entry.first.received_at
    return known.first.received_at - window <= at <= known.last.received_at + window


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
