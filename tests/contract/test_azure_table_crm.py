"""The destination Azure Table, as Partner Center's own such destination writes it."""

import json
from dataclasses import replace

import pytest

from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmRejectedError
from shared.domain.lead import Interest
from shared.ports.crm import Changed, FollowUpQuestion, Noted, Reminder, Upserted
from shared.storage.account import Storage, Table
from tests.contract.subjects import Row, rows_of
from tests.examples import CONTACT, LEAD_ID, interest, lead
from tests.fakes import START

PARTNER_CENTER = {
    "ActionCode",
    "CreatedTime",
    "CustomerInfo",
    "Description",
    "LeadSource",
    "OfferDisplayName",
}
RECORD = CrmRecord(id=LEAD_ID)


@pytest.fixture
def table(storage: Storage, prefix: str) -> Table:
    return storage.table(prefix)


@pytest.fixture
def crm(table: Table) -> AzureTableCrm:
    return AzureTableCrm(table)


def changed(*interests: Interest) -> Changed:
    return Changed(record=None, fields=frozenset({"email"}), interests=interests)


async def rows(table: Table) -> list[Row]:
    return [row async for row in rows_of(table.client, LEAD_ID)]


async def test_a_row_is_what_partner_center_would_have_written(
    crm: AzureTableCrm, table: Table
) -> None:
    new = changed(interest(description="“a”\nb"))
    upserted = await crm.upsert(lead(), new, uncertain=False)

    [row] = await rows(table)
    assert upserted == Upserted(record=RECORD, holds=frozenset({"submission-1"}))
    assert row["RowKey"] == "20261102T090100000000Z|submission-1"
    assert set(row) - {"PartitionKey", "RowKey"} == PARTNER_CENTER
    assert {type(column) for column in row.values()} == {str}
    assert row["ActionCode"] == "INS"
    assert row["CreatedTime"] == "2026-11-02T09:01:00.000000Z"
    assert row["Description"] == "“a”\nb"
    assert row["LeadSource"] == "AzureMarketplace-INS|fabrikam.things"
    assert row["OfferDisplayName"] == "Things"
    assert json.loads(row["CustomerInfo"]) == {
        "FirstName": "Zoë",
        "LastName": 'O"Hara\\',
        "Email": "zoe@fabrikam.example",
        "Phone": "+49 30 123456",
        "Country": "DE",
        "Company": "Fabrikam, Gräf & Söhne 株式会社 🙂",
        "Title": "Head of 'Things'",
    }


async def test_a_second_interest_is_a_second_row(crm: AzureTableCrm, table: Table) -> None:
    await crm.upsert(lead(), changed(interest(1)), uncertain=False)
    await crm.upsert(lead(), changed(interest(2)), uncertain=False)

    assert [row["RowKey"].rpartition("|")[2] for row in await rows(table)] == [
        "submission-1",
        "submission-2",
    ]


async def test_what_is_written_again_replaces_its_own_row(crm: AzureTableCrm, table: Table) -> None:
    await crm.upsert(lead(), changed(interest(1), interest(2)), uncertain=False)
    before = await rows(table)

    await crm.upsert(lead(), changed(interest(1), interest(2)), uncertain=True)

    assert await rows(table) == before


async def test_more_interests_than_a_transaction_takes_are_written(
    crm: AzureTableCrm, table: Table
) -> None:
    many = [interest(n) for n in range(1, 252)]

    await crm.upsert(lead(), changed(*many), uncertain=False)

    assert len(await rows(table)) == len(many)


async def test_a_lead_without_a_new_interest_needs_no_row(crm: AzureTableCrm, table: Table) -> None:
    assert await crm.upsert(lead(), changed(), uncertain=False) == Upserted(record=RECORD)


async def test_a_note_is_the_row_of_its_interest(crm: AzureTableCrm, table: Table) -> None:
    assert await crm.note(lead(), RECORD, interest(7)) == Noted(id="submission-7")

    [row] = await rows(table)
    assert row["RowKey"] == "20261102T090700000000Z|submission-7"


@pytest.mark.parametrize("description", ["x" * 32_769, "🙂" * 16_385])
async def test_a_text_that_is_too_long_for_a_column_is_cut_and_that_is_told(
    crm: AzureTableCrm, table: Table, description: str
) -> None:
    told = ("Description cut to 32768 characters",)
    upserted = await crm.upsert(
        lead(), changed(interest(1, description=description)), uncertain=False
    )
    noted = await crm.note(lead(), RECORD, interest(2, description=description))

    [row, again] = await rows(table)
    assert (upserted.remarks, noted.remarks) == (told, told)
    assert row["Description"] == again["Description"]
    assert row["Description"] == description[: len(row["Description"]) - 1] + "…"


async def test_a_contact_that_is_too_long_for_its_column_is_cut_part_by_part(
    crm: AzureTableCrm, table: Table
) -> None:
    contact = replace(CONTACT, company='"' * 20_000, title="x" * 20_000)
    new = interest(1)
    new = replace(new, submission=replace(new.submission, contact=contact))
    upserted = await crm.upsert(lead(), changed(new), uncertain=False)

    [row] = await rows(table)
    info = json.loads(row["CustomerInfo"])
    assert info["Company"] == '"' * 1_999 + "…"
    assert (info["FirstName"], info["Email"]) == (CONTACT.first_name, CONTACT.email)
    assert upserted.remarks == (
        "Company cut to 2000 characters",
        "Title cut to 2000 characters",
    )


async def test_a_row_that_the_table_refuses_is_rejected(crm: AzureTableCrm, table: Table) -> None:
    await crm.check()

    with pytest.raises(CrmRejectedError, match=r"^storage: 400 \w+$"):
        await crm.upsert(lead("x" * 2_000), changed(interest()), uncertain=False)

    assert await rows(table) == []


async def test_a_table_does_not_tell_who_acted_and_reminds_nobody(crm: AzureTableCrm) -> None:
    question = FollowUpQuestion(lead_id=LEAD_ID, record=RECORD, since=START)
    reminder = Reminder(reminder_id="r1", subject="s", text="t", due_at=START)

    assert crm.tells_follow_up is False
    assert await crm.follow_ups([question]) == {}
    assert await crm.remind(lead(), RECORD, reminder) == ""


async def test_a_check_finds_the_table_or_creates_it(
    crm: AzureTableCrm, table: Table, prefix: str
) -> None:
    for _ in range(2):
        [check] = await crm.check()
        assert (check.ok, check.what, check.mend) == (True, f"table {prefix} can be read", "")
        await crm.note(lead(), RECORD, interest())
    assert len(await rows(table)) == 1
