"""``python -m local demo``: a lead's journey, end to end, with nothing left behind."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from pathlib import Path

from rich.console import Console

from local.app_process import RunningApp
from local.azurite import running_azurite
from local.console import silence_unclosed_clients
from local.crm import fake_crm, record_table
from local.demo.differences import differences, later_differences
from local.demo.outcomes import Outcome, outcomes, push
from local.demo.show import counted, summary, table
from local.errors import LocalRunError, StartError
from local.fakes.server import CrmServer
from local.stopping import STOPPED, unless_stopped
from nurture_timer.nurture import sweep
from nurture_timer.wiring import sweep_ports
from samples import INDEX, SAMPLES, Sample, SamplesError, load
from shared.settings import CRMS, AzureTableSettings, RouteSettings, StorageSettings

LATER = timedelta(hours=25)
"""A lead is flagged a day after the customer's interest."""

TABLE = "azure_table"

INTRODUCTION = (
    "A lead's journey on this machine: pushed over HTTP, validated, queued, merged, and delivered"
    " to {where}. Nothing is kept, nothing leaves the machine.\n"
)


def demo(folder: Path = SAMPLES) -> int:
    """Show what becomes of a folder's samples, and return the exit code."""
    console = Console(highlight=False)
    try:
        code = asyncio.run(unless_stopped(_demo(_samples(folder), _chosen_crm(), console)))
    except LocalRunError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except SamplesError as error:
        print(error, file=sys.stderr)
        return StartError.exit_code
    return STOPPED if code is None else code


def _samples(folder: Path) -> list[Sample]:
    samples = [sample for sample in load(folder).values() if sample.demo]
    if not samples:
        raise SamplesError(f"{folder / INDEX} has no sample with `demo = true`.")
    return samples


def _chosen_crm() -> CrmServer | None:
    """Return the fake of the destination that ``CRM`` names, None for the table."""
    crm = os.environ.get("CRM", "").strip()
    return None if crm in ("", TABLE) else fake_crm(crm)


async def _demo(samples: Sequence[Sample], crm: CrmServer | None, console: Console) -> int:
    started = time.monotonic()
    where = f"a fake of {crm.name}" if crm else "the table MarketplaceLeads"
    console.print(INTRODUCTION.format(where=where))
    console.print("Starting Azurite and the app …")
    async with running_azurite(None) as azurite, crm.running() if crm else nullcontext():
        settings = app_settings(azurite.connection, crm)
        records = partial(_record_ids, crm) if crm else None
        async with RunningApp(env=settings) as app:
            pushes = sum(len(sample.pushes) for sample in samples)
            console.print(f"Pushing {counted(pushes, 'body', 'bodies')} to {app.url}/api/leads …")
            pushed = await push(app.url, samples)
            console.print("Waiting until all are recorded and delivered …")
            before = await outcomes(app.connection, pushed, records=records)
            if not all(outcome.at_rest for outcome in before):
                console.print(f"That has not happened. The app says:\n{app.output}", markup=False)
            console.print("Sweeping as of 25 hours later …")
            await _sweep_later(settings)
            after = await outcomes(app.connection, pushed, records=records)
            seconds = time.monotonic() - started
    silence_unclosed_clients()
    return _show(before, after, seconds, crm, console)


def _record_ids(crm: CrmServer) -> list[str]:
    return [record.record_id for record in crm.records()]


def app_settings(connection: str = "", crm: CrmServer | None = None) -> dict[str, str]:
    """Return all of the app's settings: this machine's own must not change what comes out.

    Without a connection, the app starts an Azurite of its own.
    """
    classes = (StorageSettings, RouteSettings, AzureTableSettings)
    unset = {str(f.validation_alias): "" for cls in classes for f in cls.model_fields.values()}
    prefixes = tuple(f"{name.upper()}_" for name in CRMS)
    unset |= {name: "" for name in os.environ if name.startswith(prefixes)}
    schedule = {"NURTURE_SCHEDULE": "0 */5 * * * *"}
    given = {"CRM": crm.name, **crm.settings()} if crm else {"CRM": TABLE}
    return {**unset, **schedule, **given, "LeadStorage": connection}


async def _sweep_later(settings: dict[str, str]) -> None:
    """Do what ``nurture_timer`` does, at another time.

    The timer function itself runs in the app, on its schedule, and finds nothing due as yet. The
    time of a sweep is an argument, so here we are its caller, a day ahead, on the same storage.
    """
    os.environ.update(settings)
    ports = sweep_ports()
    await sweep(ports.clock() + LATER, ports)


def _show(
    before: Sequence[Outcome],
    after: Sequence[Outcome],
    seconds: float,
    crm: CrmServer | None,
    console: Console,
) -> int:
    found = {
        now.sample.name: [
            *differences(now, one_record=crm is not None),
            *later_differences(now, later),
        ]
        for now, later in zip(before, after, strict=True)
    }
    surprises = {name: told for name, told in found.items() if told}
    noun = "record" if crm else "row"
    console.print(table(after, frozenset(surprises), noun))
    if crm:
        surprises |= _show_records(crm, after, console)
    console.print(summary(after, seconds, noun))
    if not surprises:
        console.print("All came out as expected.", style="bold green")
        return 0
    console.print("Not all came out as expected:", style="bold red")
    for name, told in surprises.items():
        for difference in told:
            console.print(f"  {name}: {difference}", soft_wrap=True, markup=False)
    return 1


def _show_records(
    crm: CrmServer, after: Sequence[Outcome], console: Console
) -> dict[str, list[str]]:
    """Show what the fake holds, and return what is wrong with it: more than was delivered."""
    records = crm.records()
    console.print(f"The fake of {crm.name} holds {counted(len(records), 'record')}:")
    for record in records:
        console.print(record_table(record))
    delivered = sum(lead.rows for outcome in after for lead in outcome.leads)
    if len(records) == delivered:
        return {}
    return {crm.name: [f"{len(records)} records, expected {delivered}"]}
