"""The clock of a lead as a join: over what the customer did, and what people did for them. Pure.

It starts with the earliest interest that nobody has answered, and is due when the first of those
must be answered, in whatever order interests and acts are heard of.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.acts import Act, ActSummary, last_act, naming_act, with_act
from shared.domain.calendars import Calendar
from shared.domain.follow_up import (
    WITHIN,
    FollowUp,
    LadderKind,
    follow_up,
    start_clock,
    stop_clock,
    take_back,
)
from shared.domain.identity import answerable
from shared.domain.lead import InterestSummary, Lead, Submission
from shared.domain.whole import keeps_all
from shared.domain.working_time import working_time_between

type AnswerableFrom = tuple[datetime, datetime] | None


def answered(lead: Lead, act: Act, within: timedelta = WITHIN) -> Lead:
    """Return the lead with an act on it; the same one twice is one.

    ``within`` counts for interests that nothing gave a due time, as an older version recorded them.
    It answers what the customer did up to it; what they did after it starts the clock again. An act
    before all that is open answers nothing, and one that is withdrawn counts as never done.
    """
    known = known_acts(lead)
    acts = with_act(known, act)
    last, former = last_act(acts), last_act(known)
    if last == former:
        return looked_at_on_its_day(lead, replace(lead, acts=acts))
    return replace(lead, acts=acts, follow_up=_acted(lead, last, within))


def looked_at_on_its_day(before: Lead, after: Lead) -> Lead:
    """Return the lead without check-ins that would begin on another day than is named now (C10).

    The sweep begins them again: until the first one nobody has been told of them.
    """
    clock = after.follow_up
    waits = clock.run_kind is LadderKind.CHECK_IN and not clock.step
    if not waits or _day(before) == _day(after):
        return after
    begins = replace(clock, ladder_at=None, ladder_kind=LadderKind.NONE, next_step_at=None)
    return replace(after, follow_up=begins)


def _day(lead: Lead) -> ActSummary | None:
    return naming_act(lead.acts, lead.last_asked_at)


def as_of_then(act: Act, lead: Lead, calendar: Calendar | None) -> Act:
    """Return an act with who owned the lead, and how long the customer had waited for it (K2)."""
    since = _waited_since(lead, act.at)
    worked = working_time_between(calendar, since, act.at) if calendar and since else None
    return replace(
        act,
        owner=lead.owner,
        team=lead.team,
        open_since=since,
        working_seconds=None if worked is None else worked // timedelta(seconds=1),
    )


def _waited_since(lead: Lead, at: datetime) -> datetime | None:
    """Return since when the customer had waited for an act at a time; None if they had not."""
    if lead.test or lead.do_not_contact or not answerable(lead.contact):
        return None
    before = max((a.at for a in known_acts(lead) if not a.withdrawn and a.at < at), default=None)
    asked = [i.first.received_at for i in lead.interests if not i.do_not_contact]
    started = lead.follow_up.clock_started_at
    # Of more interests than are kept on the lead, the clock alone knows the first.
    asked += [] if started is None else [started]
    waited = (a for a in asked if a <= at and (before is None or a > before))
    first = min(waited, default=None)
    return None if first is None else min(answerable_since(lead, first), at)


def answerable_since(lead: Lead, received_at: datetime) -> datetime:
    """Return from when on somebody could answer what came at a time."""
    return max(received_at, lead.answerable_from[0]) if lead.answerable_from else received_at


def known_acts(lead: Lead) -> tuple[ActSummary, ...]:
    """Return the acts on a lead, that of an older version of the app too, which keeps no list."""
    done_at, last = lead.follow_up.done_at, last_act(lead.acts)
    if done_at is None or (last is not None and done_at <= last.at):
        return lead.acts
    return (*lead.acts, ActSummary(at=done_at, by=lead.follow_up.done_by))


def _acted(lead: Lead, last: ActSummary | None, within: timedelta) -> FollowUp:
    before = lead.follow_up
    started = before.clock_started_at
    if last is None:
        undone = replace(before, done_at=None, done_by="", outcome="")
        return _restarted(lead, take_back(undone), within)
    outcome = last.outcome or ""
    answers_nothing = started is not None and last.at < started
    if answers_nothing and (before.done_at is None or before.done_at < last.at):
        return replace(before, done_at=last.at, done_by=last.by, outcome=outcome)
    after = follow_up(before, last.at, last.by, outcome)
    withdrawn = before.done_at is not None and last.at < before.done_at
    return _restarted(lead, after, within) if withdrawn or started is not None else after


def _restarted(lead: Lead, clock: FollowUp, within: timedelta) -> FollowUp:
    """Return the clock from the first interest after the last act."""
    started = lead.follow_up.clock_started_at
    since = _unanswered_since(lead.interests, clock)
    if since is None or (started is None and lead.follow_up.done_at is None):
        return clock
    return _with_due(lead, start_clock(clock, since, within), within)


def dues_of(
    before: Lead, merged: Lead, submission: Submission, due_at: datetime
) -> dict[str, datetime]:
    """Return until when which interest must be answered, fixed when it is recorded."""
    known = {**before.dues, submission.submission_id: due_at}
    firsts = (i.first.submission_id for i in merged.interests)
    return {name: known[name] for name in firsts if name in known}


def answerable_from(before: Lead, submission: Submission, due_at: datetime) -> AnswerableFrom:
    """Return when the first submission came that somebody can answer, and until when.

    None for a lead of an older version, which does not say: it always could.
    """
    known = before.answerable_from
    if not answerable(submission.contact):
        return known
    if known is None and before.interests and answerable(before.contact):
        return None
    return min(filter(None, (known, (submission.received_at, due_at))))


def rules_of(before: Lead, merged: Lead, submission: Submission, rule: str) -> dict[str, str]:
    """Return which interest fell under which rule."""
    known = before.rules | ({submission.submission_id: rule} if rule else {})
    firsts = (i.first.submission_id for i in merged.interests)
    return {name: known[name] for name in firsts if name in known}


def clock_of(lead: Lead, within: timedelta) -> FollowUp:
    """Return the clock from the earliest interest that nobody has answered.

    A repeat is none: it starts no clock, and one that came before its interest takes it back.
    """
    clock = lead.follow_up
    if lead.test or lead.do_not_contact or not answerable(lead.contact):
        return stop_clock(clock)
    since = _unanswered_since(lead.interests, clock)
    if keeps_all(lead) and _started_before(clock, since):
        clock = take_back(clock)
    return _with_due(lead, start_clock(clock, since, within) if since else clock, within)


def _with_due(lead: Lead, clock: FollowUp, within: timedelta) -> FollowUp:
    """Return a clock that is due when the first of what is open must be answered."""
    if clock.clock_started_at is None:
        return clock
    dues = [_due_at(lead, i, within) for i in unanswered(lead.interests, clock)]
    before = lead.follow_up
    same_start = before.clock_started_at == clock.clock_started_at
    if not keeps_all(lead) and same_start and before.due_at is not None:
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
    return min((i.first.received_at for i in unanswered(interests, clock)), default=None)


def unanswered(interests: Iterable[InterestSummary], clock: FollowUp) -> list[InterestSummary]:
    """Return the interests that nobody has answered and somebody should."""
    return [
        i
        for i in interests
        if not i.do_not_contact and (clock.done_at is None or i.first.received_at > clock.done_at)
    ]
