"""``python -m local crm NAME``: a fake CRM to deliver to, which shows its records as they change.

It is the one that the tests use: it behaves as the vendor documents, in memory, and knows nothing
of your account there.
"""

import asyncio
import shlex
from collections.abc import Mapping

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from local.errors import StartError
from local.fakes import fake_of
from local.fakes.server import CrmServer, SeenRecord
from local.serving import listening, serve
from shared.domain.lead import CONTACT_FIELDS
from shared.settings import CRMS

LOOK_EVERY_SECONDS = 0.2
WIDTH_OF_NAMES = 14


def crm(name: str, port: int) -> int:
    """Serve until Ctrl-C, and return the exit code."""
    return serve(
        lambda: _serve(fake_crm(name), port, Console(highlight=False)),
        "Stopped; its records are gone.",
    )


def fake_crm(name: str) -> CrmServer:
    """Return the fake of a destination; raise ``StartError`` for one that has none."""
    if name == "azure_table":
        raise StartError("azure_table needs no fake: `make run` keeps its table in Azurite.")
    if name not in CRMS:
        raise StartError(f"There is no fake of {name!r}, only of: {', '.join(CRMS)}.")
    return fake_of(name)()


def run_command(name: str, settings: Mapping[str, str]) -> list[str]:
    """Return the lines of one command that runs the app with settings that deliver to the fake.

    They hold for that command alone. Exported, they would get into the next deployment from the
    same terminal: its parameters are read from the environment, by the same names.
    """
    return settings_command({"CRM": name, **settings}, "make run")


def settings_command(settings: Mapping[str, str], command: str) -> list[str]:
    """Return the lines of one command that has settings of its own."""
    given = [f"{setting}={shlex.quote(value)} \\" for setting, value in settings.items()]
    return [*given, command]


def record_table(record: SeenRecord) -> Table:
    """Return what a salesperson would see of a record."""
    shown = Table(title=f"Record {record.record_id}", box=box.SIMPLE_HEAD, title_justify="left")
    shown.add_column("Field", min_width=WIDTH_OF_NAMES)
    shown.add_column("Value", overflow="fold")
    values = {field: record.values.get(field, "") for field in CONTACT_FIELDS}
    about = {"owner": record.owner, "status": record.status, "description": record.description}
    flag = {"do not contact": "yes" if record.do_not_contact else ""}
    for field, value in (values | about | flag).items():
        if value:
            shown.add_row(Text(field.replace("_", " ")), Text(value))
    for number, note in enumerate(record.notes, start=1):
        shown.add_row(Text(f"note {number}"), Text(note))
    return shown


async def _serve(server: CrmServer, port: int, console: Console) -> None:
    async with listening(server, port):
        _introduce(server, console)
        await _show_changes(server, console)


def _introduce(server: CrmServer, console: Console) -> None:
    console.print(f"A FAKE of {server.name} at {server.url}, in memory. No account is touched.")
    console.print("In another terminal, run the app so that it delivers to it:\n")
    for line in run_command(server.name, server.settings()):
        console.print(f"  {line}", soft_wrap=True, markup=False)
    console.print("\nRecords are shown here as they change. Ctrl-C stops.\n")


async def _show_changes(server: CrmServer, console: Console) -> None:
    known: dict[str, SeenRecord] = {}
    while True:
        now = {record.record_id: record for record in server.records()}
        changed = [record for key, record in now.items() if record != known.get(key)]
        if changed:
            console.print(Group(*map(record_table, changed)))
        known = now
        await asyncio.sleep(LOOK_EVERY_SECONDS)
