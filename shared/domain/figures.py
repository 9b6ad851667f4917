"""How long customers waited for their first follow-up: a function of what happened. Pure.

A *wait* begins with the first interest that nobody has answered, and ends with the first act after
it. It is a join over interests and acts (K1): neither the order in which they were heard of, nor
when a CRM was asked, nor whether anybody was flagged changes it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from shared.domain.acts import Act, Outcome, Via
from shared.domain.clock import answerable_since, known_acts
from shared.domain.identity import answerable
from shared.domain.lead import Lead, Submission
from shared.domain.stage import Stage, highest, stage_of
from shared.domain.whole import ToldInterest, whole


class LeftOut(StrEnum):
    """Why a lead is in no figure (K3); repeats are in none either."""

    MERGED = "merged"
    TEST = "test"
    DO_NOT_CONTACT = "do_not_contact"
    UNANSWERABLE = "unanswerable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a customer did until somebody followed up, None if nobody has.

    ``interests`` are what was open, the first first. ``outcome`` is the last that was named for it,
    before the customer asked again. ``inferred`` says that an older version of the app did not keep
    all that this is made of.
    """

    since: datetime
    due_at: datetime
    interests: Sequence[Submission]
    answer: Act | None = None
    outcome: Outcome | None = None
    inferred: bool = False

    @property
    def length(self) -> timedelta | None:
        """Return how long it took, None while it goes on."""
        return None if self.answer is None else self.answer.at - self.since

    @property
    def at_most(self) -> bool:
        """Tell whether it may have been shorter, as only the newest act was known."""
        act = self.answer
        return act is not None and (act.newest_only or act.via is Via.EARLIER_VERSION)

    @property
    def in_time(self) -> bool:
        """Tell whether somebody followed up in time."""
        return self.answer is not None and self.answer.at <= self.due_at

    @property
    def working_time(self) -> timedelta | None:
        """Return how much working time it took, as counted when the act was recorded."""
        act = self.answer
        if act is None or act.working_seconds is None or act.open_since != self.since:
            return None
        return timedelta(seconds=act.working_seconds)

    @property
    def stage(self) -> Stage:
        """Return how far the customer had come."""
        return highest(stage_of(submission.action) for submission in self.interests)

    def is_late(self, now: datetime) -> bool:
        """Tell whether nobody has followed up who should have."""
        return self.answer is None and self.due_at < now


def left_out(lead: Lead) -> LeftOut | None:
    """Return why a lead is in no figure, None if it counts."""
    why = {
        LeftOut.MERGED: bool(lead.merged_into),
        LeftOut.TEST: lead.test,
        LeftOut.DO_NOT_CONTACT: lead.do_not_contact,
        LeftOut.UNANSWERABLE: not answerable(lead.contact),
    }
    return next((reason for reason, holds in why.items() if holds), None)


def waits_of(
    lead: Lead, told: Sequence[ToldInterest], rows: Iterable[Act], within: timedelta
) -> list[Wait]:
    """Return the waits of a lead that counts, by its interests and acts, oldest first.

    ``within`` is for interests of an older version, whose rows do not say when they were due.
    """
    acts = _counting(lead, rows)
    asked = _asked(lead, told)
    times = [_at(one) for one in asked]
    ends = [bisect_right(times, act.at) for act in acts]
    answers = [*acts, None]
    waits = [
        _wait(lead, asked[start:end], act, within)
        for act, (start, end) in zip(answers, pairwise([0, *ends, len(asked)]), strict=True)
        if start < end
    ]
    return list(_with_outcomes(waits, acts))


def _with_outcomes(waits: Sequence[Wait], acts: Sequence[Act]) -> Iterator[Wait]:
    """Yield waits with the last outcome that was named before the customer asked again."""
    asked_again = [wait.interests[0].received_at for wait in waits[1:]]
    for wait, until in zip(waits, [*asked_again, None], strict=True):
        came_of = [
            act.outcome
            for act in acts
            if act.outcome and wait.answer is not None and act.at >= wait.answer.at
            if until is None or act.at < until
        ]
        yield replace(wait, outcome=came_of[-1]) if came_of else wait


def _wait(lead: Lead, some: Sequence[ToldInterest], act: Act | None, within: timedelta) -> Wait:
    """Return what begins with some interests, and ends with an act if there is one."""
    since = answerable_since(lead, _at(some[0]))
    dues = [_due_at(lead, one, within) for one in some]
    return Wait(
        since=since if act is None else min(since, act.at),
        due_at=min(due for due, _ in dues),
        interests=[one.interest.submission for one in some],
        answer=act,
        inferred=any(inferred for _, inferred in dues)
        or (act is not None and act.via is Via.EARLIER_VERSION),
    )


def _due_at(lead: Lead, one: ToldInterest, within: timedelta) -> tuple[datetime, bool]:
    """Return until when an interest must be answered, and whether nothing that is stored says so.

    One that came while nobody could answer is due as if it had come with the first contact.
    """
    submission = one.interest.submission
    stored = one.due_at or lead.dues.get(submission.submission_id)
    own = stored or submission.received_at + within
    if lead.answerable_from is not None and submission.received_at < lead.answerable_from[0]:
        own = max(own, lead.answerable_from[1])
    return own, stored is None


def _counting(lead: Lead, rows: Iterable[Act]) -> list[Act]:
    """Return what was done and not undone, by time, also what an older version kept no row of."""
    all_acts = list(rows)
    done = {act.act_id: act for act in all_acts if not act.withdraws}
    undone = {act.withdraws for act in all_acts}
    for known in known_acts(lead):
        if known.act_id not in done and not known.withdrawn:
            done[known.act_id] = Act(
                said_at=known.at,
                seen_at=known.at,
                by=known.by,
                via=Via.EARLIER_VERSION,
                outcome=known.outcome,
            )
    counting = (act for name, act in done.items() if name not in undone)
    return sorted(counting, key=lambda act: (act.at, act.by))


def _asked(lead: Lead, rows: Sequence[ToldInterest]) -> list[ToldInterest]:
    """Return the interests that somebody must answer, each once, in order."""
    told = {row.interest.submission.submission_id: row for row in rows}
    firsts = sorted(i.first for i in whole(lead, rows).interests if not i.do_not_contact)
    return [told[first.submission_id] for first in firsts if first.submission_id in told]


def _at(one: ToldInterest) -> datetime:
    return one.interest.submission.received_at
