"""A destination clearly did nothing, and our own storage fails as that is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared.domain.envelope import Deliver, parse_message
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmSettingsError,
    CrmUnavailableError,
    SettingsError,
    StorageUnavailableError,
)
from shared.domain.lead import Lead
from shared.domain.unsent import claim_at
from shared.ports.crm import Changed, Upserted
from shared.ports.leads import EventKind
from tests.fakes import FakeCrm, FakeDestinations
from tests.route_lead.merging import by_phone, two_leads
from tests.route_lead.relay import MINUTE, SECOND, Relay, push, with_destinations

LASTS = [timedelta(0), 20 * SECOND, 20 * MINUTE]
DID_NOTHING = [
    CrmUnavailableError("can't be reached"),
    CrmCredentialsError("401"),
    CrmSettingsError("no such property"),
]


@dataclass
class Outage:
    """Once it has begun, tables give no answer for a while, the request that asked included."""

    relay: Relay
    lasts: timedelta
    since: datetime | None = None

    def begin(self) -> None:
        self.since = self.since or self.relay.clock()

    async def __call__(self, request: str) -> None:
        if self.since is None or not request.startswith(("leads.", "index.")):
            return
        if self.relay.clock() <= self.since + self.lasts:
            raise StorageUnavailableError("no answer")


def outage_of(relay: Relay, lasts: timedelta) -> Outage:
    relay.leads.gate = relay.index.gate = outage = Outage(relay, lasts)
    return outage


@dataclass
class FailingCrm(FakeCrm):
    """Can't be searched; its first calls fail with ``fails``, and then storage does as well."""

    finds: bool = False
    on_failure: Callable[[], None] = lambda: None

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        if self.fails:
            self.on_failure()
        return await super().upsert(lead, changed, uncertain=uncertain)


@dataclass
class UnsetAtFirst:
    """A destination whose settings are wrong when it is first asked for."""

    crms: FakeDestinations
    begin: Callable[[], None]
    asked: int = 0

    async def get(self, name: str) -> FakeCrm:
        self.asked += 1
        if self.asked == 1:
            self.begin()
            raise SettingsError(["HUBSPOT_TOKEN: is not set"])
        return await self.crms.get(name)


@pytest.mark.parametrize("lasts", LASTS, ids=str)
@pytest.mark.parametrize("error", DID_NOTHING, ids=lambda error: type(error).__name__)
async def test_a_request_that_was_clearly_not_done_makes_nothing_uncertain(
    error: Exception, lasts: timedelta
) -> None:
    crm = FailingCrm(fails=[error])
    relay = Relay(crms={"crm": crm})
    crm.on_failure = outage_of(relay, lasts).begin
    await relay.host(push(1))
    await relay.drain()
    relay.assert_delivered("s1")
    assert EventKind.PARKED not in relay.told()


@pytest.mark.parametrize("lasts", LASTS, ids=str)
async def test_settings_that_kept_a_request_from_being_sent_make_nothing_uncertain(
    lasts: timedelta,
) -> None:
    relay = Relay(crms={"crm": FakeCrm(finds=False)})
    outage = outage_of(relay, lasts)
    relay.unbuildable = UnsetAtFirst(FakeDestinations(relay.crms), outage.begin)
    await relay.host(push(1))
    await relay.drain()
    relay.assert_delivered("s1")
    assert EventKind.PARKED not in relay.told()


async def test_the_claim_is_named_for_the_destination_that_did_nothing_only() -> None:
    """The other one may have the lead: its claim runs to its end, and a person has to look."""
    quiet, lost = FailingCrm(fails=[DID_NOTHING[0]]), FailingCrm()
    lost.fails = [CrmOutcomeUnknownError("no answer")]
    relay = Relay(crms={"quiet": quiet, "lost": lost}, rules=with_destinations("quiet", "lost"))
    quiet.on_failure = lost.on_failure = outage_of(relay, MINUTE).begin
    await relay.host(push(1))
    (message,) = relay.queue.messages
    assert parse_message(message.text).unsent_claims == (claim_at("claim-1", "quiet"),)
    await relay.drain()
    assert relay.delivery("quiet").delivered_version == 1
    assert relay.delivery("lost").parked_reason.startswith("uncertain: ")


async def test_each_of_several_destinations_that_did_nothing_is_named() -> None:
    crms: dict[str, FakeCrm | None] = {name: FailingCrm(fails=[DID_NOTHING[0]]) for name in "ab"}
    relay = Relay(crms=crms, rules=with_destinations("a", "b"))
    outage = outage_of(relay, MINUTE)
    for crm in crms.values():
        assert isinstance(crm, FailingCrm)
        crm.on_failure = outage.begin
    await relay.host(push(1))
    await relay.drain()
    assert [relay.delivery(name).delivered_version for name in "ab"] == [1, 1]


async def test_a_claim_that_may_have_been_taken_again_is_given_back_by_the_next_attempt() -> None:
    """Another click comes while the first is delivered; its claim is written, without an answer."""
    relay = Relay(crms={"crm": FakeCrm(finds=False)})
    committed: list[str] = []
    outage = outage_of(relay, MINUTE)

    async def other_click(request: str) -> None:
        if request == "crm.upserted" and relay.crm.calls == 1:
            await relay.take(push(2))

    async def after_the_mark(request: str) -> None:
        held = relay.delivery().claim_id if relay.leads.partitions else ""
        if request == "leads.committed" and relay.delivery().delivered_version == 1 and held:
            committed.append(held)
            outage.begin()
        await outage(request)

    relay.crm.gate, relay.leads.gate = other_click, after_the_mark
    await relay.host(push(1))
    assert committed == ["claim-1"]
    named = [parse_message(message.text).unsent_claims for message in relay.queue.messages]
    assert (claim_at("claim-1", "crm"),) in named
    assert relay.delivery().claim_ends_at is not None
    await relay.drain(relay.clock.now + 2 * MINUTE)
    assert relay.delivery().delivered_version == 2


async def test_a_merged_lead_whose_other_one_can_not_be_read_is_not_uncertain() -> None:
    """Its claim is taken then, and nothing was sent yet."""
    both = await two_leads()
    await both.merged()
    relay = both.office.relay
    failed: list[str] = []

    async def once(request: str) -> None:
        held = both.stored(both.by_phone).deliveries["crm"].claim_id
        if request == "leads.read" and held and not failed:
            failed.append(held)
            raise StorageUnavailableError("no answer")

    relay.leads.gate = once
    await relay.drain(relay.clock.now + 2 * MINUTE)

    assert failed
    both.assert_merged("s1", "s2")


async def test_a_merged_lead_with_more_whose_other_one_can_not_be_read_is_not_uncertain() -> None:
    both = await two_leads()
    relay = both.office.relay
    await both.merged()
    await relay.drain()
    await both.recorded_by_an_older_version(by_phone(3))
    failed: list[str] = []

    async def once(request: str) -> None:
        held = both.stored(both.by_phone).deliveries["crm"].claim_id
        if request == "leads.read" and held and not failed:
            failed.append(held)
            raise StorageUnavailableError("no answer")

    relay.leads.gate = once
    await relay.host(Deliver(lead_id=both.by_phone))
    await relay.drain(relay.clock.now + 2 * MINUTE)

    done = both.stored(both.by_phone).deliveries["crm"]
    assert failed
    assert (done.claim_id, done.delivered_version) == ("", both.gone.version)
