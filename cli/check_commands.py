"""``leads check``: whether each destination and channel works as it is set up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from cli import console
from cli.channel_checks import channel_results
from cli.check_views import CheckView, checked
from cli.command import run, sentence
from cli.lead_commands import Json
from cli.send import checked_url, send, without_key
from cli.send_commands import JSON
from cli.send_test import Trial, follow
from cli.settings_checks import destinations_named, settings_results
from cli.where import push_url, storage_name
from cli.wiring import build_stores, name_storage
from shared.bootstrap import destinations
from shared.domain.errors import CrmError, SettingsError, StorageUnavailableError
from shared.operations.errors import RefusedError, UsageError
from shared.operations.words import counted
from shared.ports.crm import CheckResult
from shared.usable import usable_results

WITHIN_SECONDS = 10
TEST_LEAD_WITHIN_SECONDS = 60
TEST_LEAD, STORAGE = "test lead", "storage"


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
    as_json: Json = False,
) -> None:
    """Check destinations, notice channels and settings.

    Checks address, login, permissions and fields of every destination that CRM names, and writes
    nothing. Reads settings from the environment, as the app does. With --send-test, it also sends a
    test lead like Partner Center's, which is recorded and delivered.
    """

    async def command() -> None:
        if not send_test and (to or within is not None):
            raise UsageError("--to and --within go with --send-test")
        url = checked_url(push_url(to)) if send_test else ""
        name_storage()
        seen: list[CheckView] = []
        async for view in _checks(url, within or TEST_LEAD_WITHIN_SECONDS, send_notice=send_notice):
            seen.append(view)
            if not as_json:
                _say(view)
        if as_json:
            console.print_array(seen)
        if faults := sum(not view.ok for view in seen):
            raise RefusedError(counted(faults, "thing needs", "things need") + " fixing")

    run(command())


async def _checks(url: str, within: int, *, send_notice: bool) -> AsyncIterator[CheckView]:
    """Yield what is found; with a URL, what becomes of a test lead, too.

    It is sent whatever was found: a lead that waits is not lost, and the app may have settings that
    are not set here.
    """
    for of, result in settings_results():
        yield checked(of, result)
    names, proven = destinations_named(), set[str]()
    for name, results in zip(names, await _results(names), strict=True):
        if all(result.ok for result in results):
            proven.add(name)
        for result in results:
            yield checked(name, result)
    try:
        async for of, result in channel_results(send=send_notice):
            yield checked(of, result)
        if url:
            async for result in follow(_trial(url, within, frozenset(proven))):
                yield checked(TEST_LEAD, result)
    except SettingsError as error:
        yield checked(STORAGE, CheckResult(what="settings", mend="; ".join(error.faults)))
    except StorageUnavailableError as error:
        yield checked(STORAGE, CheckResult(what="storage answers", mend=sentence(error)))


def _say(view: CheckView) -> None:
    console.say(f"{'ok' if view.ok else 'NOT OK':<6}  {view.of}: {view.what}")
    if not view.ok:
        console.say(f"        {view.fix}")


def _trial(url: str, within_seconds: int, proven: frozenset[str]) -> Trial:
    return Trial(
        push=partial(send, url, content_type=JSON),
        endpoint=without_key(url),
        stores=build_stores(),
        storage=storage_name(),
        proven=proven,
        within=timedelta(seconds=within_seconds),
        note=lambda said: console.note(f"        {TEST_LEAD}: {said}"),
    )


async def _results(names: Sequence[str]) -> Sequence[Sequence[CheckResult]]:
    return await asyncio.gather(*(_checked(name) for name in names))


async def _checked(name: str) -> Sequence[CheckResult]:
    """Return what a destination says of itself; that it can't be asked is a result, too."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return usable_results(await (await destinations().get(name)).check())
    except SettingsError as error:
        return [CheckResult(what="settings", mend="; ".join(error.faults))]
    except CrmError as error:
        return [CheckResult(what="the destination answers", mend=str(error))]
    except TimeoutError:
        mend = (
            f"no answer within {WITHIN_SECONDS} s: is the address right, and reachable from here?"
        )
        return [CheckResult(what="the destination answers", mend=mend)]
