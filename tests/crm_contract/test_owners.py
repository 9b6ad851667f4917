"""Who owns a record: the lead's owner is set, unless sales has given the record to somebody."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.faults import Fault
from local.fakes.hubspot import HubspotServer
from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import QUEUE, SALES, US
from local.fakes.server import CrmServer
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmOutcomeUnknownError
from shared.ports.crm import Changed, Crm, FollowUpQuestion, Upserted
from tests.crm_contract.subjects import on_a_socket
from tests.examples import interest, lead
from tests.fakes import FakeCrm

type OwnerOf = Callable[[CrmRecord], str]

LEAD = replace(lead(), suppressed=False)
NOBODY = {
    "dynamics": "systemuser:00000000-0000-4000-8000-000000000000",
    "hubspot": "4711",
    "salesforce": "005000000000009AAA",
}
TELL_OWNERS = sorted(NOBODY)


@dataclass
class Account:
    """A CRM with three people who can own records, by their ids."""

    crm: Crm
    people: tuple[str, str, str]
    gives: Callable[[CrmRecord, str], None]
    """Let sales give a record to somebody."""
    owner: OwnerOf

    async def upsert(
        self, owner: str, record: CrmRecord | None = None, *sent: str, uncertain: bool = False
    ) -> Upserted:
        changed = Changed(
            record=record,
            fields=frozenset(() if record else LEAD.contact.given()),
            interests=() if record else (interest(1),),
            owner=owner,
            owners_sent=frozenset(sent),
        )
        return await self.crm.upsert(LEAD, changed, uncertain=uncertain)


type Owning = tuple[tuple[str, str, str], Callable[[CrmRecord, str], None], OwnerOf]


def owning_at(server: object) -> Owning:
    """Return three people, how sales gives a record to one, and who owns a record."""
    match server:
        case DynamicsServer():
            return _dynamics(server)
        case HubspotServer():
            return _hubspot(server)
        case _:
            assert isinstance(server, SalesforceServer)
            return _salesforce(server)


def _dynamics(server: DynamicsServer) -> Owning:
    people = [f"systemuser:{server.anna.id}", f"systemuser:{server.app.id}"]

    def gives(record: CrmRecord, owner: str) -> None:
        principal = server.principals[owner.partition(":")[2]]
        server.sales_sets(record.id, server.owned_by(principal))

    def owner(record: CrmRecord) -> str:
        principal = server.principals[server.tables["leads"][record.id]["_ownerid_value"]]
        return f"{principal.kind}:{principal.id}"

    return (people[0], people[1], f"team:{server.team.id}"), gives, owner


def _hubspot(server: HubspotServer) -> Owning:
    server.owners |= {"78", "79"}

    def gives(record: CrmRecord, owner: str) -> None:
        server.contacts[record.id]["hubspot_owner_id"] = owner

    return ("77", "78", "79"), gives, lambda r: server.contacts[r.id]["hubspot_owner_id"]


def _salesforce(server: SalesforceServer) -> Owning:
    def gives(record: CrmRecord, owner: str) -> None:
        server.change(record.id, {"OwnerId": owner})

    return (SALES, US, QUEUE), gives, lambda r: server.tables["Lead"][r.id]["OwnerId"]


@asynccontextmanager
async def account_at(name: str) -> AsyncIterator[Account]:
    if name == "in memory":
        fake = FakeCrm()

        def gives(record: CrmRecord, owner: str) -> None:
            fake.records[int(record.id)].owner = owner

        people = ("anna", "bert", "cleo")
        yield Account(fake, people, gives, lambda r: fake.records[int(r.id)].owner)
        return
    async with on_a_socket(name) as subject:
        yield Account(subject.crm, *owning_at(subject.behind))


ANY = pytest.mark.parametrize("name", [*TELL_OWNERS, "in memory"])


@ANY
async def test_the_owner_of_a_lead_owns_its_new_record(name: str) -> None:
    async with account_at(name) as account:
        anna, *_ = account.people

        made = await account.upsert(anna)

        assert account.owner(made.record) == anna
        assert (made.owner, made.owner_changed, made.remarks) == (anna, False, ())
        assert made.record.baseline["owner"] == anna


@ANY
async def test_another_owner_of_the_lead_is_set_where_sales_changed_nothing(name: str) -> None:
    async with account_at(name) as account:
        anna, bert, _ = account.people
        made = await account.upsert(anna)

        moved = await account.upsert(bert, made.record)
        again = await account.upsert(bert, moved.record)

        assert account.owner(made.record) == bert
        for one in (moved, again):
            assert (one.owner, one.owner_changed, one.remarks) == (bert, False, ())
            assert one.record.baseline["owner"] == bert


@ANY
async def test_whom_sales_gave_the_record_to_keeps_it_and_is_told(name: str) -> None:
    async with account_at(name) as account:
        anna, bert, cleo = account.people
        made = await account.upsert(anna)
        account.gives(made.record, cleo)

        seen = await account.upsert(bert, made.record)

        assert account.owner(made.record) == cleo
        assert (seen.owner, seen.owner_changed) == (cleo, True)
        taken_over = await account.upsert(cleo, seen.record)
        assert (taken_over.owner, taken_over.owner_changed) == (cleo, False)
        await account.upsert(bert, taken_over.record)
        assert account.owner(made.record) == bert


@ANY
async def test_that_sales_did_what_the_lead_wants_is_no_change(name: str) -> None:
    async with account_at(name) as account:
        anna, bert, _ = account.people
        made = await account.upsert(anna)
        account.gives(made.record, bert)

        seen = await account.upsert(bert, made.record)

        assert (seen.owner, seen.owner_changed) == (bert, False)


@ANY
async def test_an_owner_whom_a_lost_answer_set_is_no_change_by_sales(name: str) -> None:
    async with account_at(name) as account:
        anna, bert, cleo = account.people
        made = await account.upsert(anna)
        account.gives(made.record, bert)  # it was us, but nobody heard of it

        again = await account.upsert(cleo, made.record, bert)

        assert account.owner(made.record) == cleo
        assert (again.owner, again.owner_changed) == (cleo, False)


@pytest.mark.parametrize("name", TELL_OWNERS)
async def test_whom_sales_gave_a_record_to_that_nobody_heard_of_keeps_it(name: str) -> None:
    async with on_a_socket(name) as subject:
        assert isinstance(subject.behind, CrmServer)
        account = Account(subject.crm, *owning_at(subject.behind))
        anna, _, cleo = account.people
        subject.behind.write_faults.append(Fault.CUT_AFTER)
        with pytest.raises(CrmOutcomeUnknownError):
            await account.upsert(anna)
        [record] = await subject.records()
        account.gives(CrmRecord(id=record.record_id), cleo)

        found = await account.upsert(anna, None, anna, uncertain=True)

        assert account.owner(found.record) == cleo
        assert (found.owner, found.owner_changed) == (cleo, True)


@ANY
async def test_a_record_of_an_earlier_version_shows_its_owner_first(name: str) -> None:
    async with account_at(name) as account:
        anna, bert, _ = account.people
        made = await account.upsert(anna)
        baseline = {n: value for n, value in made.record.baseline.items() if n != "owner"}

        moved = await account.upsert(bert, replace(made.record, baseline=baseline))

        assert account.owner(made.record) == bert
        assert moved.record.baseline["owner"] == bert


@ANY
async def test_a_lead_without_an_owner_leaves_the_records_owner_alone(name: str) -> None:
    async with account_at(name) as account:
        anna, bert, _ = account.people
        made = await account.upsert(anna)

        assert (await account.upsert("", made.record)).owner == anna
        account.gives(made.record, bert)
        seen = await account.upsert("", made.record)

        assert account.owner(made.record) == bert
        assert (seen.owner, seen.owner_changed) == (bert, True)


@pytest.mark.parametrize("name", TELL_OWNERS)
async def test_an_owner_whom_the_crm_refuses_is_left_out_with_a_remark(name: str) -> None:
    async with account_at(name) as account:
        anna, *_ = account.people

        made = await account.upsert(NOBODY[name])
        given = await account.upsert(anna, made.record)
        again = await account.upsert(NOBODY[name], given.record)

        for one in (made, again):
            assert [remark.partition(":")[0] for remark in one.remarks] == ["owner not set"]
        assert account.owner(made.record) == again.owner == anna
        assert again.record.baseline["owner"] == anna


@ANY
async def test_a5_a_question_about_follow_ups_tells_whom_sales_gave_the_record_to(
    name: str,
) -> None:
    async with account_at(name) as account:
        anna, bert, cleo = account.people
        made = (await account.upsert(anna)).record
        asked = FollowUpQuestion(lead_id=LEAD.lead_id, record=made, since=datetime.now(UTC))

        before = await account.crm.follow_ups([asked])
        account.gives(made, cleo)
        after = await account.crm.follow_ups([asked])
        unknown = replace(asked, record=replace(made, baseline={}))
        moved = await account.upsert(bert, replace(made, baseline={**made.baseline, "owner": cleo}))

        assert LEAD.lead_id not in before or not before[LEAD.lead_id].owner
        assert after[LEAD.lead_id].owner == cleo
        first = (await account.crm.follow_ups([unknown])).get(LEAD.lead_id)
        assert first is None or not first.owner, "what the CRM shows first is no change"
        assert moved.owner == bert
