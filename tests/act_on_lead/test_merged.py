"""What people do on a lead that is part of another is done on that one (A6)."""

import json
from dataclasses import replace
from http import HTTPStatus

import pytest

from act_on_lead.api import follow_up, show
from shared.domain.joining import merged_away
from shared.domain.lead import Lead
from shared.operations.errors import NotFoundError
from shared.ports.leads import StoredLead
from tests.act_on_lead.world import LEAD_ID, World, told, waiting
from tests.examples import OTHER_LEAD_ID
from tests.fakes import START, StoredPartition


@pytest.fixture
def world() -> World:
    """Return a world whose lead is part of another one, which has its interest."""
    world = World()
    kept = replace(waiting(), lead_id=OTHER_LEAD_ID, merged_from=(LEAD_ID,))
    world.put(merged_away(waiting(), OTHER_LEAD_ID, START))
    stored = StoredLead(lead=kept, deliveries={}, etag="1")
    world.leads.partitions[OTHER_LEAD_ID] = StoredPartition(stored=stored)
    return world


def kept(world: World) -> Lead:
    return world.leads.partitions[OTHER_LEAD_ID].stored.lead


async def test_a6_an_act_by_the_api_lands_on_the_lead_that_it_is_part_of(world: World) -> None:
    gone = world.stored

    after = await follow_up(LEAD_ID, json.dumps({"by": "Sam"}).encode(), world.ports)

    assert (after.lead_id, after.followed_up_by) == (OTHER_LEAD_ID, "Sam")
    assert kept(world).follow_up.done_by == "Sam"
    assert world.stored is gone


async def test_a6_the_api_shows_what_a_lead_is_part_of(world: World) -> None:
    shown = await show(LEAD_ID, world.ports)

    assert (shown.lead_id, shown.merged_into, shown.merged_at) == (LEAD_ID, OTHER_LEAD_ID, START)
    assert shown.follow_up == "none"


async def test_a6_a_link_of_before_acts_on_the_lead_that_it_is_part_of(world: World) -> None:
    token = world.token()
    page = await world.look(token)

    after = await world.press(token, page, "followed_up", note="Called.")

    assert "Answer by " in page.body
    assert told(after) == "Recorded."
    assert kept(world).follow_up.done_by == "Anna"
    assert world.acts == []


async def test_a6_where_that_one_is_gone_nothing_is_done(world: World) -> None:
    del world.leads.partitions[OTHER_LEAD_ID]

    with pytest.raises(NotFoundError, match=f"there is no lead {OTHER_LEAD_ID}"):
        await follow_up(LEAD_ID, b"{}", world.ports)
    page = await world.look(world.token())
    assert page.status is HTTPStatus.NOT_FOUND


async def test_a6_a_link_follows_a_chain_to_its_end(world: World) -> None:
    page = await world.look(world.token())
    merged = world.leads.partitions[OTHER_LEAD_ID]
    away = merged_away(merged.stored.lead, "c8" * 16, START)
    merged.stored = replace(merged.stored, lead=away)
    third = replace(waiting(), lead_id="c8" * 16, merged_from=(LEAD_ID, OTHER_LEAD_ID))
    stored = StoredLead(lead=third, deliveries={}, etag="1")
    world.leads.partitions["c8" * 16] = StoredPartition(stored=stored)

    after = await world.press(world.token(), page, "followed_up", note="Called.")

    assert told(after) == "Recorded."
    assert world.leads.partitions["c8" * 16].stored.lead.follow_up.done_by == "Anna"
