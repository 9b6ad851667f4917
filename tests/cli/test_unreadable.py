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


SEVERAL = "leads: this version of the app can't read the rows of 2 leads: {}: use the version of"
OTHER = "joe@contoso.example"
EVERY_LISTING = [
    ("list",),
    ("list", "--json"),
    ("list", "--since", "2d ago"),
    ("list", "--state", "waiting"),
    ("figures",),
    ("figures", "--json"),
    ("status",),
]


async def test_a_newer_lead_is_named_in_one_line_where_it_is_asked_for(account: Account) -> None:
    lead_id = await spoil(account, "lead", "interests")

    told = await account.command("show", VALUE)

    assert told.code == 1
    assert told.err.startswith(f"leads: {UNREADABLE.format(lead_id)}")
    assert VALUE not in told.out + told.err


async def test_a_newer_lead_is_named_in_one_line_and_the_others_are_listed(
    account: Account,
) -> None:
    lead_id = await spoil(account, "lead", "interests")
    other = await account.push(OTHER)

    for arguments in EVERY_LISTING:
        told = await account.command(*arguments)

        assert told.code == 1, arguments
        assert (
            told.err == f"leads: {UNREADABLE.format(lead_id)} the command that belongs to the app\n"
        )
        assert VALUE not in told.out + told.err
        if arguments[0] == "list":
            assert other.lead.lead_id[:8] in told.out
    figures = (await account.command("figures", "--json")).json
    assert (figures["read"]["leads"], figures["read"]["unreadable"]) == (1, 1)
    assert "Not counted: 1 lead that can't be read." in (await account.command("figures")).out


async def test_several_newer_leads_are_counted_and_named_in_one_line(account: Account) -> None:
    ids = []
    for number in range(2):
        stored = await account.push(f"c{number}@fabrikam.example")
        ids.append(stored.lead.lead_id)
        row = {"PartitionKey": ids[-1], "RowKey": "lead", "interests": "["}
        await account.table("Leads").client.update_entity(row, mode="merge")

    told = await account.command("list")

    named = ", ".join(sorted(ids))
    assert told.err.startswith(
        f"leads: this version of the app can't read the rows of 2 leads: {named}:"
    )
    assert (told.code, told.err.count("\n")) == (1, 1)


async def test_a_newer_submission_is_named_in_one_line(account: Account) -> None:
    lead_id = await spoil(account, "interest", "warnings")

    told = await account.command("identity")

    assert told.code == 1
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
