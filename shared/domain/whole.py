"""A lead with all its interests. Pure.

A lead keeps the newest 20; what else the customer asked for is in rows. The clock is a join over
all of them, so where a lead keeps fewer than there are, the rows are read first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.identity import content_digest
from shared.domain.lead import Interest, InterestSummary, Lead, Submission

NEWEST_INTERESTS = 20
"""How many are kept on the lead; all of them are rows of their own."""

MOST_ROWS = 1_000
"""As many as one request returns; a lead with more goes by those, and by what its clock knew."""

SUMMARY_CHARACTERS = 120
FINGERPRINT_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldInterest:
    """An interest or a repeat as its row has it; ``due_at`` is None where that does not say."""

    interest: Interest
    due_at: datetime | None = None


def keeps_all(lead: Lead) -> bool:
    """Tell whether all interests of a lead are on it, and none in rows only."""
    kept = sum(1 + interest.repeats for interest in lead.interests)
    return len(lead.interests) < NEWEST_INTERESTS or kept >= lead.submissions


def whole(lead: Lead, rows: Sequence[ToldInterest]) -> Lead:
    """Return a lead with the interests of its rows too; what it keeps itself is newer."""
    if not rows:
        return lead
    others = [one for one in map(_united, _together(rows)) if not _is_kept(one, lead.interests)]
    dues = {row.interest.submission.submission_id: row.due_at for row in rows}
    known = {one.first.submission_id: dues[one.first.submission_id] for one in others}
    return replace(
        lead,
        interests=in_order([*lead.interests, *others]),
        dues={**{name: at for name, at in known.items() if at is not None}, **lead.dues},
    )


def clipped(lead: Lead) -> Lead:
    """Return a lead with what it keeps itself: the newest interests, and what is known of them."""
    if len(lead.interests) <= NEWEST_INTERESTS:
        return lead
    interests = lead.interests[:NEWEST_INTERESTS]
    return replace(
        lead,
        interests=interests,
        dues=_of_kept(lead.dues, interests),
        rules=_of_kept(lead.rules, interests),
    )


def in_order(interests: Iterable[InterestSummary]) -> tuple[InterestSummary, ...]:
    """Return interests with what the customer did last in front."""
    return tuple(sorted(interests, key=lambda interest: interest.last, reverse=True))


def summary(submission: Submission) -> InterestSummary:
    """Return what a lead keeps of an interest."""
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


def fingerprint(submission: Submission) -> str:
    """Return what two submissions share exactly if one repeats the other: 16 hex digits."""
    return content_digest(submission)[:FINGERPRINT_DIGITS]


def _of_kept[T](known: Mapping[str, T], interests: Sequence[InterestSummary]) -> dict[str, T]:
    firsts = (interest.first.submission_id for interest in interests)
    return {name: known[name] for name in firsts if name in known}


def _together(rows: Iterable[ToldInterest]) -> Iterable[list[Submission]]:
    """Return the submissions of each interest: the first one, and its repeats."""
    repeats = {row.interest.submission.submission_id: row.interest.repeat_of for row in rows}
    found: dict[str, list[Submission]] = {}
    for row in rows:
        first = _first_of(row.interest.submission.submission_id, repeats)
        found.setdefault(first, []).append(row.interest.submission)
    return found.values()


def _first_of(submission_id: str, repeats: Mapping[str, str]) -> str:
    """Return the submission that one repeats at last.

    Rows may name each other: one that a backup lacked comes again, and repeats its own repeat.
    """
    met, this = dict[str, None](), submission_id
    while this not in met:
        met[this] = None
        this = repeats.get(this) or this
    ids = list(met)
    return min(ids[ids.index(this) :])


def _united(submissions: Sequence[Submission]) -> InterestSummary:
    by_time = sorted(submissions, key=lambda submission: submission.stamp)
    repeats = len(by_time) - 1
    return replace(summary(by_time[0]), last=by_time[-1].stamp, repeats=repeats)


def _is_kept(one: InterestSummary, kept: Iterable[InterestSummary]) -> bool:
    """Tell whether an interest is on the lead already, perhaps as a part of a longer one."""
    return any(
        one.first == each.first
        or (one.fingerprint == each.fingerprint and each.first <= one.first <= each.last)
        for each in kept
    )
