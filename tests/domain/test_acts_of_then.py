"""An act keeps what was so when it was recorded: the owner, the team, how long they had waited."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.acts import Act
from shared.domain.calendars import Calendar, Window
from shared.domain.clock import answered, as_of_then
from shared.domain.lead import Contact, Lead
from tests.domain.histories import HOUR, NOON, merged, submission
from tests.examples import acted

OFFICE = Calendar(zone="UTC", hours=((Window.parse("09:00-17:00"),),) * 5 + ((),) * 2)
DAY = 24 * HOUR
LATE = replace(merged([submission("s1", 4 * HOUR)]), owner="anna", team="north")
"""Asked on a Friday at 16:00."""

TIMES = st.lists(st.integers(min_value=1, max_value=12), min_size=2, max_size=5, unique=True)


def recorded(lead: Lead, at: datetime, calendar: Calendar | None = OFFICE) -> Act:
    return as_of_then(acted(at), lead, calendar)


def test_k2_an_act_says_who_owned_the_lead_and_how_long_the_customer_had_waited() -> None:
    act = recorded(LATE, NOON + 3 * DAY)

    assert (act.owner, act.team) == ("anna", "north")
    assert act.open_since == NOON + 4 * HOUR
    assert act.working_seconds == 4 * 60 * 60  # an hour on Friday, three on Monday


def test_k2_without_a_calendar_no_working_time_is_told() -> None:
    act = recorded(LATE, NOON + 3 * DAY, None)

    assert (act.open_since, act.working_seconds) == (NOON + 4 * HOUR, None)


def test_k2_an_act_for_a_customer_who_did_not_wait_says_so() -> None:
    answered_before = answered(LATE, acted(NOON + 5 * HOUR))
    unreachable = replace(LATE, contact=Contact(country="DE"))
    nobodys = [replace(LATE, test=True), replace(LATE, suppressed=True), unreachable]

    for lead in (answered_before, *nobodys):
        act = recorded(lead, NOON + DAY)
        assert (act.open_since, act.working_seconds) == (None, None)
    assert recorded(LATE, NOON).open_since is None


def test_k2_a_customer_waits_from_when_somebody_could_answer() -> None:
    reached = (NOON + 6 * HOUR, NOON + DAY)
    lead = replace(LATE, answerable_from=reached)

    assert recorded(lead, NOON + 7 * HOUR).open_since == NOON + 6 * HOUR
    assert recorded(lead, NOON + 5 * HOUR).open_since == NOON + 5 * HOUR


@given(TIMES, st.data())
def test_k2_since_when_a_customer_waited_does_not_depend_on_which_act_is_heard_of_first(
    hours: list[int], data: st.DataObject
) -> None:
    asked = merged([submission("s1"), submission("s2", 6 * HOUR, offer="other")])
    order = data.draw(st.permutations([acted(NOON + hour * HOUR) for hour in hours]))

    since, lead = {}, asked
    for act in order:
        since[act.at] = as_of_then(act, lead, OFFICE).open_since
        lead = answered(lead, act)

    assert since[min(since)] == NOON


def test_k2_an_undo_is_of_nobody_and_the_act_stays_as_it_was_told() -> None:
    act = recorded(LATE, NOON + 5 * HOUR)
    undo = Act(said_at=NOON + DAY, seen_at=NOON + DAY, withdraws=act.act_id)

    undone = answered(answered(LATE, act), undo)

    assert undone.follow_up == LATE.follow_up
    assert timedelta(seconds=act.working_seconds or 0) == HOUR
