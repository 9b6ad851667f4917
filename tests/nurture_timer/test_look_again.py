"""Rule C10: the first check-in is on the day that somebody named, whenever we hear of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.committing import commit
from shared.domain.acts import Act, Outcome
from shared.domain.clock import answered
from shared.domain.follow_up import LadderKind
from shared.domain.merging import merge
from shared.domain.rules import Notify
from shared.ports.leads import LeadChange
from tests.domain.histories import RULES, submission
from tests.examples import acted
from tests.fakes import START
from tests.nurture_timer.world import DELIVERED, HOUR, MINUTE, World, lead
from tests.suite.unhurried import examples
from tests.telling import FAST, NORTH, rules

DAY = timedelta(days=1)
ALWAYS = replace(NORTH, notify=Notify.ALWAYS)
NO_CHECK_INS = replace(FAST, check_ins=())


def at(hours: int, **more: object) -> Act:
    """Return an act that left the lead open, and that we hear of a day later."""
    act = acted(START + hours * HOUR, "anna", outcome=Outcome.MEETING)
    return replace(act, seen_at=START + DAY, **more)  # type: ignore[arg-type]


async def heard(*acts: Act, of: World | None = None) -> World:
    """Return the world after acts that we hear of one by one, with a sweep after each."""
    app = of or World(rules=rules(ALWAYS))
    await app.put(replace(lead(), owner="anna", team="north"), DELIVERED)
    for number, act in enumerate(acts):
        stored = app.stored()
        after = answered(stored.lead, act)
        if after != stored.lead:
            change = LeadChange(before=stored, lead=after, at=act.seen_at, acts=[act])
            await commit(app.leads, app.index, change)
        await app.sweep(act.seen_at - START + number * 10 * MINUTE)
    return app


def day(days: int) -> date:
    return (START + days * DAY).date()


async def test_c10_a_day_that_is_heard_of_late_counts_as_if_it_was_heard_of_at_once() -> None:
    acts = [at(1, look_on=day(20)), at(2)]

    for order in permutations(acts):
        app = await heard(*order)
        assert app.clock_of().next_step_at == START + 20 * DAY
        assert app.clock_of().run_kind is LadderKind.CHECK_IN


@settings(max_examples=examples(60))
@given(
    st.lists(
        st.tuples(
            st.integers(min_value=1, max_value=8),
            st.none() | st.integers(min_value=5, max_value=30),
            st.booleans(),
        ),
        min_size=2,
        max_size=5,
        unique_by=lambda act: act[0],
    ),
    st.data(),
)
async def test_c10_in_every_order_of_hearing_the_first_check_in_is_at_the_same_time(
    told: list[tuple[int, int | None, bool]], data: st.DataObject
) -> None:
    acts = [
        at(hours, look_on=day(days) if days else None, closed=closes)
        for hours, days, closes in told
    ]
    undone = data.draw(st.sampled_from([None, *acts]))
    undo = (
        [Act(said_at=START + DAY, seen_at=START + DAY, withdraws=undone.act_id)] if undone else []
    )
    shuffled = data.draw(st.permutations(acts))

    one, other = await heard(*acts, *undo), await heard(*shuffled, *undo)

    assert one.clock_of().next_step_at == other.clock_of().next_step_at


async def test_c10_what_the_customer_asked_in_between_ends_the_day_whenever_we_hear_of_it() -> None:
    app = await heard(at(1, look_on=day(20)), at(3))
    stored = app.stored()
    in_between = submission("s2", START + 2 * HOUR - submission().received_at, description="more")
    after, _ = merge(stored.lead, in_between, RULES)
    change = LeadChange(before=stored, lead=after, at=app.clock.now)
    await commit(app.leads, app.index, change)

    await app.sweep(DAY + HOUR)

    assert app.clock_of().next_step_at == START + 2 * DAY + 3 * HOUR


async def test_c10_a_day_heard_of_after_the_first_check_in_begins_nothing_again() -> None:
    app = await heard(at(2))
    await app.sweep(3 * DAY)
    step = app.clock_of().step
    stored = app.stored()
    late = replace(at(1, look_on=day(20)), seen_at=START + 3 * DAY)

    after = answered(stored.lead, late)

    assert step == 1
    assert after.follow_up == stored.lead.follow_up


async def test_c10_nine_o_clock_is_that_of_a_team_without_hours() -> None:
    team = replace(ALWAYS, calendar=None, zone="America/Los_Angeles")

    app = await heard(at(1, look_on=day(5)), of=World(rules=rules(team)))

    assert app.clock_of().next_step_at == datetime(2026, 11, 7, 17, tzinfo=UTC)


async def test_c10_today_is_when_the_team_works_next_even_without_other_check_ins() -> None:
    for policy in (FAST, NO_CHECK_INS):
        said = replace(at(1, look_on=day(0)), seen_at=START + HOUR)
        app = await heard(said, of=World(rules=rules(ALWAYS, policy)))
        assert app.clock_of().next_step_at == START + HOUR

        await app.sweep(HOUR + 10 * MINUTE)

        assert {n: str(one.occasion) for n, one in app.stored().notices.items()} == {
            "owner": "check_in"
        }


async def test_c10_today_said_after_work_is_tomorrow_morning() -> None:
    said = replace(at(10, look_on=day(0)), seen_at=START + 10 * HOUR)

    app = await heard(said, of=World(rules=rules(ALWAYS, NO_CHECK_INS)))

    assert app.clock_of().next_step_at == START + DAY


async def test_c10_a_day_that_has_passed_by_the_last_act_asks_for_nothing() -> None:
    app = await heard(at(1, look_on=day(0)), at(2), of=World(rules=rules(ALWAYS, NO_CHECK_INS)))

    assert app.clock_of().next_step_at is None
