"""``leads check``: whether each destination takes leads as it is set up."""

import asyncio
from collections.abc import Sequence

from ops import console
from ops.errors import RefusedError
from ops.running import run
from ops.where import find_storage
from shared.bootstrap import destinations
from shared.errors import CrmError, SettingsError
from shared.ports import CheckResult
from shared.settings import RouteSettings, load

WITHIN_SECONDS = 10


def check() -> None:
    """Try every destination that CRM names: address, login, permissions, fields. Writes nothing.

    It reads the destinations' settings from the environment, as the app does.
    """

    async def command() -> None:
        find_storage()
        names = load(RouteSettings).destinations
        faults = 0
        for name, results in zip(names, await _results(names), strict=True):
            for result in results:
                console.say(f"{'ok' if result.ok else 'NOT OK':<6}  {name}: {result.what}")
                if not result.ok:
                    console.say(f"        {result.mend}")
                    faults += 1
        if faults:
            raise RefusedError(console.counted(faults, "thing needs", "things need") + " mending")

    run(command())


async def _results(names: Sequence[str]) -> Sequence[Sequence[CheckResult]]:
    return await asyncio.gather(*(_checked(name) for name in names))


async def _checked(name: str) -> Sequence[CheckResult]:
    """Return what a destination says of itself; that it can't be asked is a result, too."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return await (await destinations().get(name)).check()
    except SettingsError as error:
        return [CheckResult(what="settings", ok=False, mend="; ".join(error.faults))]
    except CrmError as error:
        return [CheckResult(what="the destination answers", ok=False, mend=str(error))]
    except TimeoutError:
        mend = (
            f"no answer within {WITHIN_SECONDS} s: is the address right, and reachable from here?"
        )
        return [CheckResult(what="the destination answers", ok=False, mend=mend)]
