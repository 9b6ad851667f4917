"""Rule A3: one who is away keeps the lead, and what they are told, the team's channel is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.absences import Absence
from shared.domain.acts import Outcome
from shared.domain.durations import Duration
from shared.domain.errors import ChannelUnavailableError
from shared.domain.rules import ChannelKind, Rules, Team
from tests.examples import acted
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import DAY, push
from tests.telling import ANNA, BO, FAST, NORTH, PEOPLE, SALES, ladder, rules

HOUR = timedelta(hours=1)
BOTH = {"Anna", "North"}


def away(member: str = "anna", *, until: timedelta = 30 * DAY) -> Absence:
    return Absence(member=member, from_at=START, until_at=START + until)


def anna_alone(team: Team = NORTH) -> Team:
    return replace(team, members=(ANNA,))


async def told_by(office: Office, until: timedelta) -> list[tuple[str, str]]:
    """Return who was told what, after the new lead."""
    await office.relay.host(push())
    await office.relay.drain()
    office.channels.arrived.clear()
    await office.run(START + until)
    return [(one.to, one.kind) for one in office.channels.arrived]


def office(in_force: Rules, *absences: Absence) -> Office:
    return Office(replace(in_force, absences=absences))


async def test_a3_flag_and_reminder_of_an_absent_owner_are_told_to_the_channel_too() -> None:
    only_reminds = replace(FAST, ladder=FAST.ladder[:1])
    there = await told_by(office(rules(anna_alone(), only_reminds)), DAY)
    gone = await told_by(office(rules(anna_alone(), only_reminds), away()), DAY)

    assert there == [("Anna", "reminder")] * 2
    assert sorted(gone) == sorted([*there, ("North", "reminder"), ("North", "reminder")])


async def test_a3_so_is_a_new_interest_and_the_owner_stays() -> None:
    app = office(rules(anna_alone()), away())

    await app.relay.host(push())
    await app.relay.host(push(2, offer="offer-2"))

    assert app.relay.lead.owner == "anna"
    assert {one.to for one in app.channels.arrived} == BOTH


async def test_a3_so_are_check_ins() -> None:
    app = office(rules(anna_alone()), away())
    await app.relay.host(push())
    app.channels.arrived.clear()
    await app.act(app.relay.lead.lead_id, acted(START + HOUR, outcome=Outcome.NO_ANSWER))

    await app.run(START + 3 * DAY)

    assert sorted((one.to, one.kind) for one in app.channels.arrived) == [
        ("Anna", "check_in"),
        ("North", "check_in"),
    ]


async def test_a3_who_is_back_before_they_are_told_is_told_alone() -> None:
    """Came on Monday evening, flagged on Tuesday evening, read on Wednesday morning."""
    late = replace(FAST, within=None, ladder=())
    app = office(rules(anna_alone(), late), away(until=DAY))
    app.relay.clock.now = START + 10 * HOUR

    told = await told_by(app, 2 * DAY)

    assert {to for to, _ in told} == {"Anna"}


IN_THE_EVENING = replace(FAST, within=Duration.parse("10h"), ladder=())
"""Flagged on Monday evening, read on Tuesday morning."""


async def told_after_an_absence_was_entered(
    in_force: Rules, entered: timedelta, failures: int = 0
) -> list[tuple[str, str]]:
    """Return who was told of the flag."""
    app = Office(in_force)
    await app.relay.host(push())
    await app.run(START + 12 * HOUR)
    app.channels.arrived.clear()
    app.channels.fails["people"] = [ChannelUnavailableError("503") for _ in range(failures)]
    await app.run(START + entered)
    app.relay.routing_rules = replace(in_force, absences=(away(),))
    await app.run(START + 4 * DAY)
    return sorted((one.to, one.kind) for one in app.channels.arrived)


@pytest.mark.parametrize(("entered", "failures"), [(DAY - HOUR, 0), (DAY + HOUR, 9)])
async def test_a3_an_absence_that_is_entered_before_they_are_told_brings_the_channel_in(
    entered: timedelta, failures: int
) -> None:
    """Who calls in sick is told at nine, as was decided the evening before, or once it works."""
    in_force = rules(anna_alone(), IN_THE_EVENING)
    told = await told_after_an_absence_was_entered(in_force, entered, failures)

    assert told == [("Anna", "reminder"), ("North", "reminder")]


async def test_a3_whom_the_channel_was_told_with_from_the_start_is_not_told_of_twice() -> None:
    told = await told_by(office(rules(anna_alone(), IN_THE_EVENING), away()), 4 * DAY)

    assert sorted(told) == [("Anna", "reminder"), ("North", "reminder")]


@pytest.mark.parametrize("kind", [ChannelKind.SLACK, ChannelKind.TEAMS])
async def test_n4_one_channel_of_owner_and_team_is_told_of_each_step_once(
    kind: ChannelKind,
) -> None:
    shared = anna_alone(replace(NORTH, member_channel=""))
    in_force = rules(shared, ladder())
    one = replace(in_force, channels={"sales": replace(SALES, kind=kind), "people": PEOPLE})
    app = office(one, away())

    await app.relay.host(push())
    await app.run(START + 2 * HOUR)

    assert [one.kind for one in app.channels.arrived] == ["new_lead", "reminder"]


async def test_n4_by_mail_the_owner_and_the_team_are_two_places() -> None:
    mail = replace(SALES, kind=ChannelKind.EMAIL, to="sales@example.com")
    by_mail = anna_alone(replace(NORTH, members=(ANNA, BO), member_channel=""))
    with_mail = replace(by_mail, members=(replace(ANNA, email="anna@example.com"),))
    for team, told in ((with_mail, ["Anna", "North"]), (by_mail, ["North"])):
        app = office(replace(rules(team), channels={"sales": mail}))
        await app.relay.host(push())
        assert sorted(one.to for one in app.channels.arrived) == told
