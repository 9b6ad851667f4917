"""Who may deliver, and what becomes of a request without an answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from route_lead.delivering import TOO_LATE
from route_lead.outcomes import Failure, Mine, fail, mark, pause, progress
from shared.domain.delivery import CLAIM, CrmRecord, claim
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmUnavailableError,
)
from shared.domain.noting import Progress
from shared.ports.crm import Upserted
from shared.ports.leads import EventKind
from tests.fakes import FakeCrm
from tests.route_lead.relay import DAY, MINUTE, RULES, SECOND, Relay, push

HOUR = 60 * MINUTE
RECORD = CrmRecord(id="7")


@dataclass
class Meanwhile:
    """Do something while a request passes, the first time that it does."""

    request: str
    do: Callable[[], object]
    done: bool = False

    async def __call__(self, request: str) -> None:
        if request == self.request and not self.done:
            self.done = True
            result = self.do()
            if asyncio.iscoroutine(result):
                await result


async def test_a_claim_is_taken_with_the_record_and_given_back_with_the_mark() -> None:
    relay = Relay()
    relay.crm.gate = Meanwhile("crm.upsert", lambda: claims.append(relay.delivery().claim_id))
    claims: list[str] = []
    await relay.take(push(1))
    assert claims == ["claim-1"]
    assert relay.delivery().claim_id == ""
    assert relay.delivery().claim_ends_at is None


async def test_who_finds_a_claim_held_waits_longer_and_longer_but_not_past_its_end() -> None:
    relay = Relay()
    waits = []

    async def others() -> None:
        await relay.take(push(2))
        while relay.queue.messages:
            waits.append(relay.waits()[0])
            relay.clock.advance(relay.waits()[0])
            if relay.clock() >= ends_at:
                return
            await relay.take(relay.queue.take() or "")

    ends_at = relay.clock() + CLAIM
    relay.crm.gate = Meanwhile("crm.upserted", others)
    await relay.take(push(1))
    assert waits == [2**n * SECOND for n in range(1, 8)] + [46 * SECOND]
    assert sum(waits, timedelta()) == CLAIM
    await relay.drain()
    relay.assert_delivered("s1", "s2")


async def test_a_newer_version_that_came_while_the_crm_answered_follows_at_once() -> None:
    relay = Relay()
    relay.crm.gate = Meanwhile("crm.upserted", lambda: relay.take(push(2, Title="Manager")))
    routed = await relay.take(push(1))
    assert routed is not None
    assert (routed.version, routed.delivered) == (2, ("crm",))
    relay.assert_delivered("s1", "s2")
    assert relay.record.updates == 2
    assert relay.delivery().claim_id == ""


async def test_a_click_that_came_after_the_version_that_is_sent_is_not_sent_with_it() -> None:
    relay = Relay()
    relay.crm.fails = [CrmUnavailableError("503")]
    await relay.take(push(1))
    sent = []

    async def remember(request: str) -> None:
        if request == "crm.upserted":
            sent.append([*relay.record.notes])

    async def another_click() -> None:
        relay.crm.fails = [CrmUnavailableError("503")]
        await relay.take(push(3))

    relay.crm.gate = remember
    relay.leads.gate = Meanwhile("leads.interests", another_click)
    await relay.take(push(2))
    assert sent == [["s1", "s2"], ["s1", "s2", "s3"]]


async def test_a_repeat_that_came_while_the_crm_answered_changes_nothing() -> None:
    relay = Relay()
    relay.crm.gate = Meanwhile("crm.upserted", lambda: relay.take(push(2, offer="a")))
    await relay.take(push(1, offer="a"))
    await relay.drain()
    relay.assert_delivered("s1", "s2")
    assert relay.record.updates == 1


async def test_a_holder_that_is_held_up_does_not_ask_the_crm_any_more() -> None:
    relay = Relay()
    relay.leads.gate = Meanwhile(
        "leads.committed", lambda: relay.clock.advance(CLAIM - MINUTE + SECOND)
    )
    await relay.take(push(1))
    assert relay.crm.calls == 0
    assert relay.delivery().last_error == TOO_LATE
    assert relay.delivery().claim_id == ""
    await relay.drain()
    relay.assert_delivered("s1")


async def test_a_holder_may_use_its_claim_until_a_request_would_outlast_it() -> None:
    relay = Relay()
    relay.leads.gate = Meanwhile(
        "leads.committed", lambda: relay.clock.advance(CLAIM - MINUTE - SECOND)
    )
    await relay.take(push(1))
    relay.assert_delivered("s1")


@pytest.mark.parametrize("finds", [True, False])
async def test_the_next_holder_after_one_that_was_held_up_is_uncertain(*, finds: bool) -> None:
    """The first got its answer, but too late: the claim is another's by then."""
    relay = Relay(crms={"crm": FakeCrm(finds=finds)})

    async def others() -> None:
        relay.clock.advance(CLAIM)
        await relay.take(push(2, Title="Manager"))

    relay.crm.gate = Meanwhile("crm.upserted", others)
    await relay.take(push(1))
    await relay.drain()
    assert len(relay.crm.records) == 1
    if finds:
        relay.assert_delivered("s1", "s2")
    else:
        assert relay.delivery().parked_version == 2
        assert relay.delivery().parked_reason.startswith("uncertain: ")


async def test_a_request_without_an_answer_keeps_its_claim_until_the_end() -> None:
    relay = Relay()
    relay.crm.fails = [CrmOutcomeUnknownError("the connection was cut")]
    await relay.take(push(1))
    assert relay.delivery().held_until(relay.clock()) == relay.clock() + CLAIM
    assert relay.delivery().next_attempt_at == relay.clock() + CLAIM + SECOND
    assert relay.waits() == [CLAIM + SECOND]
    await relay.drain()
    relay.assert_delivered("s1")


async def test_a_claim_without_an_answer_is_not_waited_for_in_vain_when_retries_are_slow() -> None:
    relay = Relay()
    relay.crm.fails = [CrmOutcomeUnknownError("502")] * 8
    await relay.take(push(1))
    for _ in range(7):
        await relay.drain(until=min(relay.queue.messages).visible_at)
    assert relay.waits() == [timedelta(hours=1)]


@pytest.mark.parametrize("finds", [True, False])
async def test_a_create_that_was_done_without_an_answer_is_never_done_twice(*, finds: bool) -> None:
    relay = Relay(crms={"crm": FakeCrm(finds=finds)})

    async def cut(request: str) -> None:
        if request == "crm.upserted" and relay.crm.calls == 1:
            raise TimeoutError

    relay.crm.gate = cut
    await relay.take(push(1))
    await relay.drain()
    assert len(relay.crm.records) == 1
    assert relay.delivery().is_behind(1) is False
    assert (relay.delivery().parked_version == 1) is not finds


NOT_DONE = [
    (CrmUnavailableError("429", retry_after=7 * MINUTE), 7 * MINUTE),
    (CrmUnavailableError("503", retry_after=timedelta(0)), 30 * SECOND),
    (CrmUnavailableError("503", retry_after=-MINUTE), 30 * SECOND),
    (CrmUnavailableError("503", retry_after=timedelta(days=30)), timedelta(hours=6)),
    (CrmUnavailableError("quota", retry_after=timedelta(hours=9), daily_quota=True), 9 * HOUR),
    (CrmUnavailableError("quota", retry_after=timedelta(days=30), daily_quota=True), DAY),
    (CrmUnavailableError("quota", daily_quota=True), 30 * SECOND),
    (CrmUnavailableError("connection refused"), 30 * SECOND),
    (CrmCredentialsError("401"), 30 * SECOND),
]


@pytest.mark.parametrize(("error", "wait"), NOT_DONE)
async def test_what_the_crm_clearly_did_not_do_gives_the_claim_back(
    error: Exception, wait: timedelta
) -> None:
    relay = Relay()
    relay.crm.fails = [error]
    await relay.take(push(1))
    assert relay.delivery().claim_id == ""
    assert relay.delivery().failing_since == relay.clock()
    assert relay.waits() == [wait]
    assert relay.told() == [EventKind.RECORDED, EventKind.POSTPONED]
    await relay.drain()
    relay.assert_delivered("s1")
    assert relay.delivery().failing_since is None


@pytest.mark.parametrize(("jitter", "seconds"), [(0, 15), (0.5, 22.5), (1, 30)])
async def test_half_of_a_delay_is_left_to_chance(jitter: float, seconds: float) -> None:
    relay = Relay(jitter=jitter)
    relay.crm.fails = [CrmUnavailableError("503")]
    await relay.take(push(1))
    assert relay.waits() == [seconds * SECOND]


async def test_only_the_holder_marks_notes_progress_and_fails() -> None:
    relay = Relay()
    await relay.take(push(1))
    stored = relay.partition.stored
    now, sent, upserted = relay.clock(), stored.lead, Upserted(record=RECORD)
    claimed = claim(stored.deliveries["crm"], "mine", now, sent.contact)
    held = replace(stored, deliveries={"crm": claimed})
    failure = Failure(reason="503", delay=MINUTE)
    for holder, decided in (("mine", True), ("yours", False)):
        mine = Mine("crm", holder)
        changes = [
            mark(held, mine, sent=sent, upserted=upserted, now=now, rules=RULES.routing),
            progress(
                held,
                mine,
                sent=sent,
                upserted=upserted,
                noted=Progress(),
                now=now,
                rules=RULES.routing,
            ),
            pause(held, mine, now),
            fail(held, mine, failure, version=1, now=now),
        ]
        assert [change is not None for change in changes] == [decided] * len(changes)


async def test_an_adapter_that_fails_otherwise_keeps_the_schedule_and_tells_no_personal_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    relay = Relay()
    relay.crm.fails = [KeyError("zoe@fabrikam.example")]
    await relay.take(push(1))
    assert relay.delivery().last_error == "the adapter failed with KeyError"
    assert relay.waits() == [CLAIM + SECOND]
    assert "adapter for crm failed with KeyError" in caplog.text
    assert "zoe@fabrikam.example" not in caplog.text
    await relay.drain()
    relay.assert_delivered("s1")
