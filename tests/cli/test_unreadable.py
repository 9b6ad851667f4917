"""A lead that only a newer version can read is named, and nothing that is in its rows."""

import pytest
import typer

from cli.command import run
from shared.domain.errors import ContendedLeadError
from tests.cli.account import Account

VALUE = "zoe@fabrikam.example"
UNREADABLE = "this version of the app can't read the rows of lead {}: use the version of"


async def spoil(account: Account, row_key: str, column: str) -> str:
    """Write a row as no version of now does; return the lead's id."""
    lead_id = (await account.push(VALUE)).lead.lead_id
    table = account.table("Leads").client
    rows = [row async for row in table.query_entities(f"PartitionKey eq '{lead_id}'")]
    row = next(row for row in rows if row["RowKey"].startswith(row_key))
    await table.update_entity({**row, column: f"[{VALUE}"}, mode="merge")
    return lead_id


@pytest.mark.parametrize("arguments", [("list",), ("list", "--json"), ("show", VALUE)])
async def test_a_newer_lead_is_named_in_one_line(
    account: Account, arguments: tuple[str, ...]
) -> None:
    lead_id = await spoil(account, "lead", "interests")

    told = await account.command(*arguments)

    assert told.code == 1
    assert told.err.startswith(f"leads: {UNREADABLE.format(lead_id)}")
    assert told.err.count("\n") == 1
    assert VALUE not in told.out + told.err


async def test_a_newer_submission_is_named_in_one_line(account: Account) -> None:
    lead_id = await spoil(account, "interest", "warnings")

    told = await account.command("identity")

    assert told.err.startswith(f"leads: {UNREADABLE.format(lead_id)}")
    assert VALUE not in told.out + told.err


def test_a_lead_that_others_change_all_the_time_is_no_fault_of_a_setting(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def command() -> None:
        raise ContendedLeadError("another process changed the lead first, 64 times in a row")

    with pytest.raises(typer.Exit):
        run(command())

    assert capsys.readouterr().err == (
        "leads: another process changed the lead first, 64 times in a row: try again\n"
    )
