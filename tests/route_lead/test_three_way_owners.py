"""Rule A5: the three-way rule of owners, over who may be each of the three."""

from dataclasses import dataclass, replace
from itertools import product

import pytest

from shared.domain.absences import Absence
from shared.domain.delivery import OWNER, CrmRecord
from shared.domain.errors import CrmUnavailableError
from shared.domain.leaving import without_members
from shared.domain.rules import Member, Rules
from shared.ports.leads import EventKind
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import DAY, Gates, push
from tests.telling import ANNA, BO, NORTH, rules

GONE = Member(id="gus", name="Gus")
IDS = {"anna": "005A", "bo": "005B", "gus": "005G", "crm:005X": "005X", "": ""}
"""Anna is there, Bo is away, Gus has left, and nobody here knows 005X."""

PEOPLE = tuple(replace(one, owner_ids={"crm": IDS[one.id]}) for one in (ANNA, BO, GONE))
NEVER = "never looked"


def in_force() -> Rules:
    away = Absence(member="bo", from_at=START, until_at=START + 300 * DAY)
    all_of_them = rules(replace(NORTH, members=PEOPLE))
    return replace(without_members(all_of_them, {"gus"}), absences=(away,))


@dataclass
class Owned:
    """A lead with an owner, a record with another, and a baseline with a third."""

    baseline: str
    crm: str
    lead: str

    async def placed(self) -> Office:
        office = Office(in_force())
        await office.relay.host(push())
        partition, record = office.relay.partition, office.relay.record
        record.owner = IDS[self.crm]
        stored = partition.stored
        delivery = stored.deliveries["crm"]
        assert delivery.record
        known = {} if self.baseline == NEVER else {OWNER: IDS[self.baseline]}
        seen = replace(delivery, record=CrmRecord(id=delivery.record.id, baseline=known))
        lead = replace(stored.lead, owner=self.lead)
        partition.stored = replace(stored, lead=lead, deliveries={"crm": seen})
        office.channels.arrived.clear()
        return office

    @property
    def before(self) -> str:
        """Whom the lead has when the delivery begins: who lacks one gets Anna, who is there."""
        return "anna" if self.lead in ("", "gus") else self.lead

    @property
    def by_sales(self) -> bool:
        return self.crm not in ("", self.before) and self.baseline not in (NEVER, self.crm)

    @property
    def expected(self) -> tuple[str, str]:
        """Whom the lead has, and whom the record has, once it is delivered."""
        if self.by_sales:
            return (self.before if self.crm == "gus" else self.crm), self.crm
        unchanged = self.baseline in (NEVER, self.crm)
        member = self.before in ("anna", "bo")  # only members are set: an outsider is the CRM's
        return self.before, self.before if unchanged and member else self.crm


def told_that_left(office: Office) -> list[str]:
    titles = [str(one.message.title[0]) for one in office.channels.arrived]
    return [title for title in titles if "has left" in title]


@pytest.mark.parametrize(("baseline", "crm", "lead"), [*product([NEVER, *IDS], IDS, IDS)])
async def test_a5_what_sales_changed_is_taken_over_and_what_they_did_not_is_set(
    baseline: str, crm: str, lead: str
) -> None:
    owned = Owned(baseline, crm, lead)
    office = await owned.placed()

    await office.relay.host(push(2))
    await office.relay.drain()
    once = office.relay.lead.owner, office.relay.record.owner
    await office.relay.host(push(3))
    await office.relay.drain()

    owner, shown = owned.expected
    assert once == (owner, IDS[shown])
    # Once seen, a record that is nobody's is the baseline: the owner of the lead is set.
    then = IDS[owner] if shown == "" and owner in ("anna", "bo") else IDS[shown]
    assert (office.relay.lead.owner, office.relay.record.owner) == (owner, then)
    says = owned.by_sales and crm == "gus"
    assert told_that_left(office) == ["Gus has left, and owns "] * says
    assert [one.to for one in office.channels.arrived if one.to not in ("Anna", "Bo")]


async def test_a5_one_who_comes_back_is_taken_over_and_another_leaver_is_told_of() -> None:
    office = await Owned("anna", "gus", "anna").placed()
    await office.relay.host(push(2))
    assert (office.relay.lead.owner, office.relay.record.owner) == ("anna", "005G")

    office.relay.routing_rules = rules(replace(NORTH, members=PEOPLE))
    await office.relay.host(push(3))

    assert (office.relay.lead.owner, office.relay.record.owner) == ("gus", "005G")
    assert len(told_that_left(office)) == 1


async def test_a5_sales_may_give_the_record_to_one_who_has_left_once_more() -> None:
    office = await Owned("anna", "gus", "anna").placed()
    await office.relay.host(push(2))
    office.relay.record.owner = IDS["anna"]
    await office.relay.host(push(3))
    assert len(told_that_left(office)) == 1

    office.relay.record.owner = IDS["gus"]
    await office.relay.host(push(4))

    assert len(told_that_left(office)) == 2
    assert office.relay.lead.owner == "anna"


async def test_a5_whom_sales_named_is_told_and_the_channel_where_only_the_crm_knows_them() -> None:
    for named, told in (("bo", "Bo"), ("crm:005X", "North")):
        office = await Owned("anna", "anna", "anna").placed()
        office.relay.record.owner = IDS[named]
        lead = replace(office.relay.lead, version=2)  # behind, without anything new to tell
        office.relay.partition.stored = replace(office.relay.partition.stored, lead=lead)

        await office.relay.host(office.relay.deliver())
        await office.run(START + DAY)

        titles = {one.to: str(one.message.title[0]) for one in office.channels.arrived}
        assert told in titles
        kinds = [e.kind for e in office.relay.partition.events.values() if e.owner == named]
        assert kinds == [EventKind.ASSIGNED]


class ClearlyFailsLater:
    """Fail the first upsert clearly after a request of it was done: only the next one was not."""

    def __init__(self) -> None:
        self.seen = 0

    async def __call__(self, request: str) -> None:
        self.seen += request == "crm.upserted"
        if request == "crm.upserted" and self.seen == 1:
            throttled = "429 Too Many Requests"
            raise CrmUnavailableError(throttled)


def give_to(office: Office, owner: str) -> None:
    """Let the lead have another owner, of whom the CRM must hear."""
    stored = office.relay.partition.stored
    lead = replace(stored.lead, owner=owner, version=stored.lead.version + 1)
    office.relay.partition.stored = replace(stored, lead=lead)


@pytest.mark.parametrize("baseline", ["anna", NEVER])
async def test_a5_an_owner_whom_we_set_before_a_clear_failure_is_no_change_by_sales(
    baseline: str,
) -> None:
    office = await Owned(baseline, "anna", "anna").placed()
    office.relay.crm.gate = ClearlyFailsLater()
    give_to(office, "bo")
    await office.relay.host(office.relay.deliver())
    assert (office.relay.lead.owner, office.relay.record.owner) == ("bo", "005B")

    give_to(office, "anna")
    await office.relay.drain()

    assert (office.relay.lead.owner, office.relay.record.owner) == ("anna", "005A")


async def test_a5_a_clear_failure_before_the_first_look_makes_nobody_the_choice_of_sales() -> None:
    office = await Owned(NEVER, "crm:005X", "anna").placed()
    office.relay.crm.fails = [CrmUnavailableError("429 Too Many Requests")]

    await office.relay.host(push(2))
    await office.relay.drain()

    assert (office.relay.lead.owner, office.relay.record.owner) == ("anna", "005A")


async def long_delivery(gates: Gates) -> Office:
    """Let a delivery of three interests begin after sales gave the record to Bo."""
    office = await Owned("anna", "anna", "anna").placed()
    office.relay.crm.takes_notes = True
    office.relay.crm.fails = [CrmUnavailableError("503")] * 2
    for number in (2, 3):
        await office.relay.host(push(number))
    office.relay.record.owner = IDS["bo"]
    office.guard(gates)
    await office.relay.drain()
    return office


async def test_a5_an_owner_seen_in_the_middle_of_a_long_delivery_is_not_written_over() -> None:
    """Whatever dies between two notes: the baseline that was stored with them has the owner."""
    gates = Gates()
    await long_delivery(gates)
    assert gates.passed.count("crm.note") > 1
    for number in range(len(gates.passed)):
        office = await long_delivery(Gates(number))

        assert (office.relay.lead.owner, office.relay.record.owner) == ("bo", "005B")
