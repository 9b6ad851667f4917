"""``python -m local demo``: a lead's journey, end to end, with nothing left behind."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from local.app_process import RunningApp
from local.azurite import running_azurite
from local.console import silence_unclosed_clients
from local.crm import fake_crm, record_table
from local.demo.differences import differences, later_differences
from local.demo.following import (
    AT,
    TOLD_OF,
    Following,
    put_rules_in_force,
    sweep_at,
    team_settings,
    until_answered,
)
from local.demo.outcomes import Outcome, Pushed, RecordKey, outcomes, push
from local.demo.show import counted, summary, table
from local.demo.show_told import follow_up_lines
from local.demo.told import FollowedUp, Moment, follow_up_differences
from local.errors import LocalRunError, StartError
from local.fakes.channels.server import ChannelServer
from local.fakes.channels.teams import TeamsServer
from local.fakes.server import CrmServer
from local.stopping import STOPPED, unless_stopped
from samples import INDEX, SAMPLES, Sample, SamplesError, load
from shared import bootstrap
from shared.acting_settings import ActingSettings
from shared.notice_settings import NoticeSettings, SilenceSettings
from shared.settings import CRMS, AzureTableSettings, RouteSettings, StorageSettings

PUBLIC_URL = "PUBLIC_URL"
"""The app knows its own address; what is sent from this process must have the same."""

TABLE = "azure_table"
SETTINGS = (
    ActingSettings,
    AzureTableSettings,
    NoticeSettings,
    RouteSettings,
    SilenceSettings,
    StorageSettings,
)

type Look = Callable[[str, Sequence[Pushed]], Awaitable[Sequence[Outcome]]]
"""Return what has become of pushes, by the connection to storage."""

INTRODUCTION = (
    "A lead's journey on this machine: pushed over HTTP, validated, queued, merged, and delivered"
    " to {where}. Nothing is kept, nothing leaves the machine.\n"
)


def demo(folder: Path = SAMPLES) -> int:
    """Show what becomes of a folder's samples, and return the exit code."""
    console = Console(highlight=False)
    try:
        code = asyncio.run(unless_stopped(_demo(_samples(folder), _chosen_crms(), console)))
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


def _chosen_crms() -> list[CrmServer]:
    """Return the fakes of the destinations that ``CRM`` names, none for the table."""
    chosen = os.environ.get("CRM", "").strip()
    return [] if chosen in ("", TABLE) else [fake_crm(name.strip()) for name in chosen.split(",")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What became of all samples, now and a day later, and of the lead that people were told of."""

    before: Sequence[Outcome]
    after: Sequence[Outcome]
    told: FollowedUp | None
    seconds: float


async def _demo(samples: Sequence[Sample], crms: Sequence[CrmServer], console: Console) -> int:
    started = time.monotonic()
    where = " and ".join(f"a fake of {crm.name}" for crm in crms) or "the table MarketplaceLeads"
    console.print(INTRODUCTION.format(where=where))
    console.print("Starting Azurite and the app …")
    async with (
        running_azurite(None) as azurite,
        TeamsServer().running() as channel,
        AsyncExitStack() as running,
    ):
        for crm in crms:
            await running.enter_async_context(crm.running())
        settings = app_settings(azurite.connection, crms) | team_settings(channel)
        os.environ.update(settings)  # what is done in this process is done on the same storage
        running.push_async_callback(bootstrap.close)
        await put_rules_in_force(bootstrap.rules_store(), bootstrap.DEPLOYED_RULES)
        async with RunningApp(env=settings) as app:
            os.environ[PUBLIC_URL] = app.url
            look = partial(outcomes, records=partial(_record_keys, crms) if crms else None)
            before, pushed = await _pushed(app, samples, look, console)
            console.print("Sweeping as of 25 hours later, and of each hour after that …")
            following = _following(before, channel)
            new = await following.at_once() if following else None
            await (following.later(Moment.OVERDUE) if following else sweep_at(AT[Moment.OVERDUE]))
            after = await look(app.connection, pushed)
            told = await until_answered(following, new) if following and new else None
    silence_unclosed_clients()
    seconds = time.monotonic() - started
    return _show(_Seen(before=before, after=after, told=told, seconds=seconds), crms, console)


async def _pushed(
    app: RunningApp, samples: Sequence[Sample], look: Look, console: Console
) -> tuple[Sequence[Outcome], Sequence[Pushed]]:
    """Push samples, and return what became of them once they are at rest."""
    pushes = sum(len(sample.pushes) for sample in samples)
    console.print(f"Pushing {counted(pushes, 'body', 'bodies')} to {app.url}/api/leads …")
    pushed = await push(app.url, samples)
    console.print("Waiting until all are recorded and delivered …")
    before = await look(app.connection, pushed)
    if not all(outcome.at_rest for outcome in before):
        console.print(f"That has not happened. The app says:\n{app.output}", markup=False)
    return before, pushed


def _following(before: Sequence[Outcome], channel: ChannelServer) -> Following | None:
    """Return what follows the lead of the sample that people are told of, None without it."""
    leads = [lead for outcome in before if outcome.sample.name == TOLD_OF for lead in outcome.leads]
    return Following(lead_id=leads[0].lead.lead_id, channel=channel) if leads else None


def _record_keys(crms: Sequence[CrmServer]) -> list[RecordKey]:
    return [(crm.name, record.record_id) for crm in crms for record in crm.records()]


def app_settings(connection: str = "", crms: Sequence[CrmServer] = ()) -> dict[str, str]:
    """Return all of the app's settings: this machine's own must not change what comes out.

    Without a connection, the app starts an Azurite of its own.
    """
    unset = {str(f.validation_alias): "" for cls in SETTINGS for f in cls.model_fields.values()}
    prefixes = tuple(f"{name.upper()}_" for name in CRMS)
    unset |= {name: "" for name in os.environ if name.startswith(prefixes)}
    schedule = {"NURTURE_SCHEDULE": "0 */5 * * * *"}
    given = {name: value for crm in crms for name, value in crm.settings().items()}
    chosen = {"CRM": ",".join(crm.name for crm in crms) or TABLE}
    return {**unset, **schedule, **given, **chosen, "LeadStorage": connection}


def _show(seen: _Seen, crms: Sequence[CrmServer], console: Console) -> int:
    found = _found(seen, crms=len(crms))
    surprises = {name: told for name, told in found.items() if told}
    noun = "record" if crms else "row"
    console.print()
    console.print(table(seen.after, frozenset(surprises), noun))
    if seen.told:
        for line in follow_up_lines(seen.told):
            console.print(line, markup=False)
        console.print()
    for crm in crms:
        surprises |= _show_records(crm, seen.after, console)
    console.print(summary(seen.after, seen.seconds, noun))
    if not surprises:
        console.print("All came out as expected.", style="bold green")
        return 0
    console.print("Not all came out as expected:", style="bold red")
    for name, told in surprises.items():
        for difference in told:
            console.print(f"  {name}: {difference}", soft_wrap=True, markup=False)
    return 1


def _found(seen: _Seen, *, crms: int) -> dict[str, list[str]]:
    """Return what came out otherwise than it must, by sample."""
    found = {
        now.sample.name: [*differences(now, crms=crms), *later_differences(now, later)]
        for now, later in zip(seen.before, seen.after, strict=True)
    }
    if TOLD_OF in found:
        found[TOLD_OF] += follow_up_differences(seen.told)
    return found


def _show_records(
    crm: CrmServer, after: Sequence[Outcome], console: Console
) -> dict[str, list[str]]:
    """Show what the fake holds, and return what is wrong with it: more than was delivered."""
    records = crm.records()
    console.print(f"The fake of {crm.name} holds {counted(len(records), 'record')}:")
    for record in records:
        console.print(record_table(record))
    deliveries = [d for outcome in after for lead in outcome.leads for d in lead.deliveries]
    delivered = {d.record.id for d in deliveries if d.record and d.destination == crm.name}
    if len(records) == len(delivered):
        return {}
    return {crm.name: [f"{len(records)} records, expected {len(delivered)}"]}
