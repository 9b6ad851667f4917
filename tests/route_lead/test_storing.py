"""Writing where others write, where answers are lost, and where the lead goes away meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from shared.committing import MOST_LOST_ANSWERS, MOST_TRIES
from shared.domain.errors import AlreadyRecordedError, StorageUnavailableError
from shared.ports.leads import EventKind
from tests.fakes import START
from tests.route_lead.relay import DAY, MINUTE, SECOND, Relay, push


@dataclass
class First:
    """Raise or do something at the first few of one kind of request."""

    request: str
    times: int
    do: Callable[[], Awaitable[None]]
    seen: int = 0

    async def __call__(self, request: str) -> None:
        if request == self.request:
            self.seen += 1
            if self.seen <= self.times:
                await self.do()


def somebody_writes(relay: Relay) -> Callable[[], Awaitable[None]]:
    async def write() -> None:
        for partition in relay.leads.partitions.values():
            stored = partition.stored
            partition.stored = replace(stored, etag=str(int(stored.etag) + 1))

    return write


async def no_answer() -> None:
    raise StorageUnavailableError("no answer")


async def already_recorded() -> None:
    raise AlreadyRecordedError("s1")


async def test_who_is_overtaken_reads_again_and_decides_anew() -> None:
    relay = Relay()
    await relay.take(push(1))
    relay.leads.gate = First("leads.commit", MOST_TRIES - 1, somebody_writes(relay))
    await relay.take(push(2))
    assert not relay.queue.messages
    relay.assert_delivered("s1", "s2")


async def test_who_is_overtaken_too_often_waits_for_quieter_times() -> None:
    relay = Relay()
    await relay.take(push(1))
    relay.leads.gate = First("leads.commit", MOST_TRIES, somebody_writes(relay))
    assert await relay.take(push(2)) is None
    assert relay.waits() == [30 * SECOND]
    await relay.drain()
    relay.assert_delivered("s1", "s2")


async def test_a_mark_that_is_overtaken_too_often_is_left_to_the_next_claim() -> None:
    relay = Relay()
    await relay.take(push(1))
    seen = First("leads.commit", MOST_TRIES + 1, somebody_writes(relay))

    async def once_it_is_sent(request: str) -> None:
        if relay.crm.calls == 2:
            await seen(request)

    relay.leads.gate = once_it_is_sent
    await relay.take(push(2))
    await relay.drain()
    relay.assert_delivered("s1", "s2")


@pytest.mark.parametrize("request_lost", ["leads.commit", "leads.committed", "index.written"])
async def test_a_few_lost_answers_are_found_out_by_reading(request_lost: str) -> None:
    relay = Relay()
    relay.leads.gate = relay.index.gate = First(request_lost, MOST_LOST_ANSWERS, no_answer)
    await relay.take(push(1))
    assert not relay.queue.messages
    relay.assert_delivered("s1")


@pytest.mark.parametrize("request_lost", ["leads.commit", "index.written"])
async def test_after_more_of_them_the_message_waits(request_lost: str) -> None:
    relay = Relay()
    relay.leads.gate = relay.index.gate = First(request_lost, MOST_LOST_ANSWERS + 2, no_answer)
    await relay.take(push(1))
    assert len(relay.queue.messages) == 1
    await relay.drain()
    relay.assert_delivered("s1")


async def test_a_submission_without_its_lead_is_read_again() -> None:
    relay = Relay()
    relay.leads.gate = First("leads.commit", 3, already_recorded)
    await relay.take(push(1))
    relay.assert_delivered("s1")


async def test_a_lead_that_is_erased_while_the_crm_answers_is_let_go() -> None:
    relay = Relay()

    async def erased(request: str) -> None:
        if request == "crm.upserted":
            relay.leads.partitions.clear()

    relay.crm.gate = erased
    await relay.take(push(1))
    await relay.drain()
    assert relay.leads.partitions == {}
    assert relay.crm.calls == 1


async def test_a_lead_that_needs_no_look_gets_no_row() -> None:
    relay = Relay()
    quiet = push(1, offer="a")
    quiet = quiet.model_copy(update={"body": quiet.body.replace(b"-INS", b"-DNC")})
    await relay.take(quiet)
    stored = relay.partition.stored
    relay.partition.stored = replace(stored, lead=replace(stored.lead, next_due_at=None))
    relay.index.due_rows.clear()
    again = {"submission_id": "s2", "received_at": quiet.received_at + MINUTE}
    await relay.take(quiet.model_copy(update=again))
    assert relay.told()[-1] == EventKind.REPEATED
    assert relay.index.due_rows == {}


async def test_a_lead_that_needed_no_look_gets_a_row_with_what_is_new() -> None:
    relay = Relay()
    await relay.take(push(1))
    stored = relay.partition.stored
    relay.partition.stored = replace(stored, lead=replace(stored.lead, next_due_at=None))
    relay.index.due_rows.clear()
    relay.clock.now = START + 2 * DAY
    relay.crm.gate = First("crm.upsert", 1, no_answer)
    await relay.take(push(2))
    assert relay.lead.next_due_at is not None
    assert list(relay.index.due_rows) == [(relay.lead.next_due_at, relay.lead.lead_id)]


async def test_who_is_not_the_first_to_create_a_lead_leaves_no_row_in_the_list() -> None:
    relay = Relay()

    async def somebody_is_faster() -> None:
        await relay.take(push(2))

    relay.index.gate = First("index.written", 1, somebody_is_faster)
    await relay.take(push(1))

    assert relay.index.recent == {(relay.lead.created_at, relay.lead.lead_id)}
    relay.assert_delivered("s1", "s2")


async def test_who_created_a_lead_without_an_answer_keeps_its_row() -> None:
    relay = Relay()
    relay.leads.gate = First("leads.committed", 1, no_answer)
    await relay.take(push(1))

    assert relay.index.recent == {(relay.lead.created_at, relay.lead.lead_id)}
    relay.assert_delivered("s1")
