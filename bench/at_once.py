"""``python -m bench.at_once``: 64 clicks of one customer at the same time.

Two processes route 32 each, over one Azurite. The seconds are those until every message is done or
put back on the queue, and until the lead is delivered with all of them; the best of three.
"""

import asyncio
import multiprocessing
import os
import platform
import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from local.azurite import running_azurite
from route_lead.changes import RouteRules
from route_lead.route import RoutePorts, route
from shared.bootstrap import ConfiguredDestinations, new_id, utc_now
from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.envelope import Deliver, Push, parse_message
from shared.domain.merging import MergeRules
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.queue import StoragePushQueue

CLICKS = 64
PROCESSES = 2
RUNS = 3
DAY = timedelta(days=1)
DESTINATION = "azure_table"
BODY = '{{"UserDetails": {{"Email": "customer@example.com"}}, "OfferTitle": "Offer {}"}}'

console = Console(highlight=False)


async def main() -> None:
    """Measure, and print a line."""
    with TemporaryDirectory(prefix="bench-") as folder:
        async with running_azurite(Path(folder)) as azurite:
            runs = [await _run(azurite.connection, f"run{n}") for n in range(RUNS)]
    routed, delivered = map(min, zip(*runs, strict=True))
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    console.print(f"{CLICKS} clicks of one customer at once, {PROCESSES} processes; {machine}")
    console.print(f"all taken: {routed:.1f} s; all delivered: {delivered:.1f} s")


async def _run(connection: str, prefix: str) -> tuple[float, float]:
    storage = Storage(StorageSettings(LeadStorage=connection))
    ports = _ports(storage, prefix)
    await route(_click(0), ports, _rules())
    loop = asyncio.get_running_loop()
    each = CLICKS // PROCESSES
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawned) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, _warm) for _ in range(PROCESSES)))
        started = time.monotonic()
        part = partial(_clicks, connection, prefix)
        starts = [1 + number * each for number in range(PROCESSES)]
        calls = (loop.run_in_executor(pool, part, start, each) for start in starts)
        ids = await asyncio.gather(*calls)
    routed = time.monotonic() - started
    await _drain(ports, storage, prefix, ids[0])
    delivered = time.monotonic() - started
    await storage.close()
    return routed, delivered


def _warm() -> None:
    """Have the process started, and its modules imported."""
    time.sleep(0.5)


def _clicks(connection: str, prefix: str, start: int, count: int) -> str:
    """Route some clicks at once, in a process of their own; return the lead's id."""
    return asyncio.run(_all_at_once(connection, prefix, range(start, start + count)))


async def _all_at_once(connection: str, prefix: str, numbers: Sequence[int]) -> str:
    storage = Storage(StorageSettings(LeadStorage=connection))
    ports = _ports(storage, prefix)
    routed = await asyncio.gather(*(route(_click(n), ports, _rules()) for n in numbers))
    await storage.close()
    return routed[0].lead_id


async def _drain(ports: RoutePorts, storage: Storage, prefix: str, lead_id: str) -> None:
    """Take what was put back until the lead is delivered."""
    queue = storage.queue(prefix)
    while True:
        stored = await ports.leads.read(lead_id)
        if stored and not stored.deliveries[DESTINATION].is_behind(stored.lead.version):
            return
        async for message in queue.receive_messages(visibility_timeout=600):
            await route(parse_message(message.content), ports, _rules())
            await queue.delete_message(message)
        await route(Deliver(lead_id=lead_id), ports, _rules())


def _click(number: int) -> Push:
    body = BODY.format(number).encode()
    return Push(submission_id=f"{number:032x}", received_at=utc_now(), body=body)


def _rules() -> RouteRules:
    return RouteRules(
        merge=MergeRules(repeat_window=DAY, follow_up_within=DAY),
        destinations=(DESTINATION,),
        deliver_tests=True,
    )


def _ports(storage: Storage, prefix: str) -> RoutePorts:
    crm = AzureTableCrm(storage.table(f"{prefix}Crm"))
    return RoutePorts(
        leads=TableLeadStore(storage.table(f"{prefix}Leads")),
        index=TableLeadIndex(storage.table(f"{prefix}Index")),
        queue=StoragePushQueue(storage.queue(prefix)),
        destinations=ConfiguredDestinations({DESTINATION: lambda: crm}),
        secret=_secret,
        clock=utc_now,
        jitter=random.random,
        new_id=new_id,
    )


async def _secret() -> bytes:
    return b"benchmark"


if __name__ == "__main__":
    asyncio.run(main())
