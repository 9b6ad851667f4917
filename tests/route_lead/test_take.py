"""Taking a text off the queue: what is no message, what can't be done now, what is no lead."""

import base64
import json
from datetime import timedelta

import pytest

from route_lead.changes import RouteRules
from route_lead.route import Routed, RoutePorts
from route_lead.take import FOR_A_NEWER_APP, Taken, TakePorts, keep_poison, take
from shared.domain.envelope import Deliver, Push
from shared.domain.errors import (
    CrmUnavailableError,
    InvalidPushError,
    SettingsError,
    StorageUnavailableError,
)
from shared.ports.quarantine import QuarantineReason
from tests.fakes import START, FakeQuarantine, FakeQueue, open_gate
from tests.route_lead.relay import SECOND, Gates, Relay, push

LEAD_ID = "5a" * 16
DOWN = StorageUnavailableError("503 Server Busy")


async def closed(request: str) -> None:
    raise DOWN


def wrong_settings() -> tuple[RoutePorts, RouteRules]:
    raise SettingsError(["REPEAT_WINDOW: not a duration"])


def taken(text: str) -> Taken:
    return Taken(text=text, message_id="m1", inserted_at=START)


async def test_a_message_is_understood_in_base64_too() -> None:
    relay = Relay()
    await relay.take(base64.b64encode(push(1).to_text().encode()).decode())
    relay.assert_delivered("s1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{}",
        "[]",
        '{"schemaVersion": 1, "kind": "party"}',
        '{"schemaVersion": 1, "kind": "deliver", "leadId": "../x"}',
        '{"schemaVersion": 1, "kind": "push", "submissionId": "s1", "receivedAt": "now"}',
        "🙂" * 1_000,
    ],
)
async def test_what_is_no_message_of_ours_is_kept_in_quarantine(text: str) -> None:
    relay = Relay()
    assert await relay.take(text) is None
    entry = relay.quarantine.entries["m1"]
    assert entry.reason is QuarantineReason.POISON
    assert entry.body == text.encode()
    assert entry.size == len(text.encode())
    assert (entry.received_at, entry.content_type) == (START, "text/plain")
    assert entry.faults
    assert not relay.queue.messages


async def test_a_message_of_a_newer_app_waits_as_it_is() -> None:
    newer = json.dumps({"schemaVersion": 2, "kind": "party", "leadId": 7})
    relay = Relay()
    assert await relay.take(newer) is None
    assert [message.text for message in relay.queue.messages] == [newer]
    assert relay.waits() == [FOR_A_NEWER_APP]
    assert not relay.quarantine.entries


@pytest.mark.parametrize("body", [b"", b"{}", b'{"a": 1}', b"\xff\xfe\x00", b"[" * 40_000])
async def test_a_push_that_is_no_lead_is_kept_byte_for_byte(body: bytes) -> None:
    relay = Relay()
    no_lead = Push(submission_id="s1", received_at=START, content_type="text/x; a=b", body=body)
    assert await relay.take(no_lead) is None
    entry = relay.quarantine.entries["s1"]
    assert entry.reason is QuarantineReason.INVALID
    assert (entry.body, entry.size) == (body, len(body))
    assert (entry.content_type, entry.received_at) == ("text/x; a=b", START)
    assert entry.faults
    assert not relay.queue.messages
    assert not relay.leads.partitions


async def test_an_error_about_pushes_is_not_swallowed_for_a_delivery() -> None:
    relay = Relay(gate=Gates(0, InvalidPushError(["no push"])))
    with pytest.raises(InvalidPushError, match="no push"):
        await relay.take(Deliver(lead_id=LEAD_ID))


async def test_wrong_settings_postpone_the_message_and_raise_nothing() -> None:
    relay = Relay()
    ports = TakePorts(
        queue=relay.queue,
        quarantine=relay.quarantine,
        routing=wrong_settings,
        jitter=lambda: 1.0,
    )
    assert await take(taken(push(1).to_text()), ports) is None
    (message,) = relay.queue.messages
    assert message.text == push(1).postponed().to_text()
    assert relay.waits() == [30 * SECOND]


async def test_our_own_storage_postpones_the_message_as_it_is_longer_and_longer() -> None:
    relay = Relay()
    relay.leads.gate = closed
    assert await relay.take(push(1)) is None
    waits = []
    for _ in range(9):
        waits += relay.waits()
        relay.clock.advance(relay.waits()[0])
        await relay.take(relay.queue.take() or "")
    assert waits == [*(30 * SECOND * 2**n for n in range(7)), *[timedelta(hours=1)] * 2]
    relay.leads.gate = open_gate
    await relay.drain()
    relay.assert_delivered("s1")


async def test_a_queue_that_refuses_even_that_is_the_hosts_to_try_again() -> None:
    relay = Relay(gate=closed)
    with pytest.raises(StorageUnavailableError, match="503 Server Busy"):
        await relay.take(push(1))


async def test_a_delivery_of_a_lead_that_is_gone_is_done() -> None:
    relay = Relay()
    routed = await relay.take(Deliver(lead_id=LEAD_ID))
    assert routed is not None
    assert (routed.lead_id, routed.version, routed.postponed) == ("", 0, None)


async def test_the_trace_goes_along_with_what_is_left_to_do() -> None:
    relay = Relay()
    relay.crm.fails = [CrmUnavailableError("503")]
    traced = push(1).model_copy(update={"traceparent": "00-1-2-01"})
    await relay.take(traced)
    (message,) = relay.queue.messages
    assert json.loads(message.text)["traceparent"] == "00-1-2-01"
    assert json.loads(message.text)["attempt"] == 1


async def test_poison_is_kept_in_quarantine() -> None:
    quarantine, queue = FakeQuarantine(), FakeQueue(Relay().clock)
    await keep_poison(taken("text"), "failed 5 times", quarantine, queue)
    assert quarantine.entries["m1"].faults == ["failed 5 times"]
    assert not queue.messages


async def test_poison_that_cannot_be_kept_goes_back_to_its_queue() -> None:
    relay = Relay()
    await keep_poison(taken("text"), "failed 5 times", FakeQuarantine(closed), relay.queue)
    assert [message.text for message in relay.queue.messages] == ["text"]
    assert relay.waits() == [timedelta(hours=1)]


@pytest.mark.parametrize(
    ("routed", "line"),
    [
        (Routed(), "the lead is gone"),
        (
            Routed(lead_id="a1", version=2, delivered=("crm",)),
            "lead a1, version 2, delivered to crm",
        ),
        (
            Routed(lead_id="a1", version=1, parked=("x",), postponed=timedelta(seconds=2)),
            "lead a1, version 1, parked for x, postponed by 2 s",
        ),
    ],
)
def test_what_became_of_a_message_is_a_line_of_the_log(routed: Routed, line: str) -> None:
    assert str(routed) == line
