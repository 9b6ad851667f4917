"""Commands say what they work on, and ask before they touch many leads or real ones."""

import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.asking import confirm
from cli.editor import edited
from shared.operations.errors import RefusedError, UsageError
from tests.cli.account import Account, Told, leads_command, started_leads_command

REAL = "DefaultEndpointsProtocol=https;AccountName=contosoleads;AccountKey=a2V5"
BROKEN = b'{"UserDetails": {"Email": "zoe@example.com"},, "ActionCode": "INS"}'


def table_server(connection: str) -> str:
    parts = dict(part.split("=", 1) for part in connection.split(";") if part)
    return urlsplit(parts["TableEndpoint"]).netloc


async def test_every_command_names_the_storage_it_works_on(account: Account) -> None:
    await account.push("zoe@example.com")

    for command in (["list"], ["status"], ["show", "zoe@example.com"], ["quarantine", "list"]):
        told = await account.command(*command)
        assert (told.code, told.storage) == (0, table_server(account.connection)), command


@pytest.mark.parametrize("command", [["list"], ["status"], ["show", "zoe@example.com"]])
async def test_storage_without_our_tables_is_an_error(azurite: str, command: list[str]) -> None:
    told = await leads_command(
        *command, LeadStorage=azurite, TABLE_PREFIX=f"t{uuid.uuid4().hex[:12]}"
    )

    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(f"leads: the storage at {table_server(azurite)} has no tables of")


def test_what_touches_many_leads_of_real_storage_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LeadStorage", REAL)

    with pytest.raises(RefusedError, match="this sweeps at contosoleads: use --yes if that is"):
        confirm("this sweeps", yes=False)
    confirm("this sweeps", yes=True)

    assert capsys.readouterr() == ("", "")


def test_development_storage_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LeadStorage", "UseDevelopmentStorage=true")

    confirm("this sweeps", yes=False)


@pytest.mark.parametrize(
    "command",
    [
        ["release", "--all"],
        ["deliver", "--pending"],
        ["sweep"],
        ["send", "--sample", "three-steps", "--to", "https://contoso.example/api/leads?code=KEY"],
    ],
)
async def test_commands_that_ask_have_a_flag_for_scripts(command: list[str]) -> None:
    told = await leads_command(*command, "--help")

    assert "--yes" in told.out


async def test_made_up_customers_are_not_sent_elsewhere_unasked() -> None:
    url = "https://contoso.example/api/leads?code=KEY"

    told = await leads_command("send", "--sample", "three-steps", "--to", url)

    assert (told.code, told.storage) == (1, "https://contoso.example/api/leads")
    assert "use --yes if that is what you want" in told.err
    assert "KEY" not in told.err


async def test_a_backup_is_not_restored_over_leads(account: Account, tmp_path: Path) -> None:
    await account.push("zoe@example.com")
    backup = tmp_path / "backup.jsonl"
    assert (await account.command("export", "--all", str(backup))).code == 0

    told = await account.command("import", str(backup))

    assert told.code == 1
    assert "hold leads: import into empty tables, or set TABLE_PREFIX" in told.err


async def test_a_backup_is_restored_beside_the_rows_of_a_sweep(
    account: Account, tmp_path: Path
) -> None:
    await account.push("zoe@example.com")
    backup = tmp_path / "backup.jsonl"
    await account.command("export", "--all", str(backup))
    await account.wipe()
    await account.sweep()

    told = await account.command("import", str(backup))

    assert (told.code, [lead["email"] for lead in await account.listed()]) == (
        0,
        ["zoe@example.com"],
    )


async def test_an_export_overwrites_nothing(account: Account, tmp_path: Path) -> None:
    await account.push("zoe@example.com")
    backup = tmp_path / "backup.jsonl"
    backup.write_text("precious")

    told = await account.command("export", "--all", str(backup))

    assert (told.code, backup.read_text()) == (1, "precious")
    assert told.err == f"leads: {backup} is there already: name another file, or remove it\n"


async def test_a_sweep_without_a_destinations_settings_writes_nothing(account: Account) -> None:
    await account.push("zoe@example.com")

    told = await leads_command(
        *("sweep", "--at", "+25h"),
        LeadStorage=account.connection,
        TABLE_PREFIX=account.prefix,
        CRM="salesforce",
    )

    assert told.code == 2
    assert "SALESFORCE_URL" in told.err
    [lead] = await account.listed()
    assert (lead["follow_up"], await account.stores.index.troubles()) == ("waiting", [])


async def test_a_body_is_corrected_in_the_operators_editor(
    account: Account, tmp_path: Path
) -> None:
    held = await account.quarantine(BROKEN)
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_bytes(file.read_bytes().replace(b',,', b','))\n"
    )

    async def edit(entry: str, program: str) -> Told:
        return await leads_command(
            *("quarantine", "edit", entry),
            LeadStorage=account.connection,
            TABLE_PREFIX=account.prefix,
            EDITOR=program,
        )

    told = await edit(held[:8], f"{sys.executable} {editor}")
    again = await edit(held, "true")

    assert (told.code, told.out) == (0, f"{held} is queued again, as submission {held}\n")
    assert (again.code, f"{held} was released" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("editor", "error", "told"),
    [
        ("", UsageError, "EDITOR is not set"),
        ("/nowhere/editor", UsageError, "/nowhere/editor can't be started"),
        ("false", RefusedError, "false ended with 1: nothing was released"),
    ],
)
def test_an_editor_that_does_not_work_is_told(
    monkeypatch: pytest.MonkeyPatch, editor: str, error: type[Exception], told: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor)

    with pytest.raises(error, match=told):
        edited(BROKEN)


async def test_a_terminal_that_knows_ascii_only_shows_the_rest_written_out(
    account: Account,
) -> None:
    await account.push("zoe@example.com", OfferTitle="Büro 花")

    told = await started_leads_command(
        *("show", "zoe@example.com"),
        LeadStorage=account.connection,
        TABLE_PREFIX=account.prefix,
        PYTHONIOENCODING="ascii",
    )

    assert (told.code, told.err) == (0, "")
    assert r"B\xfcro" in told.out
