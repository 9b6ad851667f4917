"""A test lead is followed to where it gets, in a time that only sleeping moves."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from cli.send import Sent
from cli.send_test import POLL_SECONDS, Trial, follow
from cli.send_test_text import answered
from ingest_lead.answers import AcceptedBody
from shared.bootstrap import utc_now
from shared.domain.envelope import Deliver
from shared.domain.errors import CrmCredentialsError, CrmUnavailableError
from shared.ports.crm import CheckResult
from tests.cli.account import RULES, Account

ENDPOINT = "https://leads.example/api/leads"
KEY = "c2VjcmV0"


@dataclass
class World:
    """A clock that sleeping moves, and what happens while one sleeps, in its order."""

    account: Account
    meanwhile: list[Callable[[], Awaitable[object]]] = field(default_factory=list)
    now: datetime = field(default_factory=utc_now)
    slept: float = 0
    notes: list[str] = field(default_factory=list)

    async def push(self, body: bytes) -> Sent:
        submission_id = await self.account.queue_body(body)
        return Sent(status=202, text=AcceptedBody(submission_id=submission_id).model_dump_json())

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += timedelta(seconds=seconds)
        if self.meanwhile:
            await self.meanwhile.pop(0)()

    async def follow(self, *, within: int = 60, proven: Sequence[str] = ()) -> list[CheckResult]:
        trial = Trial(
            push=self.push,
            endpoint=ENDPOINT,
            stores=replace(self.account.stores, clock=lambda: self.now),
            storage="contoso",
            proven=frozenset(proven),
            within=timedelta(seconds=within),
            note=self.notes.append,
            sleep=self.sleep,
        )
        return [result async for result in follow(trial)]

    async def nothing(self) -> None:
        """Let time pass."""


@pytest.fixture
def world(account: Account) -> World:
    """Route what is queued at the first sleep, and nothing more."""
    return World(account, meanwhile=[account.route_queued])


def said(results: Sequence[CheckResult]) -> list[tuple[bool, str]]:
    return [(result.ok, result.what) for result in results]


async def test_a_test_lead_is_seen_recorded_and_delivered(world: World) -> None:
    other = await world.account.push("MSFT_TEST_OTHER@test.com")

    results = await world.follow()

    [mine, its_elder] = await world.account.listed("--state", "test")
    assert its_elder["lead_id"] == other.lead.lead_id
    assert said(results) == [
        (True, f"answered 202 by {ENDPOINT}"),
        (True, f"recorded as lead {mine['lead_id']} within 1 s"),
        (True, "delivered to crm as record 1"),
    ]
    assert (world.slept, world.notes) == (POLL_SECONDS, [])


async def test_a_parked_lead_is_told_with_the_destinations_own_words(world: World) -> None:
    world.account.crm.rejects = "the country\nis missing"

    *_, parked = await world.follow()

    assert said([parked]) == [(False, "parked for crm: the country is missing")]
    assert "docs/runbook.md, Deliveries are parked" in parked.mend
    [lead] = await world.account.listed("--state", "parked")
    assert parked.mend.endswith(f"then `leads release {lead['lead_id'][:8]}`")


async def test_credentials_that_are_refused_are_told_at_once(world: World) -> None:
    world.account.crm.fails = [CrmCredentialsError("401 who are you?")]

    *_, refused = await world.follow()

    assert not refused.ok
    told = "postponed for crm after 1 attempt: 401 who are you?; next attempt 2"
    assert refused.what.startswith(told)
    assert refused.mend.startswith("fix that in crm, or in the app's settings.")
    assert world.slept == POLL_SECONDS


async def test_the_next_attempt_is_waited_for_where_the_destination_passed_its_own_check(
    world: World,
) -> None:
    world.account.crm.fails = [CrmUnavailableError("503 back soon")]
    world.meanwhile += [world.nothing, world.nothing, lambda: next_attempt(world)]

    results = await world.follow(proven=["crm"])

    assert said(results)[2:] == [(True, "delivered to crm as record 0")]
    [note] = world.notes
    assert note.startswith("postponed for crm after 1 attempt: 503 back soon; next attempt 2")
    assert note.endswith(" UTC; waiting for it")
    assert world.slept == 4 * POLL_SECONDS


async def test_each_failed_attempt_is_noted_until_time_runs_out(world: World) -> None:
    world.account.crm.fails = [CrmCredentialsError("401"), CrmCredentialsError("401 again")]
    world.meanwhile.append(lambda: next_attempt(world))

    *_, refused = await world.follow(within=90, proven=["crm"])

    assert "after 2 attempts: 401 again" in refused.what
    assert refused.mend.startswith("`leads check` found crm in order from here: does the app")
    assert [note.partition(";")[0] for note in world.notes] == [
        "postponed for crm after 1 attempt: 401",
        "postponed for crm after 2 attempts: 401 again",
    ]
    assert world.slept == 90


async def test_an_attempt_beyond_the_time_is_not_waited_for(world: World) -> None:
    later = timedelta(hours=1)
    world.account.crm.fails = [CrmUnavailableError("429 wait", retry_after=later)]

    *_, postponed = await world.follow(proven=["crm"])

    assert "after 1 attempt: 429 wait" in postponed.what
    assert (world.slept, world.notes) == (POLL_SECONDS, [])


async def test_a_lead_that_is_never_recorded_is_told_when_time_runs_out(account: Account) -> None:
    world = World(account)

    accepted, missing = await world.follow(within=3)

    assert accepted.ok
    assert said([missing]) == [(False, "not recorded within 3 s")]
    assert "does route_lead run" in missing.mend
    assert "Is contoso the app's own storage" in missing.mend
    assert "`leads status`" in missing.mend
    assert world.slept == 3


async def test_a_destination_that_says_nothing_is_told_when_time_runs_out(world: World) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()
    routing: list[asyncio.Task[object]] = []

    async def slow_crm(request: str) -> None:
        if request == "crm.upsert":
            asked.set()
            await answer.wait()

    async def route_until_the_crm_is_asked() -> None:
        routing.append(asyncio.create_task(world.account.route_queued()))
        await asked.wait()

    world.account.crm.gate = slow_crm
    world.meanwhile = [route_until_the_crm_is_asked]

    *_, late = await world.follow(within=2)
    answer.set()
    await asyncio.gather(*routing)

    assert said([late]) == [(False, "not delivered to crm within 2 s")]
    assert "wait longer with --within" in late.mend


async def test_that_test_leads_are_only_recorded_is_as_it_should_be(account: Account) -> None:
    ports, _ = account.taking.routing()
    record_only = replace(RULES, deliver_tests=False)
    taking = replace(account.taking, routing=lambda: (ports, record_only))
    recording = replace(account, taking=taking)

    results = await World(recording, meanwhile=[recording.route_queued]).follow()

    kept = (True, "not delivered: TEST_LEADS=record keeps test leads from destinations")
    assert said(results)[2:] == [kept]
    assert account.crm.calls == 0


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (400, "leads quarantine list"),
        (401, "the key in the URL is wrong or missing"),
        (403, "is the function app stopped"),
        (404, "is ingest_lead deployed"),
        (302, "redirected elsewhere"),
        (500, "the app failed: see its log"),
        (503, "is the app's LeadStorage right"),
        (200, "is this the URL of ingest_lead"),
        (202, "not an answer of the app"),
    ],
)
def test_an_answer_that_is_no_acceptance_is_told_with_what_to_mend(status: int, mend: str) -> None:
    result = answered(Sent(status=status, text=f"you came by ?code={KEY}"), ENDPOINT)

    assert said([result]) == [(False, f"answered {status} by {ENDPOINT}")]
    assert mend in result.mend
    assert KEY not in result.mend


async def next_attempt(world: World) -> None:
    """Do as the message does that a postponed delivery waits with."""
    [lead] = await world.account.listed("--state", "test")
    await world.account.route(Deliver(lead_id=lead["lead_id"]).to_text())
