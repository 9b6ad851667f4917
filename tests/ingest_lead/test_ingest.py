"""A push is stored before anybody says so, whatever fails on the way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_lead.ingest import NOT_CHECKED, Accepted, IngestPorts, Refused, ingest
from shared.domain.envelope import Push, parse_message
from shared.domain.errors import StorageUnavailableError
from shared.domain.lead import Submission
from shared.intake.limits import LARGEST_BODY
from shared.ports.quarantine import Quarantined, QuarantineReason
from tests.fakes import START, Clock, FakeOutbox, FakeQuarantine, FakeQueue

LEAD = b'{"UserDetails": {"Email": "zoe@fabrikam.example"}, "LeadSource": "AppSource-INS|a.b"}'
SUBMISSION_ID = "5" * 32
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
DOWN = StorageUnavailableError("storage: 503")
SHORT = timedelta(milliseconds=20)


@dataclass
class World:
    clock: Clock = field(default_factory=Clock)
    outbox: FakeOutbox = field(default_factory=FakeOutbox)
    quarantine: FakeQuarantine = field(default_factory=FakeQuarantine)

    def __post_init__(self) -> None:
        self.queue = FakeQueue(clock=self.clock)
        self.ports = IngestPorts(
            queue=self.queue,
            outbox=self.outbox,
            quarantine=self.quarantine,
            clock=self.clock,
            new_id=lambda: SUBMISSION_ID,
        )

    async def ingest(self, body: bytes, content_type: str = "") -> Accepted | Refused:
        return await ingest(body, content_type, TRACE, self.ports)

    @property
    def queued(self) -> Sequence[object]:
        return [parse_message(message.text) for message in self.queue.messages]


@dataclass
class Failing:
    """A gate that fails every request with an error."""

    error: Exception

    async def __call__(self, request: str) -> None:
        raise self.error


async def hang(request: str) -> None:
    await asyncio.Event().wait()


def broken(
    body: bytes, content_type: str, *, submission_id: str, received_at: datetime
) -> Submission:
    raise KeyError(body)


async def test_a_lead_is_queued_as_it_came() -> None:
    world = World()

    outcome = await world.ingest(LEAD, "text/json; charset=utf-8")

    assert outcome == Accepted(submission_id=SUBMISSION_ID, warnings=())
    assert world.queued == [
        Push(
            submission_id=SUBMISSION_ID,
            received_at=START,
            content_type="text/json; charset=utf-8",
            body=LEAD,
            traceparent=TRACE,
        )
    ]
    assert world.outbox.rows == {}
    assert world.quarantine.entries == {}


async def test_what_is_doubtful_is_told_and_costs_no_lead() -> None:
    world = World()

    outcome = await world.ingest(b'{"UserDetails": {"Email": "zoe"}}')

    assert isinstance(outcome, Accepted)
    assert outcome.warnings == ("Email is not a valid address", "no offer is named")
    assert len(world.queued) == 1


async def test_what_is_no_lead_is_kept_byte_for_byte() -> None:
    world = World()
    body = b"\xff\x00 no lead"

    outcome = await world.ingest(body, "text/plain")

    assert isinstance(outcome, Refused)
    assert outcome.reason is QuarantineReason.INVALID
    assert world.quarantine.entries == {
        SUBMISSION_ID: Quarantined(
            quarantine_id=outcome.quarantine_id,
            received_at=START,
            reason=QuarantineReason.INVALID,
            faults=outcome.faults,
            body=body,
            content_type="text/plain",
            size=len(body),
        )
    }
    assert world.queued == []


async def test_a_body_of_32_kib_is_taken_and_one_byte_more_is_not() -> None:
    world = World()
    largest = LEAD + b" " * (LARGEST_BODY - len(LEAD))

    assert isinstance(await world.ingest(largest), Accepted)
    outcome = await world.ingest(largest + b" ")

    assert outcome == Refused(
        reason=QuarantineReason.TOO_LARGE,
        quarantine_id=SUBMISSION_ID,
        faults=("the body has 32,769 bytes, a lead has 32,768 at most",),
    )
    assert world.quarantine.entries[SUBMISSION_ID].body == largest + b" "
    assert len(world.queued) == 1


async def test_a_long_content_type_is_cut() -> None:
    world = World()

    await world.ingest(LEAD, "x" * 5_000)

    [queued] = world.queued
    assert isinstance(queued, Push)
    assert queued.content_type == "x" * 256


@pytest.mark.parametrize("error", [DOWN, RuntimeError("a bug"), TimeoutError()])
async def test_what_the_queue_does_not_take_goes_to_the_outbox(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    world.queue.gate = Failing(error)

    outcome = await world.ingest(LEAD)

    assert outcome == Accepted(submission_id=SUBMISSION_ID, warnings=())
    [(key, message)] = world.outbox.rows.items()
    assert key == f"20261102T090000000000Z|{SUBMISSION_ID}"
    push = parse_message(message)
    assert isinstance(push, Push)
    assert push.body == LEAD
    assert f"submission {SUBMISSION_ID} goes to the outbox" in caplog.text
    assert "zoe" not in caplog.text


async def test_a_queue_that_does_not_answer_in_time_has_not_taken_it() -> None:
    world = World()
    world.ports = replace(world.ports, store_within=SHORT)
    world.queue.gate = hang

    assert isinstance(await world.ingest(LEAD), Accepted)

    assert len(world.outbox.rows) == 1
    assert world.queued == []


async def test_a_push_that_may_be_on_the_queue_is_kept_all_the_same() -> None:
    world = World()

    async def lost_answer(request: str) -> None:
        if request == "queue.sent":
            raise DOWN

    world.queue.gate = lost_answer

    assert isinstance(await world.ingest(LEAD), Accepted)

    [queued] = world.queued
    assert [parse_message(message) for message in world.outbox.rows.values()] == [queued]


@pytest.mark.parametrize("gate", [Failing(DOWN), Failing(KeyError("zoe@fabrikam.example")), hang])
@pytest.mark.parametrize("body", [LEAD, b"no lead"])
async def test_what_can_not_be_stored_is_not_accepted(body: bytes, gate: Failing) -> None:
    world = World()
    world.ports = replace(world.ports, store_within=SHORT)
    world.queue.gate = world.outbox.gate = world.quarantine.gate = gate

    with pytest.raises(StorageUnavailableError) as told:
        await world.ingest(body)

    assert str(told.value) in (
        "storage: 503",
        "the adapter failed with KeyError",
        "no answer within 0 s",
    )


async def test_a_parser_that_fails_costs_no_lead(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.ports = replace(world.ports, parse=broken)

    outcome = await world.ingest(LEAD)

    assert outcome == Accepted(submission_id=SUBMISSION_ID, warnings=(NOT_CHECKED,))
    assert len(world.queued) == 1
    assert f"submission {SUBMISSION_ID}: the parser failed: {KeyError!r}" in caplog.text
    assert "zoe" not in caplog.text


async def test_a_request_that_is_cut_off_is_not_taken_for_a_failure() -> None:
    world = World()
    world.queue.gate = hang
    request = asyncio.create_task(world.ingest(LEAD))
    await asyncio.sleep(0)

    request.cancel()

    with pytest.raises(asyncio.CancelledError):
        await request
    assert world.outbox.rows == {}


@given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode), st.text(max_size=300))
async def test_whatever_comes_is_queued_or_kept(body: bytes, content_type: str) -> None:
    world = World()

    outcome = await world.ingest(body, content_type)

    if isinstance(outcome, Accepted):
        [queued] = world.queued
        assert isinstance(queued, Push)
        assert queued.body == body
    else:
        assert world.queued == []
        assert world.quarantine.entries[outcome.quarantine_id].body == body
        assert outcome.faults
