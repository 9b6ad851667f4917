"""The record of a lead that is part of another: it stays, and is told once (A6)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from local.fakes.faults import Fault
from local.fakes.https_endpoint import HttpsEndpointServer
from local.fakes.server import CrmServer
from shared.domain.envelope import Deliver
from shared.operations.merge_changes import closing
from shared.ports.leads import EventKind
from tests.crm_contract.aftermath import Outcome, outcome_of
from tests.crm_contract.subjects import on_a_socket
from tests.crm_contract.world import World
from tests.examples import OTHER_LEAD_ID

WITH_RECORDS = ["dynamics", "hubspot", "marketo", "salesforce"]
TOLD = f"merged into lead {OTHER_LEAD_ID}"


@asynccontextmanager
async def with_a_record(name: str) -> AsyncIterator[tuple[World, CrmServer]]:
    async with on_a_socket(name) as subject:
        assert isinstance(subject.behind, CrmServer)
        world = World(subject)
        await world.push()
        await world.rest()
        yield world, subject.behind


async def merged(world: World) -> None:
    """Close the lead as ``leads merge`` does, and ask for its delivery."""
    await world.leads.commit(closing(world.stored, OTHER_LEAD_ID, world.clock()))
    await world.queue.send(Deliver(lead_id=world.lead.lead_id).to_text())


async def told(world: World) -> list[int]:
    """Return how often each record there says what its lead is part of."""
    records = await world.subject.records()
    return ["\n".join([one.description, *one.notes]).count(TOLD) for one in records]


async def calls_of_telling(name: str) -> range:
    """Return the numbers of the requests that tell a record."""
    async with with_a_record(name) as (world, server):
        before = len(server.calls)
        await merged(world)
        await world.rest()
        return range(before, len(server.calls))


@pytest.mark.parametrize("name", WITH_RECORDS)
async def test_a6_a_record_of_a_merged_lead_is_told_once_and_keeps_all_else(name: str) -> None:
    async with with_a_record(name) as (world, _):
        [before] = await world.subject.records()
        await merged(world)
        await world.rest()

        [after] = await world.subject.records()
        assert outcome_of(world) is Outcome.DELIVERED
        assert await told(world) == [1]
        assert (after.values, after.owner, after.status) == (
            before.values,
            before.owner,
            before.status,
        )
        assert world.missing(after) == []


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.CUT_BEFORE, Fault.THROTTLED])
@pytest.mark.parametrize("name", WITH_RECORDS)
async def test_a6_it_is_told_once_even_if_the_answer_is_lost(name: str, fault: Fault) -> None:
    for number in await calls_of_telling(name):
        async with with_a_record(name) as (world, server):
            server.faults_at[number] = fault
            await merged(world)
            await world.rest()

            assert outcome_of(world) is Outcome.DELIVERED
            assert await told(world) == [1]


@pytest.mark.parametrize("name", WITH_RECORDS)
async def test_a6_a_record_that_sales_deleted_is_not_made_again(name: str) -> None:
    async with with_a_record(name) as (world, server):
        server.sales_deletes(world.record.id)
        await merged(world)
        await world.rest()

        assert await world.subject.records() == []
        assert outcome_of(world) is Outcome.DELIVERED
        assert "was deleted meanwhile" in world.told(EventKind.DELIVERED)[-1].detail


async def test_a6_an_endpoint_is_posted_the_lead_once_more_with_what_it_is_part_of() -> None:
    async with on_a_socket("https_endpoint") as subject:
        assert isinstance(subject.behind, HttpsEndpointServer)
        world = World(subject)
        await world.push()
        await world.rest()
        await merged(world)
        await world.rest()

        posted = list(subject.behind.posts.values())
        assert outcome_of(world) is Outcome.DELIVERED
        assert [post["mergedInto"] for post in posted] == ["", OTHER_LEAD_ID]
        assert posted[-1]["mergedInto"] == OTHER_LEAD_ID
        assert posted[-1]["newInterests"] == []
