"""A night of 200 leads: who is told what, when, in how many messages."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.rules import Notify
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import push
from tests.telling import NORTH, rules

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
EVENING = START + 9 * HOUR
"""Monday, 18:00: an hour after the team has gone."""

MORNING = START + 24 * HOUR
LEADS = 200

MOST_IN_AN_HOUR = 16
"""Ten single ones and a list every ten minutes."""


async def a_night(office: Office) -> Office:
    """Let 200 customers come between 18:00 and 9:00, each within an hour's policy."""
    for number in range(LEADS):
        at = EVENING + number * 15 * HOUR / LEADS
        await office.run(at)
        message = push(number + 1, after=at - START, Email=f"customer.{number}@fabrikam.example")
        await office.relay.host(message)
    await office.run(MORNING + 5 * HOUR)
    return office


@pytest.fixture(scope="module")
async def office() -> Office:
    """Play one night for all who only look at it."""
    return await a_night(Office())


def test_c3_n5_n6_a_night_wakes_nobody_and_floods_nobody(office: Office) -> None:
    people = [one for one in office.channels.arrived if one.channel == "people"]
    assert min(one.at for one in people) >= MORNING
    owners = [one for one in people if one.to != "Marta"]
    managers = [one for one in people if one.to == "Marta"]
    assert owners
    assert managers
    assert min(one.at for one in managers) >= min(one.at for one in owners) + 2 * HOUR
    most = {name: office.most_in_an_hour()[name] for name in ("Anna", "Bo", "Marta")}
    assert max(most.values()) <= MOST_IN_AN_HOUR, most
    told = Counter((one.to, one.kind) for one in people)
    assert told["Marta", "list"] >= 1
    assert office.turns() == LEADS


def test_n6_the_channel_of_the_team_is_told_at_any_hour_within_a_minute(office: Office) -> None:
    single = [one for one in office.told_to("North") if one.kind == "new_lead"]
    listed = [one for one in office.told_to("North") if one.kind == "list"]
    assert len(single) == LEADS
    assert listed == []


@pytest.mark.thorough
async def test_everybody_who_must_be_told_is_told() -> None:
    office = await a_night(Office(rules(replace(NORTH, notify=Notify.ALWAYS))))

    left = [p.stored.notices for p in office.relay.leads.partitions.values() if p.stored.notices]
    assert left == []
