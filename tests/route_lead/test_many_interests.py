"""More interests than a column has room for, at a CRM that takes notes one by one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from route_lead.at_work import WORK_FOR
from shared.domain.delivery import CLAIM, GIVE_UP_AFTER, UPSERT_DEADLINE, CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError, CrmUnavailableError
from shared.domain.lead import Interest, Lead
from shared.domain.standing import Standing
from shared.ports.crm import Changed, Noted, Upserted
from shared.ports.leads import EventKind, LeadChange, RecordedInterest
from shared.storage.lead_rows import delivery_row
from tests.examples import interest
from tests.fakes import FakeCrm, Gate
from tests.route_lead.relay import MINUTE, SECOND, Relay, WorkerDiedError, push

MANY = 1_200
COLUMN = 32_768
"""Characters."""

FUNCTION_TIMEOUT = 10 * MINUTE


def named(number: int) -> Interest:
    """Return an interest with an id as long as ours are."""
    one = interest(number)
    return replace(one, submission=replace(one.submission, submission_id=f"{number:032x}"))


async def many_waiting(count: int = MANY) -> Relay:
    """Return a lead with so many undelivered interests."""
    relay = Relay(crms={"crm": FakeCrm(takes_notes=True, fails=[CrmUnavailableError("503")])})
    await relay.take(push(1))
    partition = relay.partition
    for number in range(2, count + 1):
        new = RecordedInterest(interest=named(number), body=b"{}", content_type="")
        partition.interests[new.interest.submission.submission_id] = new
    lead = replace(partition.stored.lead, version=count, submissions=count)
    partition.stored = replace(partition.stored, lead=lead)
    return relay


def taking(relay: Relay, seconds: float, also: Callable[[int], None] = lambda _: None) -> Gate:
    """Let each request to the CRM take its time, while the claim is the worker's; count notes."""
    notes = 0

    async def gate(request: str) -> None:
        nonlocal notes
        if request in ("crm.upsert", "crm.note"):
            assert relay.delivery().held_until(relay.clock() + UPSERT_DEADLINE)
            relay.clock.advance(seconds * SECOND)
        if request == "crm.note":
            notes += 1
            also(notes)

    return gate


async def test_all_are_noted_once_by_several_messages_and_nothing_outgrows_its_column() -> None:
    relay = await many_waiting()
    longest = 0

    async def measure(request: str) -> None:
        nonlocal longest
        row = delivery_row(relay.lead.lead_id, relay.delivery())
        longest = max(longest, *(len(c) for c in row.values() if isinstance(c, str)))

    relay.leads.gate = measure
    relay.crm.gate = taking(relay, 1)
    began, worked = relay.clock(), []
    while relay.queue.messages:
        relay.clock.now = max(relay.clock.now, min(relay.queue.messages).visible_at)
        started = relay.clock()
        await relay.take(relay.queue.take() or "")
        worked.append(relay.clock() - started)

    relay.assert_delivered(*relay.partition.interests)
    assert relay.delivery().noted_to == 0
    assert longest < COLUMN
    assert max(worked) < FUNCTION_TIMEOUT - UPSERT_DEADLINE
    assert len(worked) > MANY * SECOND / WORK_FOR
    assert relay.clock() - began < MANY * SECOND + MINUTE
    assert relay.told() == [EventKind.RECORDED, EventKind.POSTPONED, EventKind.DELIVERED]


async def test_notes_are_made_in_the_order_in_which_they_were_recorded() -> None:
    relay = await many_waiting(20)
    await relay.drain()
    assert relay.record.notes == ["s1", *(f"{number:032x}" for number in range(2, 21))]


async def test_a_pause_is_no_failure() -> None:
    relay = await many_waiting(600)
    relay.queue.messages.clear()
    relay.crm.gate = taking(relay, 1)
    await relay.take(relay.deliver())
    delivery = relay.delivery()
    assert (delivery.failing_since, delivery.attempts, delivery.last_error) == (None, 0, "")
    assert (delivery.claim_id, delivery.next_attempt_at) == ("", None)
    assert delivery.noted_to > 300
    assert relay.waits() == [SECOND]


@pytest.mark.parametrize("number", [1, 2, 25, 49])
async def test_a_worker_that_dies_at_a_note_repeats_at_most_that_one(number: int) -> None:
    relay = await many_waiting(50)
    made = []

    def die(notes: int) -> None:
        made.append(notes)
        if notes == number:
            raise WorkerDiedError

    relay.crm.gate = taking(relay, 0.01, die)
    await relay.host(relay.deliver())
    await relay.drain()
    relay.assert_delivered(*relay.partition.interests)
    assert len(made) <= 50 + 1


@pytest.mark.parametrize("error", [CrmUnavailableError("429"), CrmOutcomeUnknownError("cut")])
async def test_a_crm_that_takes_only_some_at_a_time_is_not_given_up_while_it_gets_ahead(
    error: Exception,
) -> None:
    relay = await many_waiting(200)

    def throttle(notes: int) -> None:
        if notes % 10 == 0:
            raise error

    relay.crm.gate = taking(relay, 1, throttle)
    await relay.drain()
    relay.assert_delivered(*relay.partition.interests)
    assert relay.told().count(EventKind.PARKED) == 0
    assert relay.clock() - relay.lead.created_at < timedelta(days=1)


async def test_a_note_that_always_fails_is_given_up_after_fourteen_days() -> None:
    relay = await many_waiting(3)

    def always(notes: int) -> None:
        raise CrmUnavailableError("503")

    relay.crm.gate = taking(relay, 1, always)
    await relay.drain()
    assert relay.delivery().parked_reason == "503"
    assert relay.clock() - relay.lead.created_at >= GIVE_UP_AFTER


def outgrown(change: LeadChange) -> bool:
    """Tell what storage does of a change whose baseline is longer than a column."""
    records = (delivery.record for delivery in change.deliveries.values())
    return any(record and len(str(record.baseline)) > COLUMN for record in records)


@pytest.mark.parametrize("finds", [True, False])
async def test_an_answer_that_can_not_be_kept_parks_with_its_reason(*, finds: bool) -> None:
    relay = Relay(crms={"crm": FakeCrm(finds=finds, shows={"status": "x" * COLUMN})})
    relay.leads.refuses = outgrown
    await relay.take(push(1))

    assert not relay.queue.messages
    assert relay.delivery().parked_version == 1
    assert relay.delivery().parked_reason.endswith("400 PropertyValueTooLarge")
    assert relay.told() == [EventKind.RECORDED, EventKind.PARKED]

    relay.clock.advance(CLAIM)
    relay.crm.shows = {}
    await relay.take(relay.deliver(release_version=1))
    await relay.drain()
    assert len(relay.crm.records) == 1
    if finds:
        relay.assert_delivered("s1")
    else:
        assert relay.delivery().parked_reason.startswith("uncertain: ")


async def test_a_lead_that_can_not_be_stored_at_all_is_in_quarantine_and_not_tried_for_ever() -> (
    None
):
    relay = Relay()
    relay.leads.refuses = lambda change: True
    await relay.take(push(1))

    assert not relay.queue.messages
    [entry] = relay.quarantine.entries.values()
    assert entry.body == push(1).to_text().encode()
    assert entry.faults == ["storage refuses the write: 400 PropertyValueTooLarge"]


@dataclass
class Remarking(FakeCrm):
    """A CRM that takes notes, and has something to say of the record and of every note."""

    takes_notes: bool = True
    down_at: str = ""

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        upserted = await super().upsert(lead, changed, uncertain=uncertain)
        said = ("re-created",) if upserted.created else ()
        return replace(upserted, remarks=said)

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        note = await super().note(lead, record, interest, standing)
        if note.id == self.down_at:
            self.down_at = ""
            raise CrmUnavailableError("503")
        return replace(note, remarks=(f"{note.id} cut",))


@dataclass
class UpdateRemarking(Remarking):
    """One that says once that a record was merged."""

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        upserted = await super().upsert(lead, changed, uncertain=uncertain)
        known = changed.record is not None and self.calls == 2
        return replace(upserted, remarks=("merged",) if known else ())


def told(relay: Relay) -> list[str]:
    events = relay.partition.events.values()
    return [event.detail for event in events if event.kind is EventKind.DELIVERED]


async def remarking(down_at: str = "") -> Relay:
    relay = Relay(crms={"crm": Remarking(fails=[CrmUnavailableError("503")] * 2, down_at=down_at)})
    for number in (1, 2, 3):
        await relay.take(push(number))
    return relay


@pytest.mark.parametrize("down_at", ["s2", "s3"])
async def test_what_was_remarked_before_a_note_failed_is_told_with_the_delivery(
    down_at: str,
) -> None:
    relay = await remarking(down_at)

    await relay.drain()

    assert told(relay) == ["version 3, record 0; re-created; s2 cut; s3 cut"]
    assert relay.delivery().remarks == ()


async def test_what_was_remarked_before_a_pause_is_told_with_the_delivery() -> None:
    relay = await remarking()
    relay.crm.gate = taking(relay, WORK_FOR.total_seconds() / 2)

    await relay.drain()

    assert told(relay) == ["version 3, record 0; re-created; s2 cut; s3 cut"]


async def test_what_was_remarked_of_an_update_is_told_also_if_its_first_note_fails() -> None:
    relay = Relay(crms={"crm": UpdateRemarking(down_at="s2")})
    await relay.take(push(1))
    await relay.take(push(2))
    await relay.drain()

    assert told(relay)[1:] == ["version 2, record 0; merged; s2 cut"]
