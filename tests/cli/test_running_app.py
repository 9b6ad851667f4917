"""The command as its user types it, beside an app that runs."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from local.app_process import RunningApp
from local.demo.run import app_settings
from shared.operations.listing import listed
from shared.ports.leads import StoredLead
from shared.settings import StorageSettings
from shared.storage.account import Storage
from tests.cli.account import Account, Told, leads_command, open_account
from tests.fakes import FakeCrm
from tests.forked_app import forked

KEY = "c2VjcmV0"
BROKEN = b'{"UserDetails": {"Email": "zoe@example.com"},, "ActionCode": "INS"}'
MENDED = b'{"UserDetails": {"Email": "zoe@example.com"}, "ActionCode": "INS"}'
NOBODY_THERE = f"AccountName=x;AccountKey={KEY};" + "".join(
    f"{service}Endpoint=http://127.0.0.1:1/x;" for service in ("Queue", "Table")
)


class Terminal:
    """A terminal of 80 columns where the app's storage and URL are set."""

    def __init__(self, app: RunningApp, account: Account) -> None:
        self._env = {
            "LeadStorage": app.connection,
            "LEADS_URL": f"{app.url}/api/leads?code={KEY}",
            "COLUMNS": "80",
        }
        self._account = account

    async def leads(self, *arguments: str, stdin: bytes = b"") -> Told:
        told = await leads_command(*arguments, stdin=stdin, **self._env)
        assert KEY not in told.out + told.err
        assert "Traceback" not in told.err
        return told

    async def delivered(self, is_meant: Callable[[StoredLead], bool]) -> StoredLead:
        """Wait until a lead is there and delivered."""
        async with asyncio.timeout(60):
            while True:
                async for stored in listed(self._account.stores):
                    delivery = stored.deliveries["azure_table"]
                    if is_meant(stored) and delivery.delivered_version == stored.lead.version:
                        return stored
                await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
async def terminal() -> AsyncIterator[Terminal]:
    async with AsyncExitStack() as stack:
        running = RunningApp(env=app_settings(), start=forked)
        app = await stack.enter_async_context(running)
        storage = Storage(StorageSettings(LeadStorage=app.connection))
        stack.push_async_callback(storage.close)
        yield Terminal(app, open_account(app.connection, storage, "", FakeCrm()))


async def test_a_test_lead_is_sent_listed_and_shown(terminal: Terminal) -> None:
    sent = await terminal.leads("send", "--test")
    assert (sent.code, sent.err, sent.out[:4]) == (0, "", "202 ")
    stored = await terminal.delivered(lambda stored: stored.lead.test)

    lead_id = stored.lead.lead_id
    shown, as_table, as_json = await asyncio.gather(
        terminal.leads("show", lead_id[:8]),
        terminal.leads("list", "--state", "test"),
        terminal.leads("show", stored.lead.contact.email, "--json"),
    )

    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(f"lead {lead_id}, version 1, known by email\n")
    assert "recorded" in shown.out
    assert "delivered  azure_table" in shown.out
    assert lead_id[:8] in as_table.out
    assert "(test) MSFT_TEST_" in as_table.out
    assert " · delivered · " in " ".join(as_table.out.split())
    assert all(len(line) <= 80 for line in as_table.out.splitlines())
    details = as_json.json
    assert [event["kind"] for event in details["events"]] == ["recorded", "delivered"]
    assert len(details["history"]) == len(details["interests"]) == 1


async def test_a_body_in_quarantine_is_corrected_released_once_and_becomes_a_lead(
    terminal: Terminal,
) -> None:
    refused = await terminal.leads("send", "-", stdin=BROKEN)
    assert (refused.code, refused.err) == (1, "leads: 1 of 1 push was not accepted\n")
    quarantine_id = json.loads(refused.out.removeprefix("400 "))["quarantineId"]
    short = quarantine_id[:8]

    still_broken, held, status = await asyncio.gather(
        terminal.leads("quarantine", "release", short),
        terminal.leads("quarantine", "list", "--json"),
        terminal.leads("status", "--json"),
    )
    assert still_broken.code == 1
    assert still_broken.err.startswith(
        "leads: the body is still not a valid lead: the body is not JSON"
    )
    assert quarantine_id in [entry["quarantine_id"] for entry in held.json]
    assert status.json["quarantined"] == len(held.json)
    assert any("in quarantine" in warning for warning in status.json["warnings"])

    released = await terminal.leads("quarantine", "release", short, "--body", "-", stdin=MENDED)
    again = await terminal.leads("quarantine", "release", short, "--body", "-", stdin=MENDED)
    assert (released.code, released.err) == (0, "")
    assert again.code == 1
    assert again.err.startswith(f"leads: {quarantine_id} was released at ")
    stored = await terminal.delivered(lambda stored: stored.lead.contact.email == "zoe@example.com")
    assert (stored.lead.submissions, len(stored.lead.interests)) == (1, 1)


async def test_a_sweep_on_development_storage_may_be_of_another_time(terminal: Terminal) -> None:
    await terminal.leads("send", "--sample", "official")
    stored = await terminal.delivered(
        lambda stored: stored.lead.contact.email == "someone@contoso.com"
    )
    lead_id = stored.lead.lead_id

    looked = await terminal.leads("sweep", "--at", "+25h", "--dry-run", "--json")
    swept = await terminal.leads("sweep", "--at", "+25h")
    overdue, nothing_due = await asyncio.gather(
        terminal.leads("list", "--state", "overdue", "--json"),
        terminal.leads("sweep", "--dry-run"),
    )

    assert looked.json["done"] is False
    assert lead_id in [step["lead_id"] for step in looked.json["leads"] if step["flagged"]]
    assert f"lead {lead_id}: flagged; no more looks\n" in swept.out
    assert "dealt with" in swept.out
    assert lead_id in [lead["lead_id"] for lead in overdue.json]
    assert nothing_due.out.startswith("nothing is due, as of 2")
    done = await terminal.leads("follow-up", lead_id, "--by", "anna")
    assert done.out.startswith(f"lead {lead_id}: followed up at 2")


async def test_storage_that_gives_no_answer_ends_with_1_and_settings_that_are_wrong_with_2() -> (
    None
):
    unreachable, wrong = await asyncio.gather(
        leads_command("status", LeadStorage=NOBODY_THERE),
        leads_command("list", TABLE_PREFIX="1-", LeadStorage__queueServiceUri="queues"),
    )

    assert (unreachable.code, unreachable.out) == (1, "")
    assert unreachable.err == (
        "leads: no usable answer from storage at 127.0.0.1:1 (ServiceRequestError):"
        " is LeadStorage right, and does it run?\n"
    )
    assert (wrong.code, wrong.out) == (2, "")
    told, *faults = wrong.err.splitlines()
    assert told == "leads: wrong settings:"
    assert [fault.partition(":")[0] for fault in faults] == [
        "- LeadStorage__queueServiceUri",
        "- TABLE_PREFIX",
    ]


async def test_commands_are_completed_by_the_shell() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import sys; sys.argv = ['leads']; import cli.__main__"),
        env={"_LEADS_COMPLETE": "complete_bash", "COMP_WORDS": "leads qua", "COMP_CWORD": "1"},
        stdout=asyncio.subprocess.PIPE,
    )

    assert (await process.communicate())[0] == b"quarantine\n"
