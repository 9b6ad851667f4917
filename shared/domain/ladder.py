"""Runs: the steps after a flag, and the check-ins after an act, each at most once. Pure.

A time is stored when it is decided. The kind of a step is read when it is due, from the rules of
then. No two steps of a run are closer than the gap between them, and nobody is told that the owner
did nothing before the owner could know.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.acts import last_act, naming_act
from shared.domain.durations import Duration
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind, flag, is_overdue
from shared.domain.holding import with_first_step_held
from shared.domain.lead import Lead
from shared.domain.notices import Notice, Occasion, Role, new_notice, run_id
from shared.domain.plan import Plan
from shared.domain.rules import StepKind
from shared.domain.schedule import lacks_run

TOO_LATE = timedelta(days=14)
"""A step that was due so long ago is not taken: an upgrade or a long outage makes no storm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A flag or a step that is taken: what it leaves on the lead, and who is told.

    ``step`` is 0 for the start of a run, and where a ladder has ended. ``reassign`` says that the
    lead needs another owner first.
    """

    clock: FollowUp
    step: int = 0
    notices: Mapping[str, Notice] = field(default_factory=dict)
    flagged: bool = False
    checked: bool = True
    reassign: bool = False


def due_step(lead: Lead, plan: Plan, now: datetime, *, checked: bool) -> Taken | None:
    """Return what is due on the clock of a lead, None for nothing.

    ``checked`` says that every CRM that could know of an act was asked and has answered.
    """
    clock = lead.follow_up
    if lacks_run(lead):
        return _begin(lead, clock, plan, now, checked=checked)
    flags = is_overdue(clock, now)
    due_at = clock.due_at if flags else _step_due_at(clock, now)
    if due_at is None:
        return None
    if not flags and (now - due_at > TOO_LATE or clock.step >= _length(clock.run_kind, plan)):
        return Taken(clock=replace(clock, next_step_at=None))
    if not checked and now < due_at + plan.grace:
        return None
    if flags:
        return _begin(lead, flag(clock, now), plan, now, checked=checked, flagged=True)
    return _step(lead, clock, plan, now, checked=checked)


def _step_due_at(clock: FollowUp, now: datetime) -> datetime | None:
    """Return when the step that is due by now became due, None if none is."""
    at = clock.next_step_at
    runs = clock.run_kind is not LadderKind.NONE
    return at if runs and at is not None and at <= now else None


def _begin(
    lead: Lead,
    clock: FollowUp,
    plan: Plan,
    now: datetime,
    *,
    checked: bool,
    flagged: bool = False,
) -> Taken:
    """Begin a run with its step 0: the flag tells the owner, an act tells nobody."""
    overdue = clock.state is FollowUpState.OVERDUE
    kind = LadderKind.OVERDUE if overdue else LadderKind.CHECK_IN
    begun = replace(clock, ladder_at=now, ladder_kind=kind, step=0)
    to = _owner(lead, plan, now) if overdue else ()
    taken = _taken(lead, begun, plan, now, Occasion.OVERDUE, to, checked=checked, flagged=flagged)
    if overdue:
        return replace(taken, clock=with_first_step_held(taken.clock))
    return replace(taken, clock=replace(begun, next_step_at=_first_check_in(lead, plan, now)))


def _step(lead: Lead, clock: FollowUp, plan: Plan, now: datetime, *, checked: bool) -> Taken:
    after = replace(clock, step=clock.step + 1)
    if clock.run_kind is LadderKind.CHECK_IN:
        to = _owner(lead, plan, now)
        return _taken(lead, after, plan, now, Occasion.CHECK_IN, to, checked=checked)
    match plan.steps[clock.step].kind:
        case StepKind.REMIND:
            to = _owner(lead, plan, now)
            return _taken(lead, after, plan, now, Occasion.REMINDER, to, checked=checked)
        case StepKind.ESCALATE:
            to = _those(plan, Role.MANAGER) or _those(plan, Role.TEAM)
            return _taken(lead, after, plan, now, Occasion.ESCALATION, to, checked=checked)
        case _:
            taken = _taken(lead, after, plan, now, Occasion.REASSIGNED, (), checked=checked)
            return replace(taken, reassign=True)


def _taken(  # noqa: PLR0913 - all but the first four by name at their calls
    lead: Lead,
    after: FollowUp,
    plan: Plan,
    now: datetime,
    occasion: Occasion,
    to: Collection[Role],
    *,
    checked: bool,
    flagged: bool = False,
) -> Taken:
    """Store when the next step is due: its gap after now, or after who is told now can read it."""
    begun_at = after.ladder_at or now
    notices = {
        role: new_notice(
            lead.lead_id,
            recipient=role,
            occasion=occasion,
            because_of=run_id(begun_at),
            now=now,
            send_from=plan.may_be_told(role, now),
            step=after.step,
            checked=checked,
        )
        for role in to
    }
    told_at = max([now, *(notice.send_from for notice in notices.values())])
    return Taken(
        clock=replace(after, next_step_at=next_step_at(after, plan, told_at)),
        step=after.step,
        notices={str(role): notice for role, notice in notices.items()},
        flagged=flagged,
        checked=checked,
    )


def next_step_at(clock: FollowUp, plan: Plan, told_at: datetime) -> datetime | None:
    """Return when the step after those that are taken is due, None if there is none."""
    gaps = _gaps(clock.ladder_kind, plan)
    if clock.step >= len(gaps):
        return None
    if clock.ladder_kind is LadderKind.OVERDUE:
        return plan.after(gaps[clock.step], told_at)
    since_act = plan.after(gaps[clock.step], clock.done_at or told_at)
    apart = plan.after(_between(gaps, clock.step), told_at)
    return max(since_act, apart)


def _between(rising: Sequence[Duration], number: int) -> Duration:
    """Return the time between a check-in and the one before it."""
    this, before = rising[number], rising[max(number - 1, 0)]
    same_kind = number > 0 and this.kind is before.kind and this.length > before.length
    return Duration(this.length - before.length, this.kind) if same_kind else this


def _length(kind: LadderKind, plan: Plan) -> int:
    """Return how many steps a ladder has; a day that somebody named is a check-in by itself."""
    return max(len(_gaps(kind, plan)), 1 if kind is LadderKind.CHECK_IN else 0)


def _gaps(kind: LadderKind, plan: Plan) -> Sequence[Duration]:
    overdue = kind is LadderKind.OVERDUE
    return [step.gap for step in plan.steps] if overdue else plan.check_ins


def _first_check_in(lead: Lead, plan: Plan, now: datetime) -> datetime | None:
    """Return the first look after an act: on the day that somebody named, if they did."""
    last = last_act(lead.acts)
    acted_at = last.at if last else now
    naming = naming_act(lead.acts, lead.last_asked_at)
    named = plan.look_at(naming.look_on, naming.at) if naming and naming.look_on else None
    if named is not None and named >= acted_at:
        return max(named, now)
    return max(plan.after(plan.check_ins[0], acted_at), now) if plan.check_ins else None


def _owner(lead: Lead, plan: Plan, now: datetime) -> tuple[Role, ...]:
    """Return whom a lead is told to: its owner, the team's channel if it has none."""
    return (plan.owner_alone(now) if lead.owner else ()) or _those(plan, Role.TEAM)


def _those(plan: Plan, role: Role) -> tuple[Role, ...]:
    return (role,) if role in plan.roles else ()
