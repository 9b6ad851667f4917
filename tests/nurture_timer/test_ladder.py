"""Steps after a flag and check-ins after an act: each once, in time, told to the right people."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture_timer.due import Asked, what_is_due
from shared.committing import commit
from shared.domain.acts import Outcome
from shared.domain.clock import answered, as_of_then
from shared.domain.durations import Duration
from shared.domain.errors import CrmUnavailableError
from shared.domain.follow_up import FollowUpState, flag
from shared.domain.lead import Lead
from shared.domain.notices import to_be_listed
from shared.domain.planning import plan_for
from shared.domain.retired import InUse
from shared.domain.rules import Notify, Policy, Rules, StepKind
from shared.domain.schedule import notice_look_at
from shared.domain.working_time import LONGEST_LOOK
from shared.ports.leads import REPLACED, EventKind, LeadChange
from shared.ports.owners import Owned
from tests.examples import LEAD_ID, acted
from tests.fakes import START, FakeCrm
from tests.nurture_timer.world import DELIVERED, HOUR, MINUTE, WAITING, WITHIN, Failing, World, lead
from tests.telling import ANNA, BO, CALENDAR, FAST, NORTH, ladder, rules

if TYPE_CHECKING:
    from shared.domain.notices import Notice

DAY = timedelta(days=1)
ALWAYS = replace(NORTH, notify=Notify.ALWAYS)
"""A team that is told at any hour: the tests of gaps are about gaps."""

REASSIGNS = ladder(("1h", StepKind.REMIND), ("1h", StepKind.REASSIGN), ("1h", StepKind.ESCALATE))


def owned(clock: object = WAITING) -> Lead:
    return replace(lead(clock=clock), owner="anna", team="north")  # type: ignore[arg-type]


def world(in_force: Rules | None = None, **more: object) -> World:
    return World(rules=in_force or rules(ALWAYS), **more)  # type: ignore[arg-type]


@dataclass
class Other:
    """The port ``Owners`` that names the next of some people."""

    names: list[str]

    async def find(self, lead: Lead, rules: Rules) -> Owned | None:
        return Owned(member=self.names.pop(0), team="north", why="turn") if self.names else None


def steps(app: World) -> list[tuple[EventKind, int]]:
    events = app.leads.partitions[LEAD_ID].events
    kinds = {EventKind.FLAGGED, EventKind.STEP}
    return [(e.kind, e.step) for _, e in sorted(events.items()) if e.kind in kinds]


def unsent(app: World) -> dict[str, str]:
    return {name: str(notice.occasion) for name, notice in app.stored().notices.items()}


async def test_the_owner_is_told_then_reminded_then_somebody_else_is_told() -> None:
    app = world()
    await app.put(owned(), DELIVERED)

    told = []
    for minutes in range(0, 200, 10):
        await app.sweep(WITHIN + minutes * MINUTE)
        told.append((minutes, unsent(app)))

    assert steps(app) == [(EventKind.FLAGGED, 0), (EventKind.STEP, 1), (EventKind.STEP, 2)]
    changes = [told[0], *(b for a, b in pairwise(told) if a[1] != b[1])]
    assert changes == [
        (0, {"owner": "overdue"}),
        (60, {"owner": "reminder"}),
        (120, {"owner": "reminder", "manager": "escalation"}),
    ]
    assert app.clock_of().next_step_at is None


@given(st.lists(st.integers(min_value=0, max_value=3_000), min_size=1, max_size=40))
async def test_c2_c3_c5_no_step_is_early_or_taken_twice_or_closer_than_its_gap(
    minutes: list[int],
) -> None:
    app = world()
    await app.put(owned(), DELIVERED)
    at: list[timedelta] = []
    for minute in sorted(minutes):
        before = len(steps(app))
        await app.sweep(minute * MINUTE)
        at += [minute * MINUTE] * (len(steps(app)) - before)

    assert (
        steps(app) == [(EventKind.FLAGGED, 0), (EventKind.STEP, 1), (EventKind.STEP, 2)][: len(at)]
    )
    assert all(first >= WITHIN for first in at[:1])
    assert all(b - a >= HOUR for a, b in pairwise(at))


async def test_c3_after_an_outage_the_steps_keep_their_distance() -> None:
    app = world()
    await app.put(owned(), DELIVERED)

    await app.sweep(5 * DAY)
    assert steps(app) == [(EventKind.FLAGGED, 0)]
    await app.sweep(5 * DAY + 59 * MINUTE)
    assert steps(app) == [(EventKind.FLAGGED, 0)]
    await app.sweep(5 * DAY + HOUR)
    assert steps(app)[1:] == [(EventKind.STEP, 1)]


async def test_c3_n6_nobody_is_told_that_the_owner_did_nothing_before_the_owner_could_know() -> (
    None
):
    """Flagged on Monday evening, told on Tuesday at nine, the manager two hours later."""
    app = world(rules())
    evening = replace(WAITING, due_at=START + 10 * HOUR)
    await app.put(replace(owned(evening), next_due_at=START + 10 * HOUR), DELIVERED)

    for ten in range(6 * 26):
        await app.sweep(10 * HOUR + 10 * ten * MINUTE)

    events = app.leads.partitions[LEAD_ID].events
    assert steps(app) == [(EventKind.FLAGGED, 0), (EventKind.STEP, 1), (EventKind.STEP, 2)]
    manager = app.stored().notices["manager"]
    assert manager.send_from >= START + DAY + 2 * HOUR
    assert len(events) >= 3


async def test_c4_a_step_waits_for_a_crm_that_can_not_be_asked_but_not_for_long() -> None:
    crm = FakeCrm()
    app = world(crm=crm)
    await app.put(owned(), DELIVERED)
    await app.sweep(WITHIN)
    crm.gate = Failing("crm.follow_ups", error=CrmUnavailableError("503"))

    for minutes in range(60, 130, 10):
        await app.sweep(WITHIN + minutes * MINUTE)

    assert steps(app) == [(EventKind.FLAGGED, 0), (EventKind.STEP, 1)]
    events = app.leads.partitions[LEAD_ID].events.values()
    assert [e.unchecked for e in events if e.kind is EventKind.STEP] == [True]
    assert not app.stored().notices["owner"].checked


async def test_an_act_ends_the_run_and_what_was_to_be_told() -> None:
    app = world()
    await app.put(owned(), DELIVERED)
    await app.sweep(WITHIN)
    await act(app, START + WITHIN + MINUTE, Outcome.WON)

    for hours in range(30):
        await app.sweep(WITHIN + hours * HOUR + 2 * MINUTE)

    assert steps(app) == [(EventKind.FLAGGED, 0)]
    assert app.stored().notices == {}
    assert app.clock_of().state is FollowUpState.FOLLOWED_UP
    assert app.stored().lead.next_due_at is None


async def act(app: World, at: datetime, outcome: Outcome | None = None, **more: object) -> None:
    stored = app.stored()
    done = replace(acted(at, outcome=outcome), **more)  # type: ignore[arg-type]
    after = answered(stored.lead, done)
    await commit(
        app.leads, app.index, LeadChange(before=stored, lead=after, at=done.seen_at, acts=[done])
    )


async def test_after_an_act_that_left_it_open_the_owner_is_asked_to_check_in() -> None:
    app = world()
    await app.put(owned(), DELIVERED)
    await act(app, START + HOUR, Outcome.NO_ANSWER)

    told: list[timedelta] = []
    before: dict[str, Notice] = {}
    for hours in range(2, 24 * 21, 1):
        await app.sweep(hours * HOUR)
        if app.stored().notices != before and app.stored().notices:
            told.append(hours * HOUR)
            stored = app.stored()
            sent = LeadChange(
                before=stored, lead=stored.lead, at=app.clock.now, notices={"owner": None}
            )
            await commit(app.leads, app.index, sent)
        before = dict(app.stored().notices)

    assert unsent(app) == {}
    # Monday 10:00, then 2, 5 and 10 working days after.
    assert told == [2 * DAY + HOUR, 7 * DAY + HOUR, 14 * DAY + HOUR]


async def test_c10_the_first_check_in_is_on_the_day_that_somebody_named() -> None:
    app = world()
    await app.put(owned(), DELIVERED)
    day = (START + 11 * DAY).date()
    await act(app, START + HOUR, Outcome.IN_CONVERSATION, look_on=day)
    await act(app, START + 2 * HOUR, Outcome.NO_ANSWER)

    await app.sweep(3 * HOUR)

    assert app.clock_of().next_step_at == START + 11 * DAY


async def test_a_closing_act_asks_for_no_check_in() -> None:
    app = world()
    await app.put(owned(), DELIVERED)

    await act(app, START + HOUR, Outcome.LOST)

    assert app.stored().lead.follow_up.next_step_at is None
    await app.sweep(30 * DAY)
    assert unsent(app) == {}


async def test_a_step_gives_the_lead_to_somebody_else_who_is_told() -> None:
    app = world(rules(ALWAYS, REASSIGNS), owners=Other(["bo"]))
    await app.put(owned(), DELIVERED)

    for minutes in range(0, 130, 10):
        await app.sweep(WITHIN + minutes * MINUTE)

    after = app.stored().lead
    assert (after.owner, after.reassigned, after.follow_up.had) == ("bo", 1, ("anna",))
    assert unsent(app) == {"owner": "reassigned", "team": "reassigned"}
    assert after.follow_up.next_step_at == START + WITHIN + 3 * HOUR
    [event] = [
        e for e in app.leads.partitions[LEAD_ID].events.values() if e.kind is EventKind.ASSIGNED
    ]
    assert (event.former_owner, event.owner, event.team) == ("anna", "bo", "north")


async def test_where_nobody_else_is_left_the_channel_of_the_team_is_told() -> None:
    app = world(rules(ALWAYS, REASSIGNS), owners=Other([]))
    await app.put(owned(), DELIVERED)

    for minutes in range(0, 130, 10):
        await app.sweep(WITHIN + minutes * MINUTE)

    assert app.stored().lead.owner == "anna"
    assert unsent(app)["team"] == "no_owner"


@pytest.mark.parametrize("late", [timedelta(days=14, minutes=1), 60 * DAY])
async def test_c3_a_step_that_is_weeks_late_is_not_taken(late: timedelta) -> None:
    """An upgrade or a long outage makes no storm."""
    app = world()
    await app.put(owned(), DELIVERED)
    await app.sweep(WITHIN)

    await app.sweep(WITHIN + HOUR + late)

    assert steps(app) == [(EventKind.FLAGGED, 0)]
    assert app.clock_of().next_step_at is None


async def test_c3_a_ladder_that_became_shorter_ends() -> None:
    app = world()
    await app.put(owned(), DELIVERED)
    await app.sweep(WITHIN)
    app.rules = rules(ALWAYS, Policy(name=FAST.name, within=Duration.parse("1h")))

    await app.sweep(WITHIN + HOUR)

    assert steps(app) == [(EventKind.FLAGGED, 0)]
    assert app.clock_of().next_step_at is None


async def test_c7_an_overdue_lead_of_an_older_version_begins_with_the_first_step() -> None:
    app = world()
    overdue = flag(WAITING, START + WITHIN)
    old = replace(owned(overdue), next_due_at=None)
    await app.put(old, DELIVERED)
    assert app.stored().lead.next_due_at is not None

    await app.sweep(WITHIN + 3 * DAY)

    assert unsent(app) == {"owner": "overdue"}
    assert app.clock_of().ladder_at == START + WITHIN + 3 * DAY


async def test_c6_a_notice_whose_time_has_come_is_queued_once_and_found_again_if_that_is_lost() -> (
    None
):
    app = world(rules())
    evening = replace(WAITING, due_at=START + 10 * HOUR)
    await app.put(replace(owned(evening), next_due_at=START + 10 * HOUR), DELIVERED)
    await app.sweep(10 * HOUR)
    assert app.queued() == []

    await app.sweep(DAY)
    assert app.queued() == [LEAD_ID]
    await app.sweep(DAY + 10 * MINUTE)
    assert app.queued() == [LEAD_ID]
    await app.sweep(DAY + 30 * MINUTE)
    assert app.queued() == [LEAD_ID, LEAD_ID]


async def test_d3_a_notice_that_is_given_up_names_the_channel_of_the_one_whom_it_was_for() -> None:
    """The step of the same sweep gives the lead to somebody else, who is told elsewhere."""
    elsewhere = replace(BO, channel="sales")
    team = replace(ALWAYS, members=(ANNA, elsewhere))
    late = ladder(("3d", StepKind.REASSIGN))
    app = world(rules(team, late), owners=Other(["bo"]))
    await app.put(owned(), DELIVERED)

    await app.sweep(WITHIN)
    await app.sweep(WITHIN + 3 * DAY)

    assert app.stored().lead.owner == "bo"
    assert app.given_up == [("people", "")]
    assert unsent(app)["owner"] == "reassigned"


async def test_n2_d3_a_notice_that_can_not_be_sent_is_given_up_by_the_sweep() -> None:
    app = world()
    await app.put(owned(), DELIVERED)

    for hours in range(0, 24 * 4, 2):
        await app.sweep(WITHIN + hours * HOUR)

    assert unsent(app) == {}
    assert {channel for channel, _ in app.given_up} == {"people"}
    events = app.leads.partitions[LEAD_ID].events.values()
    untold = [(e.recipient, e.detail) for e in events if e.kind is EventKind.NOT_NOTIFIED]
    assert untold[0] == ("owner", REPLACED)
    assert [who for who, why in untold if why != REPLACED] == ["owner", "manager"]


async def test_the_same_act_told_by_two_crms_is_one_and_a_notice_under_way_is_left_alone() -> None:
    app = world()
    await app.put(owned(), DELIVERED)
    await app.sweep(WITHIN)
    stored = app.stored()
    held = replace(stored.notices["owner"], claim_id="c", claim_ends_at=START + 2 * WITHIN)
    under_way = replace(stored, notices={"owner": held})
    act_ = acted(START + WITHIN + MINUTE)
    plan = plan_for(rules(ALWAYS), stored.lead)

    step = what_is_due(
        under_way, START + WITHIN + HOUR, plan, Asked(seen=[act_, act_]), app.ports.in_use
    )

    assert step.change.acts == (as_of_then(act_, stored.lead, plan.calendar),)
    assert step.change.notices == {}


async def test_c10_a_day_to_look_again_begins_at_nine_where_there_are_no_hours() -> None:
    app = world(rules(replace(ALWAYS, calendar=None)))
    await app.put(owned(), DELIVERED)
    day = (START + 5 * DAY).date()

    await act(app, START + HOUR, Outcome.MEETING, look_on=day)
    await app.sweep(2 * HOUR)

    assert app.clock_of().next_step_at == START + 5 * DAY


async def test_c8_c5_a_calendar_that_never_opens_holds_up_no_sweep_and_no_step_is_early() -> None:
    """It is a wrong setting; people are told at once, and the next step waits."""
    closed = frozenset((START + n * DAY).date() for n in range(-1, 900))
    never = replace(NORTH, calendar=replace(CALENDAR, closed=closed))
    policy = ladder(("2 working hours", StepKind.REMIND))
    app = world(rules(never, policy))
    await app.put(owned(), DELIVERED)

    assert (await app.sweep(WITHIN)).flagged == 1

    assert app.stored().notices["owner"].send_from == START + WITHIN
    assert app.clock_of().next_step_at == START + WITHIN + LONGEST_LOOK


async def test_a3_a_leaver_whom_nobody_can_replace_is_told_once_and_steps_go_on() -> None:
    """The owner is in no team any more, and the lead is nobody's until somebody can take it."""
    app = world(rules(replace(ALWAYS, members=())), owners=Other([]))
    await app.put(owned(), DELIVERED)

    told = []
    for minutes in range(0, 200, 10):
        await app.sweep(WITHIN + minutes * MINUTE)
        told += [n.notice_id for n in app.stored().notices.values() if n.occasion == "no_owner"]
        sent = dict.fromkeys(app.stored().notices)
        stored = app.stored()
        change = LeadChange(before=stored, lead=stored.lead, at=app.clock.now, notices=sent)
        await commit(app.leads, app.index, change)

    assert len(told) == 1
    assert app.stored().lead.owner == ""
    assert steps(app) == [(EventKind.FLAGGED, 0), (EventKind.STEP, 1), (EventKind.STEP, 2)]


async def test_c10_a_day_to_look_again_is_a_check_in_even_where_there_are_no_others() -> None:
    app = world(rules(ALWAYS, replace(FAST, check_ins=())))
    await app.put(owned(), DELIVERED)
    await act(app, START + HOUR, Outcome.MEETING, look_on=(START + 3 * DAY).date())
    await app.sweep(2 * HOUR)

    await app.sweep(3 * DAY)

    assert unsent(app) == {"owner": "check_in"}


async def test_n5_what_waits_for_the_list_counts_no_attempt() -> None:
    app = world()
    await app.put(owned(), DELIVERED)
    await app.sweep(WITHIN)
    stored = app.stored()
    listed = to_be_listed(stored.notices["owner"])
    waits = replace(stored, notices={"owner": listed})

    step = what_is_due(
        waits, START + WITHIN + 40 * MINUTE, plan_for(rules(ALWAYS), stored.lead), Asked(), InUse()
    )

    assert step.change.notices == {}
    assert notice_look_at(listed) == listed.send_from
