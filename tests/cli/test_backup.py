import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import EdmType, EntityProperty

from shared.assignment.assigning import Assigner
from shared.assignment.choosing import Need
from shared.bootstrap import utc_now
from shared.domain.absences import Absence
from shared.domain.follow_up import FollowUpState
from shared.domain.rules import Member, Team
from shared.operations.backup import check, export, restore
from shared.operations.errors import RefusedError, UsageError
from shared.ports.queue import QUEUE
from shared.storage.account import Storage
from shared.storage.keys import time_text
from tests.cli.account import DAY, Account


@pytest.fixture(autouse=True)
async def nothing_waits(storage: Storage) -> None:
    """Take what commands of other tests have queued: an export tells how much waits."""
    with suppress(ResourceNotFoundError):
        await storage.queue(QUEUE).clear_messages()


async def exported(account: Account) -> list[bytes]:
    return [line.encode() + b"\n" async for line in export(account.stores)]


async def imported(account: Account, lines: list[bytes]) -> int:
    written: list[int] = []
    assert await check(account.stores, lines) == len(lines)
    await restore(account.stores, lines, written.append)
    return sum(written)


def without(lines: Iterable[bytes], part: bytes) -> list[bytes]:
    return [line for line in lines if part not in line]


async def some_leads(account: Account) -> None:
    await account.push("zoe@example.com", LeadSource="AzureMarketplace-INS|contoso.things")
    await account.push("zoe@example.com", LeadSource="AzureMarketplace-INS|contoso.things")
    await account.push("zoe@example.com", OfferTitle="Other things", Description="花子\n🙂")
    await account.parked("parked@example.com")
    await account.push("MSFT_TEST_1@test.com")
    await account.push("nobody@example.com", ActionCode="DNC")


async def test_exported_wiped_and_imported_leads_are_the_same_and_known_customers_are_known(
    account: Account, open_again: Callable[[Account], Account], tmp_path: Path
) -> None:
    await some_leads(account)
    held = await account.quarantine(b"\x00\xff" * 40_000)
    body = (await account.stores.entry(held)).body
    before = await account.listed()
    known = await account.stores.lead("zoe@example.com")
    backup = tmp_path / "backup.jsonl"

    told = await account.command("export", "--all", str(backup))
    assert told.code == 0
    await account.wipe()
    assert [line async for line in export(account.stores)] == []
    again = await account.command("import", str(backup))

    rows = len(backup.read_bytes().splitlines())
    assert (told.out, told.err) == ("", f"{rows} rows exported\n")
    assert (again.code, again.out, again.err) == (0, "", f"{rows} rows imported\n")
    assert await account.listed() == before
    restored = await account.stores.entry(held)
    assert restored is not None
    assert restored.body == body
    account = open_again(account)
    after = await account.push(
        "ZOE@example.com", LeadSource="AzureMarketplace-INS|contoso.things", OfferTitle="New"
    )
    assert after.lead.lead_id == known.lead.lead_id
    assert (after.lead.submissions, len(after.lead.interests)) == (4, 3)
    repeated = await account.push(
        "zoe@example.com", LeadSource="AzureMarketplace-INS|contoso.things"
    )
    assert (repeated.lead.submissions, len(repeated.lead.interests)) == (5, 3)
    assert len(account.crm.records) == 3
    assert await account.stores.histories.events(known.lead.lead_id)


async def test_a1_after_a_restore_turns_go_on_and_no_lead_takes_another(account: Account) -> None:
    """Whose turn it is, who is away and who got which lead are part of a backup."""
    people = (Member(id="ada", name="Ada"), Member(id="bob", name="Bob"))
    teams = {"east": Team(id="east", name="East", members=people)}
    assigner = Assigner(teams=account.stores.teams, clock=utc_now, jitter=lambda: 0.5)
    first = await assigner.assign(Need(lead_id="a" * 32, team="east", company_id="c"), teams)
    now = utc_now()
    await account.stores.teams.put_absence(
        Absence(member="cem", from_at=now, until_at=now + timedelta(days=1))
    )
    await account.stores.teams.put_left("dora", now)
    before = await account.stores.teams.read()

    lines = await exported(account)
    await account.wipe()
    await imported(account, lines)

    after = await account.stores.teams.read()
    assert (after.absences, after.left) == (before.absences, before.left)
    assert after.turns["east"].new == before.turns["east"].new
    again = await assigner.assign(Need(lead_id="a" * 32, team="east"), teams)
    other = await assigner.assign(Need(lead_id="b" * 32, team="east"), teams)
    assert (again, other.member) == (first, "bob")
    company = await account.stores.teams.company("east", "c")
    assert company is not None
    assert company.holder == first.member


async def test_every_type_of_table_storage_comes_back_as_it_was(account: Account) -> None:
    row = {
        "PartitionKey": "5a" * 16,
        "RowKey": "of a newer app",
        "text": 'ü🙂"\\\n',
        "empty": "",
        "yes": True,
        "number": -5,
        "large": EntityProperty(2**40, EdmType.INT64),
        "fraction": 0.25,
        "whole": 5.0,
        "binary": b"\x00\xff",
        "guid": UUID("12345678-1234-5678-1234-567812345678"),
        "at": datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC),
    }
    table = account.table("Leads")
    await table.run(partial(table.client.upsert_entity, row))
    [before] = [row async for row in table.rows("", {})]

    lines = await exported(account)
    await account.wipe()
    await imported(account, lines)

    [after] = [row async for row in table.rows("", {})]
    assert dict(after) == dict(before)
    assert {name: type(value) for name, value in after.items()} == {
        name: type(value) for name, value in before.items()
    }


async def test_a_lead_that_the_sweep_moved_during_the_export_is_still_due(
    account: Account,
) -> None:
    await account.push("zoe@example.com")
    lines = without(await exported(account), b'"RowKey": "due|')
    await account.wipe()

    await imported(account, lines)
    await account.sweep(timedelta(hours=1))
    await account.sweep(2 * DAY)

    overdue = await account.stores.lead("zoe@example.com")
    assert overdue.lead.follow_up.state is FollowUpState.OVERDUE


async def test_leads_whose_ids_were_made_with_another_secret_are_refused_before_any_is_written(
    account: Account, open_again: Callable[[Account], Account]
) -> None:
    await account.push("zoe@example.com")
    lines = await exported(account)
    await account.wipe()
    account = open_again(account)
    await account.push("someone.else@example.com")
    before = await exported(account)

    with pytest.raises(RefusedError, match="hold leads whose ids were made with another secret"):
        await check(account.stores, lines)

    assert await exported(account) == before


async def test_an_export_may_be_imported_again_over_what_is_there(account: Account) -> None:
    await some_leads(account)
    lines = await exported(account)

    assert await imported(account, lines) == len(lines)

    assert sorted(await exported(account)) == sorted(lines)


def line(column: object) -> bytes:
    return json.dumps(
        {"table": "Leads", "row": {"PartitionKey": "5a", "RowKey": "lead", "c": column}}
    ).encode()


NO_ROW = "no table, or no row with its two keys"
NO_TYPE = "column c is of no type of Table Storage"
WRONG = [
    (b"\xff\xfe", "not JSON"),
    (b"", "not JSON"),
    (b"[" * 100_000, "not JSON"),
    (b"{}", NO_ROW),
    (b'{"table": "Leads", "row": {"PartitionKey": "p"}}', NO_ROW),
    (b'{"table": "Users", "row": {"PartitionKey": "p", "RowKey": "r"}}', "'Users' is not a table"),
    (line(None), NO_TYPE),
    (line([1]), NO_TYPE),
    (line({}), NO_TYPE),
    (line({"binary": "?"}), NO_TYPE),
    (line({"binary": 5}), NO_TYPE),
    (line({"int64": "x"}), NO_TYPE),
    (line({"uuid": "x"}), NO_TYPE),
]


@pytest.mark.parametrize(("wrong", "why"), WRONG, ids=range(len(WRONG)))
async def test_a_line_that_is_no_row_is_named(account: Account, wrong: bytes, why: str) -> None:
    with pytest.raises(UsageError, match=r"^line 2 is not a row of an export: [^\n]*$") as told:
        await check(account.stores, [line("good"), wrong, line({"int64": "5"})])

    assert why in str(told.value)


async def test_many_wrong_lines_are_counted(account: Account) -> None:
    with pytest.raises(
        UsageError, match=r"(line . is not a row of an export: it is not JSON\n){5}and 3 more"
    ):
        await check(account.stores, [b"wrong\n"] * 8)


async def test_a_lead_that_was_released_without_a_due_row_is_pending_once_it_is_restored(
    account: Account,
) -> None:
    """As an older version of the app left it, when the queue lost the one message about it."""
    await account.push("nobody@example.com", ActionCode="DNC")
    [lead] = await account.listed()
    table = account.table("Leads").client
    key = {"PartitionKey": lead["lead_id"]}
    await table.update_entity({**key, "RowKey": "lead", "next_due_at": ""})
    await table.update_entity({**key, "RowKey": "lead|delivery|crm", "delivered_version": 0})
    backup = without(await exported(account), b'"due|')
    await account.wipe()

    await imported(account, backup)

    assert [one["lead_id"] for one in await account.listed("--state", "pending")] == [
        lead["lead_id"]
    ]


NEWER_ROWS = [
    ("lead", "2031-05-06T07:08:09.000000Z", "2031-05-06T07:08:09.000000Z"),
    ("lead", "in a while", "now"),
    ("lead|delivery|crm", "2031-05-06T07:08:09.000000Z", "2031-05-06T07:08:09.000000Z"),
]


@pytest.mark.parametrize(("newer", "next_due_at", "due"), NEWER_ROWS)
async def test_rows_of_a_newer_version_are_imported_as_they_are_and_due(
    account: Account, newer: str, next_due_at: str, due: str
) -> None:
    """The delivery looks pending to this version, which would look at the lead much sooner."""
    lead_id, backup = await rewritten(account, {newer: {"schema": 2}}, next_due_at)

    await imported(account, backup)

    assert sorted(await without_due(account)) == sorted(without(backup, b'"due|'))
    [at] = await due_times(account, lead_id)
    assert at == due or (due == "now" and datetime.fromisoformat(at) <= utc_now())


@pytest.mark.parametrize(
    "odd", [None, "in a while", "2031-05-06T07:08:09", "0001-01-01T00:00:00+14:00", 5, True]
)
async def test_a_lead_whose_time_to_be_looked_at_is_odd_is_looked_at_after_a_restore(
    account: Account, odd: object
) -> None:
    lead_id, backup = await rewritten(account, {}, odd)

    await imported(account, backup)
    [at] = await due_times(account, lead_id)
    lead = (await account.stores.lead("zoe@example.com")).lead
    assert lead.next_due_at == datetime.fromisoformat(at) <= utc_now()
    await account.sweep(timedelta(hours=1))

    after = (await account.stores.lead("zoe@example.com")).lead
    assert after.next_due_at is not None
    assert after.next_due_at > utc_now()


async def rewritten(
    account: Account, changes: Mapping[str, Mapping[str, object]], next_due_at: object
) -> tuple[str, list[bytes]]:
    """Return a lead's id, and a backup with other columns of its rows, without those of None.

    Nothing of it is stored any more.
    """
    stored = await account.push("zoe@example.com")
    of = {**changes, "lead": {**changes.get("lead", {}), "next_due_at": next_due_at}}
    if changes:
        behind = {"delivered_version": 0, **of.get("lead|delivery|crm", {})}
        of["lead|delivery|crm"] = behind
    backup = []
    for text in without(await exported(account), b'"due|'):
        given = json.loads(text)
        row = given["row"] | of.get(given["row"]["RowKey"], {})
        given["row"] = {name: value for name, value in row.items() if value is not None}
        backup.append(json.dumps(given, ensure_ascii=False).encode() + b"\n")
    await account.wipe()
    return stored.lead.lead_id, backup


async def without_due(account: Account) -> list[bytes]:
    return without(await exported(account), b'"due|')


async def due_times(account: Account, lead_id: str) -> list[str]:
    rows = await account.stores.index.due(datetime(2100, 1, 1, tzinfo=UTC), limit=100)
    return [time_text(row.due_at) for row in rows if row.lead_id == lead_id]
