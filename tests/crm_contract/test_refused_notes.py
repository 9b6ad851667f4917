"""A CRM that has the lead and does not take a note: the lead is delivered, and a person told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from local.fakes.faults import Fault
from local.fakes.server import CrmServer
from shared.ports.leads import EventKind
from tests.crm_contract.aftermath import Outcome, outcome_of
from tests.crm_contract.subjects import on_a_socket
from tests.crm_contract.world import World

WITH_RECORDS = ["dynamics", "hubspot", "marketo", "salesforce"]


@asynccontextmanager
async def with_a_record(name: str) -> AsyncIterator[tuple[World, CrmServer]]:
    async with on_a_socket(name) as subject:
        assert isinstance(subject.behind, CrmServer)
        world = World(subject)
        await world.push()
        await world.rest()
        await world.push()
        yield world, subject.behind


async def call_of_the_note(name: str) -> str:
    async with with_a_record(name) as (world, server):
        await world.rest()
        return server.calls[-1]


@pytest.mark.parametrize("name", WITH_RECORDS)
async def test_a_refused_note_holds_nothing_up_and_is_remarked(name: str) -> None:
    note = await call_of_the_note(name)
    async with with_a_record(name) as (world, server):
        server.lasting_faults[note] = Fault.REJECTED
        await world.rest()

        assert outcome_of(world) is Outcome.DELIVERED
        assert "; interest not noted: " in world.told(EventKind.DELIVERED)[-1].detail

        server.lasting_faults.clear()
        await world.push()
        await world.rest()
        [record] = await world.subject.records()
        assert world.missing(record) == [world.pushed[1]]
