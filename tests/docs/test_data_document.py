"""docs/data.md names every column and field, with its type, as the code writes them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest
from azure.data.tables.aio import TableServiceClient

from shared.assignment.choosing import Why
from shared.destinations.azure_table.adapter import CUSTOMER_INFO
from shared.destinations.azure_table.adapter import interest_row as marketplace_row
from shared.domain.absences import Absence
from shared.domain.acts import Act, Outcome, Via
from shared.domain.company import company_id
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.envelope import Deliver, Push, parse_message
from shared.domain.fair_turns import TeamTurns, take_turn
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind
from shared.domain.lead import Contact, Interest, KeyKind, Lead, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.domain.notices import Notice, Occasion, Role
from shared.domain.priority import Priority
from shared.domain.troubles import Cause, ToldTrouble, TroubleKind
from shared.ports.announcing import GivenUp, ToldDigest
from shared.ports.index import Doing, KnownDestinations, Swept, TidiedTo, Trouble
from shared.ports.leads import Event, EventKind, RecordedInterest
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.ports.queue import POISON_QUEUE, QUEUE
from shared.ports.rules import DeployedFile, StoredRules
from shared.ports.teams import Company, StoredTurns, Taken, TurnChange
from shared.setting_types import OWN_TABLES
from shared.settings import AzureTableSettings
from shared.storage.account import Table
from shared.storage.announcements import TableAnnouncements
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_index import TableLeadIndex
from shared.storage.lead_rows import (
    act_row,
    delivery_row,
    event_row,
    interest_row,
    lead_row,
    notice_row,
)
from shared.storage.outbox import TableOutbox
from shared.storage.quarantine import CHUNK, MOST_CHUNKS, TableQuarantine
from shared.storage.quarantine_entries import WITHOUT_BODY
from shared.storage.rules import TableRulesStore
from shared.storage.teams import TableTeams
from tests.docs.documents import CODE, ROOT, Section, read, sections

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from azure.data.tables.aio import TableClient

DOCUMENT = "docs/data.md"
KEYS = {"PartitionKey", "RowKey"}
LEAD_ID = "90456f65571d00a8b903f80c8cbe1d87"
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
DAY = AT.replace(day=22) - AT

SUBMISSION = Submission(
    submission_id="655ba702738e4941b9ebf1d3c8aa4f29",
    received_at=AT,
    contact=Contact(
        first_name="Ada",
        last_name="Byron",
        email="ada@example.com",
        phone="+4930901820",
        country="DE",
        company="Example Mills",
        title="Head of Weaving",
    ),
    lead_source="AzureMarketplace-INS|example.loom",
    source="AzureMarketplace",
    action="INS",
    publisher="example",
    offer="loom",
    offer_title="Loom Insights",
    description="How many looms?",
    warnings=("something is doubtful",),
)
INTEREST = Interest(submission=SUBMISSION, version=1)
DELIVERY = Delivery(
    destination="azure_table",
    delivered_contact=SUBMISSION.contact,
    delivered_at=AT,
    parked_at=AT,
    failing_since=AT,
    next_attempt_at=AT,
    record=CrmRecord(id="1", url="https://crm.example.com/1", baseline={"status": "new"}),
    noted=(SUBMISSION.submission_id,),
    sent_at=AT,
    claim_ends_at=AT,
)
KNOWN = KnownDestinations(in_use=frozenset({"hubspot"}), retired=frozenset({"dynamics"}))
TROUBLE = Trouble(destination="salesforce", doing=Doing.DELIVER, reason="401", at=AT)
TOLD = ToldTrouble(
    kind=TroubleKind.CREDENTIALS,
    subject="salesforce",
    since=AT,
    seen_at=AT,
    told_at=AT,
    over_at=AT,
    claim_ends_at=AT,
)
DIGEST = ToldDigest(team="emea", day=AT.date(), told_at=AT, claim_ends_at=AT)
GIVEN_UP = GivenUp(channel="sales", reason="404 no_service", at=AT)
FOLLOW_UP = FollowUp(
    state=FollowUpState.OVERDUE,
    clock_started_at=AT,
    due_at=AT,
    flagged_at=AT,
    done_at=AT,
    ladder_at=AT,
    next_step_at=AT,
    held_until=AT,
)
NOTICE = Notice(
    recipient=Role.OWNER,
    notice_id="n1",
    occasion=Occasion.NEW,
    because_of=SUBMISSION.submission_id,
    created_at=AT,
    send_from=AT,
    failing_since=AT,
    next_attempt_at=AT,
    claim_ends_at=AT,
)
ACT = Act(said_at=AT, seen_at=AT, by="anna", look_on=AT.date(), open_since=AT, working_seconds=60)

NEVER = TidiedTo()
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
LEAD_ROWS = ("Row lead", "Row delivery", "Row notice", "Row act", "Row interest", "Row event")
TEAM_ROWS = ("Row turns", "Row absence", "Row left", "Row taken", "Row company")
ROWS = (
    *(*LEAD_ROWS, "Row secret", "Row sweep", "Row trouble"),
    *("Row trouble told", "Row digest", "Row channel"),
    *("Row rules in force", "Row counted rules", "Row deployed file"),
    *(*TEAM_ROWS, "Row outbox", "Row marketplace lead"),
)

type Row = dict[str, Any]


class Written:
    """Stands for the SDK's table client, and keeps what would be written."""

    table_name = "Any"

    def __init__(self) -> None:
        self.rows: list[Row] = []

    async def upsert_entity(self, row: Row, **_: object) -> None:
        self.rows.append(row)

    async def create_entity(self, row: Row) -> None:
        self.rows.append(row)

    async def submit_transaction(self, operations: list[tuple[Any, ...]]) -> list[Row]:
        self.rows += [row for _, row, *_ in operations]
        return [{"etag": "1"} for _ in operations]

    async def get_entity(self, *_: object) -> Row:
        return {"secret": ""}


def lead() -> Lead:
    rules = MergeRules(repeat_window=DAY, follow_up_within=DAY)
    merged, _ = merge(new_lead(LEAD_ID, KeyKind.EMAIL, SUBMISSION), SUBMISSION, rules)
    values = {name: getattr(merged, name) for name in Lead.__dataclass_fields__}
    times = {"next_due_at": AT, "updated_at": AT, "merged_at": AT}
    return Lead(**{**values, **times, "follow_up": FOLLOW_UP})


async def written(*, quarantined: bytes = b"a body") -> dict[str, list[Row]]:
    """Return rows of each kind that the document describes, by the title of its section."""
    recorded = RecordedInterest(
        interest=INTEREST, body=b"{}", content_type="application/json", due_at=AT, rule="default"
    )
    event = Event(
        kind=EventKind.RECORDED,
        destination="azure_table",
        detail="told",
        former_owner="anna",
        owner="anna",
        team="north",
        rule="default",
        recipient="owner",
        channel="north",
        notice_id="n1",
        step=1,
        unchecked=True,
    )
    entry = Quarantined(
        quarantine_id=SUBMISSION.submission_id,
        received_at=AT,
        reason=QuarantineReason.INVALID,
        faults=["no lead"],
        body=quarantined,
        content_type="text/plain",
        size=len(quarantined),
    )
    key = f"20261121T093000000000Z|{SUBMISSION.submission_id}"
    return {
        "Row lead": [lead_row(lead())],
        "Row delivery": [delivery_row(LEAD_ID, DELIVERY)],
        "Row notice": [notice_row(LEAD_ID, NOTICE)],
        "Row act": [act_row(LEAD_ID, ACT)],
        "Row interest": [interest_row(LEAD_ID, recorded)],
        "Row event": [event_row(LEAD_ID, 1, event, AT)],
        "Row secret": await rows(lambda table: LeadIdSecret(table)()),
        "Table `LeadIndex`": [
            *await rows(
                lambda table: TableLeadIndex(table).put_new(
                    LEAD_ID, due_at=AT, created_at=AT, test=True
                )
            ),
            *await rows(lambda table: TableLeadIndex(table).put_overdue(LEAD_ID, AT)),
            *await rows(lambda table: TableLeadIndex(table).put_parked(LEAD_ID, "azure_table", AT)),
        ],
        "Row trouble told": await rows(lambda table: TableAnnouncements(table).put_trouble(TOLD)),
        "Row digest": await rows(lambda table: TableAnnouncements(table).put_digest(DIGEST)),
        "Row channel": await rows(lambda table: TableAnnouncements(table).put_given_up(GIVEN_UP)),
        "Row trouble": await rows(lambda table: TableLeadIndex(table).put_trouble(TROUBLE)),
        "Row sweep": [
            *await rows(lambda table: TableLeadIndex(table).put_heartbeat(AT, Swept(), NEVER)),
            *await rows(lambda table: TableLeadIndex(table).put_announcing_faults(0)),
        ],
        "Row destinations": await rows(
            lambda table: TableLeadIndex(table).put_known_destinations(KNOWN)
        ),
        "Row quarantine": await rows(lambda table: TableQuarantine(table).keep(entry)),
        **await written_of_teams(),
        "Row outbox": await rows(lambda table: TableOutbox(table).keep(key, "{}")),
        "Row marketplace lead": [dict(marketplace_row(LEAD_ID, INTEREST).values)],
    }


async def written_of_teams() -> dict[str, list[Row]]:
    """Return rows of table ``Teams``, as an assignment writes them and the command."""
    turn = take_turn(TeamTurns(), {"ada": 1}, ["ada"])
    change = TurnChange(
        taken=Taken(key=LEAD_ID, team="emea", member="ada", why=Why.TURN, cost=turn.cost),
        turns={"emea": StoredTurns(new=turn.turns)},
        company=Company(
            team="emea", company_id=company_id("ada@mills.example", b"secret"), holder="ada"
        ),
    )
    taken, turns, company = await rows(lambda table: TableTeams(table).commit(change))
    absence = Absence(member="ada", from_at=AT, until_at=AT + DAY)
    applied = StoredRules(text="[default]", applied_at=AT, applied_by="ada")
    in_force, counted = await rows(
        lambda table: TableRulesStore(table).put_in_force(applied, before=None)
    )
    deployed = DeployedFile(content_id=applied.content_id, seen_at=AT)
    return {
        "Row rules in force": [in_force],
        "Row counted rules": [counted],
        "Row deployed file": await rows(lambda table: TableRulesStore(table).report(deployed)),
        "Row turns": [turns],
        "Row absence": await rows(lambda table: TableTeams(table).put_absence(absence)),
        "Row left": await rows(lambda table: TableTeams(table).put_left("ada", AT)),
        "Row taken": [taken],
        "Row company": [company],
    }


async def rows(write: Callable[[Table], Awaitable[object]]) -> list[Row]:
    client = Written()
    await write(Table(cast("TableClient", client)))
    return client.rows


def kind(value: object) -> str:
    """Return the document's word for what a column holds."""
    match value:
        case bool():
            return "yes/no"
        case int():
            return "number"
        case bytes():
            return "binary"
        case str() if TIME.fullmatch(value):
            return "time"
        case str() if value[:1] in ("{", "["):
            return "JSON"
        case _:
            return "text"


def field_kind(value: object) -> str:
    """Return the document's word for what a field of a message holds."""
    return "list" if isinstance(value, list) else kind(value)


def columns(found: list[Row]) -> dict[str, str]:
    return {name: kind(value) for row in found for name, value in row.items() if name not in KEYS}


@pytest.fixture(scope="module")
def document() -> dict[str, Section]:
    return sections(DOCUMENT)


@pytest.mark.parametrize("title", ROWS)
async def test_a_row_has_the_columns_that_its_section_names(
    document: dict[str, Section], title: str
) -> None:
    documented = {name: row[1] for name, row in document[title].named().items()}

    assert documented == columns((await written())[title])


async def test_a_row_in_quarantine_has_the_columns_that_its_section_names(
    document: dict[str, Section],
) -> None:
    documented = {name: row[1] for name, row in document["Row quarantine"].named().items()}
    whole = await written(quarantined=b"x" * CHUNK * MOST_CHUNKS)
    stored = columns(whole["Row quarantine"])

    chunks = {name: documented.pop(name) for name in list(documented) if "body_" in name}
    decided = {name: documented.pop(name) for name in ("decided_at", "note")}
    assert chunks == dict.fromkeys(["body_0", "body_1", f"body_{MOST_CHUNKS - 1}"], "binary")
    assert decided == {"decided_at": "time", "note": "text"}
    assert documented == {name: how for name, how in stored.items() if "body_" not in name}
    assert {*documented, *decided} == set(WITHOUT_BODY) - KEYS


async def test_rows_of_the_index_say_all_in_their_keys() -> None:
    assert columns((await written())["Table `LeadIndex`"]) == {}


async def test_the_keys_in_the_examples_are_those_of_such_rows() -> None:
    examples = {text.replace(r"\|", "|") for text in CODE.findall(read(DOCUMENT))}

    for found in (await written()).values():
        for row in found:
            assert {row["PartitionKey"], row["RowKey"]} <= examples


@pytest.mark.parametrize(
    ("title", "column", "values"),
    [
        ("Row trouble told", "kind", TroubleKind),
        ("Row trouble", "cause", filter(None, Cause)),
        ("Row lead", "key_kind", KeyKind),
        ("Row lead", "follow_up_state", FollowUpState),
        ("Row lead", "follow_up_ladder_kind", filter(None, LadderKind)),
        ("Row lead", "priority", Priority),
        ("Row notice", "occasion", Occasion),
        ("Row act", "via", Via),
        ("Row act", "outcome", Outcome),
        ("Row event", "kind", EventKind),
        ("Row taken", "why", [why for why in Why if why is not Why.NOBODY]),
        ("Row quarantine", "reason", QuarantineReason),
        ("Row marketplace lead", "CustomerInfo", CUSTOMER_INFO),
    ],
)
def test_the_values_that_a_column_can_have_are_named(
    document: dict[str, Section], title: str, column: str, values: Iterable[str]
) -> None:
    meaning = document[title].named()[column][-1]

    assert CODE.findall(meaning) == [str(value) for value in values]


@pytest.mark.parametrize(
    ("title", "message"),
    [
        (
            "Message push",
            Push(
                submission_id="s1",
                received_at=AT,
                content_type="application/json",
                body=b"{}",
                traceparent="00-1-1-01",
                unsent_claims=("c1",),
            ),
        ),
        (
            "Message deliver",
            Deliver(
                lead_id=LEAD_ID,
                release_version=1,
                parked_until=AT,
                traceparent="00-1-1-01",
                unsent_claims=("c1",),
            ),
        ),
    ],
)
def test_a_message_has_the_fields_that_its_section_names(
    document: dict[str, Section], title: str, message: Push | Deliver
) -> None:
    documented = {name: row[1] for name, row in document[title].named().items()}
    sent = json.loads(message.to_text())

    assert set(sent) == {field.alias for field in type(message).model_fields.values()}
    assert documented == {name: field_kind(value) for name, value in sent.items()}


@pytest.mark.parametrize(("title", "cls"), [("Message push", Push), ("Message deliver", Deliver)])
def test_the_example_of_a_message_is_one(
    document: dict[str, Section], title: str, cls: type[Push | Deliver]
) -> None:
    [example] = document[title].blocks("json")

    assert isinstance(parse_message(example), cls)


def test_the_names_of_tables_and_queues_are_those_of_the_app() -> None:
    stores = set(CODE.findall(" ".join(row[0] for row in sections(DOCUMENT)["Data"].rows())))

    assert stores >= {*OWN_TABLES, AzureTableSettings.model_fields["table"].default}
    assert stores >= {QUEUE, POISON_QUEUE}


ERASED = {"Leads": "Erase", "LeadIndex": "Erase", "Teams": "Erase", "MarketplaceLeads": ""}
"""The tables that the script works on, and their prefix in the test."""


async def test_the_script_erases_all_of_one_lead_and_nothing_else(azurite: str) -> None:
    [script] = sections(DOCUMENT)["Erase a customer"].blocks("python")
    other = LEAD_ID[::-1]
    rows_of = await written()
    of_lead = {
        "Leads": [row for title in LEAD_ROWS for row in rows_of[title]],
        "LeadIndex": rows_of["Table `LeadIndex`"],
        "Teams": rows_of["Row taken"],
        "MarketplaceLeads": rows_of["Row marketplace lead"],
    }

    async with TableServiceClient.from_connection_string(azurite) as service:
        for table, found in of_lead.items():
            client = await service.create_table_if_not_exists(ERASED[table] + table)
            for row in found:
                await client.upsert_entity(row)
                text = {name: str(row[name]).replace(LEAD_ID, other) for name in KEYS}
                await client.upsert_entity(row | text)
        teams = service.get_table_client("EraseTeams")
        for email in ("ada@example.com", "zoe@contoso.com"):
            key = f"company|emea|{company_id(email, b'secret')}"
            await teams.upsert_entity({"PartitionKey": "teams", "RowKey": key, "holder": "ada"})
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, LEAD_ID),
            cwd=ROOT,
            env={
                **os.environ,
                "LeadStorage": azurite,
                "TABLE_PREFIX": "Erase",
                "LEAD_ID_KEY": "secret",
            },
        )
        assert await process.wait() == 0
        for table, found in of_lead.items():
            left = service.get_table_client(ERASED[table] + table).list_entities()
            keys = [f"{row['PartitionKey']} {row['RowKey']}" async for row in left]
            assert len([key for key in keys if other in key]) == len(found)
            assert not any(LEAD_ID in key for key in keys)
        companies = [row["RowKey"] async for row in teams.list_entities() if "holder" in row]
        assert companies == [f"company|emea|{company_id('zoe@contoso.com', b'secret')}"]
