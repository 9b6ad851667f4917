"""``leads check``: whether each destination and channel works as it is set up."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from cli import console
from cli.channel_checks import channel_results
from cli.command import run
from cli.send import checked_url, send, without_key
from cli.send_commands import JSON
from cli.send_test import Trial, follow
from cli.where import find_storage, push_url, storage_name
from cli.wiring import open_empty_stores
from shared.bootstrap import destinations
from shared.domain.errors import CrmError, SettingsError
from shared.operations.errors import RefusedError, UsageError
from shared.operations.words import counted
from shared.ports.crm import CheckResult
from shared.settings import DestinationSettings, RouteSettings, TimerSettings, load

WITHIN_SECONDS = 10
TEST_LEAD_WITHIN_SECONDS = 60
TEST_LEAD = "test lead"
ROUTING, TIMER = "route_lead", "nurture_timer"


def check(
    *,
    send_test: Annotated[
        bool, typer.Option("--send-test", help="Also send a test lead, and watch it arrive.")
    ] = False,
    send_notice: Annotated[
        bool, typer.Option("--send-notice", help="Send a test message to each notice channel, too.")
    ] = False,
    to: Annotated[
        str,
        typer.Option(
            metavar="URL", help="URL with its code. Default: LEADS_URL, or that of `make run`."
        ),
    ] = "",
    within: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=3_600,
            metavar="SECONDS",
            help=f"Seconds to wait for the test lead. Default: {TEST_LEAD_WITHIN_SECONDS}.",
        ),
    ] = None,
) -> None:
    """Check every destination that CRM names: address, login, permissions, fields. Writes nothing.

    It also says what each notice channel lacks. It reads settings from the environment, as the app
    does. With --send-test, it also sends a test lead like Partner Center's, which is recorded and
    delivered.
    """

    async def command() -> None:
        if not send_test and (to or within is not None):
            raise UsageError("--to and --within go with --send-test")
        url = checked_url(push_url(to)) if send_test else ""
        find_storage()
        faults = sum(_say(ROUTING, result) for result in _routing())
        faults += sum(_say(TIMER, result) for result in _schedule())
        names = _destinations()
        found = list(zip(names, await _results(names), strict=True))
        faults += sum(_say(name, result) for name, results in found for result in results)
        async for name, result in channel_results(send=send_notice):
            faults += _say(name, result)
        if send_test:
            # Whatever was found: a lead that waits is not lost, and the app may have settings
            # that are not set here.
            trial = _trial(url, within or TEST_LEAD_WITHIN_SECONDS, _proven(dict(found)))
            async for result in follow(trial):
                faults += _say(TEST_LEAD, result)
        if faults:
            raise RefusedError(counted(faults, "thing needs", "things need") + " fixing")

    run(command())


def _say(name: str, result: CheckResult) -> bool:
    """Print a result; tell whether it is a fault."""
    console.say(f"{'ok' if result.ok else 'NOT OK':<6}  {name}: {result.what}")
    if not result.ok:
        console.say(f"        {result.mend}")
    return not result.ok


def _proven(found: Mapping[str, Sequence[CheckResult]]) -> frozenset[str]:
    return frozenset(name for name, results in found.items() if all(r.ok for r in results))


def _trial(url: str, within_seconds: int, proven: frozenset[str]) -> Trial:
    return Trial(
        push=partial(send, url, content_type=JSON),
        endpoint=without_key(url),
        stores=open_empty_stores(),
        storage=storage_name(),
        proven=proven,
        within=timedelta(seconds=within_seconds),
        note=lambda said: console.note(f"        {TEST_LEAD}: {said}"),
    )


def _routing() -> Sequence[CheckResult]:
    """Return what is wrong with the settings that leads are merged and routed by."""
    try:
        load(RouteSettings)
    except SettingsError as error:
        return [CheckResult(what="settings", mend="; ".join(error.faults))]
    return []


def _destinations() -> Sequence[str]:
    """Return what CRM names, nothing if it is wrong: that is told already."""
    try:
        return load(DestinationSettings).destinations
    except SettingsError:
        return ()


def _schedule() -> Sequence[CheckResult]:
    """Return whether Azure runs the timer as its schedule reads; nothing where none is set."""
    try:
        settings = load(TimerSettings)
    except SettingsError as error:
        return [CheckResult(what="the schedule", mend="; ".join(error.faults))]
    return [CheckResult(what=f"the schedule {settings.schedule}")] if settings.schedule else []


async def _results(names: Sequence[str]) -> Sequence[Sequence[CheckResult]]:
    return await asyncio.gather(*(_checked(name) for name in names))


async def _checked(name: str) -> Sequence[CheckResult]:
    """Return what a destination says of itself; that it can't be asked is a result, too."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return await (await destinations().get(name)).check()
    except SettingsError as error:
        return [CheckResult(what="settings", mend="; ".join(error.faults))]
    except CrmError as error:
        return [CheckResult(what="the destination answers", mend=str(error))]
    except TimeoutError:
        mend = (
            f"no answer within {WITHIN_SECONDS} s: is the address right, and reachable from here?"
        )
        return [CheckResult(what="the destination answers", mend=mend)]
