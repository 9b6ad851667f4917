"""Rule C10: today is the team's date, in the form, in the API and where a day is checked."""

import json
from dataclasses import replace
from datetime import date
from http import HTTPStatus

import pytest

from act_on_lead.api import follow_up
from shared.operations.errors import UsageError
from tests.act_on_lead.world import LEAD_ID, World, overdue
from tests.telling import NORTH, rules

YESTERDAY_BY_UTC = "2026-11-01"


def in_honolulu() -> World:
    """Return a world where it is 23:00 on 1 November, and the second by UTC."""
    world = World(rules=rules(replace(NORTH, calendar=None, zone="Pacific/Honolulu")))
    world.put(overdue())
    return world


async def test_c10_the_form_takes_the_date_of_the_team() -> None:
    world = in_honolulu()
    token = world.token()

    shown = await world.look(token)
    page = await world.press(
        token, shown, "followed_up", look_on=YESTERDAY_BY_UTC, outcome="meeting"
    )

    assert f'min="{YESTERDAY_BY_UTC}" max="2027-04-30"' in shown.body
    assert page.status is HTTPStatus.OK
    assert [act.look_on for act in world.acts] == [date(2026, 11, 1)]


async def test_c10_so_does_the_api() -> None:
    world = in_honolulu()
    for last, refused in (("2027-05-01", True), (YESTERDAY_BY_UTC, False)):
        said = json.dumps({"by": "anna", "outcome": "meeting", "look_on": last}).encode()
        if refused:
            with pytest.raises(UsageError, match="between today and 180 days"):
                await follow_up(LEAD_ID, said, world.ports)
        else:
            await follow_up(LEAD_ID, said, world.ports)

    assert [act.look_on for act in world.acts] == [date(2026, 11, 1)]
