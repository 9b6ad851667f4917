"""Rule C5 where a team works less than its policy counts: late, never early, and explained."""

from dataclasses import replace

from shared.domain.calendars import Calendar, Window
from shared.domain.durations import Duration
from shared.domain.rules import Policy, Rules, Step, StepKind
from shared.domain.working_time import LONGEST_LOOK
from shared.operations.explaining import asked_about, explain
from shared.operations.explaining_clock import BySettings
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import DAY, push
from tests.telling import NORTH, rules

MONDAYS = Calendar(zone="UTC", hours=((Window.parse("09:00-15:00"),), (), (), (), (), (), ()))
LONGEST = Duration.parse("720 working hours")
SLOW = Policy(name="slow", within=LONGEST, ladder=(Step(gap=LONGEST, kind=StepKind.REMIND),))


def in_force(calendar: Calendar = MONDAYS) -> Rules:
    return rules(replace(NORTH, calendar=calendar), SLOW)


async def test_c5_a_customer_need_not_be_answered_before_the_team_has_worked_so_long() -> None:
    office = Office(in_force())

    await office.relay.host(push())

    due_at = office.relay.lead.follow_up.due_at
    assert due_at is not None
    assert due_at >= START + LONGEST_LOOK


async def test_c5_leads_explain_tells_the_same_times() -> None:
    sent = push()
    for calendar in (MONDAYS, replace(MONDAYS, hours=((),) * 7)):
        asked = asked_about(sent.body, sent.content_type, START)

        view = await explain(
            asked, in_force(calendar), BySettings(destinations=(), follow_up_within=DAY), None
        )

        assert view.due_at == START + LONGEST_LOOK
        assert "the team does not work for so long in two years" in view.due_why
        assert view.next[-1].at - START >= 2 * LONGEST_LOOK
