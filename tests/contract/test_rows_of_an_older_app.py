"""Rows as an older version of the app wrote them, recorded; and what it must find in ours.

``rows_of_an_older_app.jsonl`` is an export of version 0.1.0 as of commit dc2ca93, with one lead in
each state that matters: delivered, waiting, with a request without an answer, uncertain, parked,
with notes half done, a test lead, and one that was released and forgotten.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from route_lead.route import RoutePorts, route
from shared.bootstrap import new_id
from shared.domain.delivery import Delivery
from shared.domain.envelope import Deliver, Message, parse_message
from shared.domain.lead import CONTACT_FIELDS, Lead
from shared.ports.crm import Changed, Upserted
from shared.ports.leads import StoredLead
from shared.ports.reading import BackupRow
from shared.storage.account import Storage
from shared.storage.backup import TableBackup
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from tests.contract.subjects import Row, rows_of
from tests.fakes import START, Clock, FakeCrm, FakeCrmRecord, FakeDestinations, FakeQueue
from tests.route_lead.relay import RULES, a_secret, no_sleep, push

RECORDED = Path(__file__).with_name("rows_of_an_older_app.jsonl")
LEADS = {
    "delivered": "39698d6a26e171b775c88adec01612ed",
    "waiting": "a35181e708f729da6c275782496328e5",
    "unanswered": "38c1552b68ca9b05c5f982e800361677",
    "uncertain": "38526a1d65d4c5eabaf4b779655e1f27",
    "parked": "1b734bd2a804832b0f52bee9542c932b",
    "noted": "9071118f52e42093cd02799fd0f60cc5",
    "test": "acc565a23cec22ea6e22319e5b07c9fe",
    "forgotten": "1e8f02a000f5e1fed222434a0b4f0bd4",
}
LATER = START + timedelta(days=3)


def recorded() -> list[BackupRow]:
    lines = map(json.loads, RECORDED.read_text("utf-8").splitlines())
    return [BackupRow(table=line["table"], columns=line["row"]) for line in lines]


def place(row: BackupRow) -> tuple[str, str]:
    return row.table, str(row.columns["PartitionKey"])


@dataclass
class LastAsked(FakeCrm):
    """A CRM that keeps what it was last asked."""

    changed: Changed | None = None

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        self.changed = changed
        return await super().upsert(lead, changed, uncertain=uncertain)


@dataclass
class Upgraded:
    """The app as it is now, over the tables of the older one."""

    storage: Storage
    prefix: str
    crm: LastAsked

    def __post_init__(self) -> None:
        self.clock = Clock(LATER)
        self.queue = FakeQueue(self.clock)
        self.store = TableLeadStore(self.storage.table(f"{self.prefix}Leads"))
        self.index = TableLeadIndex(self.storage.table(f"{self.prefix}LeadIndex"))

    async def fill(self) -> None:
        backup = TableBackup(lambda name: self.storage.table(self.prefix + name))
        for _, rows in groupby(sorted(recorded(), key=place), place):
            await backup.write(list(rows))

    async def lead(self, name: str) -> StoredLead:
        stored = await self.store.read(LEADS[name])
        assert stored is not None
        return stored

    async def delivery(self, name: str) -> Delivery:
        return (await self.lead(name)).deliveries["crm"]

    async def rows(self, name: str) -> dict[str, Row]:
        client = self.storage.table(f"{self.prefix}Leads").client
        return {row["RowKey"]: dict(row) async for row in rows_of(client, LEADS[name])}

    async def take(self, *messages: Message) -> None:
        ports = RoutePorts(
            leads=self.store,
            index=self.index,
            queue=self.queue,
            destinations=FakeDestinations({"crm": self.crm}),
            secret=a_secret,
            clock=self.clock,
            jitter=random.random,
            new_id=new_id,
            sleep=no_sleep,
        )
        for message in messages:
            await route(message, ports, RULES)
        while self.queue.messages:
            self.clock.now = max(self.clock.now, min(self.queue.messages).visible_at)
            await route(parse_message(self.queue.take() or ""), ports, RULES)


@pytest.fixture
async def app(storage: Storage, prefix: str) -> Upgraded:
    app = Upgraded(storage, prefix, LastAsked())
    await app.fill()
    return app


async def test_all_of_it_is_read(app: Upgraded) -> None:
    versions = {name: (await app.lead(name)).lead.version for name in LEADS}
    assert versions == {**dict.fromkeys(LEADS, 1), "unanswered": 2, "noted": 3}
    assert (await app.delivery("delivered")).delivered_version == 1
    assert (await app.delivery("noted")).noted == ("s8", "s9")
    assert (await app.delivery("uncertain")).uncertain
    assert (await app.lead("delivered")).lead.contact.title == "Engineer"
    assert len(await app.store.interests(LEADS["noted"], after_version=0)) == 3


@pytest.mark.parametrize("name", ["waiting", "unanswered", "noted", "forgotten"])
async def test_what_was_left_to_do_is_done(app: Upgraded, name: str) -> None:
    app.crm.records = [FakeCrmRecord(LEADS[name], {}, notes=["s8", "s9"])]
    await app.take(Deliver(lead_id=LEADS[name]))
    assert (await app.delivery(name)).delivered_version == (await app.lead(name)).lead.version


async def test_a_request_without_an_answer_leaves_any_field_in_doubt(app: Upgraded) -> None:
    await app.take(Deliver(lead_id=LEADS["unanswered"]))
    contact = (await app.lead("unanswered")).lead.contact
    assert app.crm.changed is not None
    assert app.crm.changed.fields == contact.given().keys() <= set(CONTACT_FIELDS)


async def test_notes_go_on_after_those_that_it_knew_by_their_ids(app: Upgraded) -> None:
    app.crm.takes_notes = True
    app.crm.records = [FakeCrmRecord(LEADS["noted"], {})]
    await app.take(Deliver(lead_id=LEADS["noted"]))
    assert app.crm.records[0].notes == ["s10"]


async def test_a_released_lead_that_it_forgot_is_found_when_it_is_restored(app: Upgraded) -> None:
    of_lead = [row for row in recorded() if row.columns["PartitionKey"] == LEADS["forgotten"]]
    backup = TableBackup(lambda name: app.storage.table(app.prefix + name))

    restored = backup.with_look(of_lead, LATER)

    assert [row for row in of_lead if backup.due_at(row, LATER)] == []
    [(lead_id, due_at)] = [due for row in restored if (due := backup.due_at(row, LATER))]
    assert lead_id == LEADS["forgotten"]
    assert LATER <= due_at <= LATER + timedelta(hours=1)


def shape(value: object) -> object:
    """Return the type of a column, and of JSON the types in it that a reader counts on."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return type(value)
    return type(json.loads(value))


async def test_it_finds_its_columns_in_what_we_write_and_of_the_same_types(app: Upgraded) -> None:
    before = {name: await app.rows(name) for name in LEADS}
    click = push(50, LastName="Delivered", Title="Manager").model_copy(
        update={"received_at": LATER}
    )
    await app.take(*(Deliver(lead_id=lead_id) for lead_id in LEADS.values()), click)
    for name, rows in before.items():
        after = await app.rows(name)
        assert rows.keys() <= after.keys()
        for key, row in rows.items():
            assert {c: shape(v) for c, v in row.items()}.items() <= {
                c: shape(v) for c, v in after[key].items()
            }.items()


NEWER: Mapping[str, Mapping[str, Any]] = {
    "contact_stamps": {"linkedin": ["https://example.com/zoe", 7], "mood": {"good": True}},
    "delivered_contact": {"linkedin": "https://example.com/zoe"},
    "record_baseline": {"stage": "new", "score": 7, "more": {"a": [1]}},
}
IN_EACH_INTEREST = {"score": 0.5, "stage": {"name": "hot"}}


def with_newer_keys(row: Row) -> dict[str, Any]:
    """Return a row as a newer version might write it."""
    changed = dict(row) | {"mood": "good"}
    for column, keys in NEWER.items():
        if column in row:
            changed[column] = json.dumps(json.loads(row[column]) | keys)
    if "interests" in row:
        interests = json.loads(row["interests"])
        changed["interests"] = json.dumps([IN_EACH_INTEREST | one for one in interests])
    return changed


def newer_keys(rows: Mapping[str, Row]) -> Iterator[tuple[str, str, object]]:
    for key, row in rows.items():
        for column, keys in NEWER.items():
            if column in row:
                found = json.loads(row[column])
                yield key, column, {name: found.get(name) for name in keys}
        yield key, "mood", row.get("mood")


@pytest.mark.parametrize("name", ["delivered", "unanswered", "noted"])
async def test_what_a_newer_version_put_into_our_json_stays_there(app: Upgraded, name: str) -> None:
    client = app.storage.table(f"{app.prefix}Leads").client
    rows = await app.rows(name)
    state = {key: row for key, row in rows.items() if key.startswith("lead")}
    for row in state.values():
        await client.upsert_entity(with_newer_keys(row))
    expected = dict(newer_keys_of(await app.rows(name)))
    app.crm.records = [FakeCrmRecord(LEADS[name], {})]

    await app.take(Deliver(lead_id=LEADS[name]))
    repeat = push(60, LastName=name.title(), offer="a", Title="Engineer", Country="DE")
    click = push(61, LastName=name.title(), Title="Director", Company="Fabrikam")
    for message in (repeat, click):
        await app.take(message.model_copy(update={"received_at": app.clock()}))

    after = await app.rows(name)
    assert (await app.delivery(name)).delivered_version == (await app.lead(name)).lead.version
    assert dict(newer_keys_of(after)) == expected
    interests = json.loads(after["lead"]["interests"])
    kept = [one for one in interests if one.items() >= IN_EACH_INTEREST.items()]
    assert len(kept) == len(json.loads(state["lead"]["interests"]))


def newer_keys_of(rows: Mapping[str, Row]) -> Iterator[tuple[tuple[str, str], object]]:
    state = {key: row for key, row in rows.items() if key.startswith("lead")}
    return (((key, column), found) for key, column, found in newer_keys(state))
