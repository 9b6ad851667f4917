"""``python -m bench.per_push``: what one push costs, beside code that does no more than it must.

``ingest`` is compared with a handler that queues the body, by its throughput; a routed lead with a
script that sends the same requests to storage, by its CPU time. Both take turns over one Azurite,
so that a busy machine slows both; the figures are medians of the pairs. ``--json`` prints JSON.
"""

import asyncio
import json
import os
import platform
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

from rich.console import Console

from ingest_lead.ingest import IngestPorts, ingest
from local.azurite import running_azurite
from route_lead.changes import RouteRules
from route_lead.route import RoutePorts, route
from shared.bootstrap import ConfiguredDestinations, new_id, utc_now
from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.envelope import Push
from shared.domain.merging import MergeRules
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.outbox import TableOutbox
from shared.storage.quarantine import TableQuarantine
from shared.storage.queue import StoragePushQueue

PAIRS = 15
AT_A_TIME = 40
DAY = timedelta(days=1)
DESTINATION = "azure_table"

type Work = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Cost:
    """Seconds of one piece of work, on the clock and of CPU."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Compared:
    """What ours and the least that it could be cost, in milliseconds, and the goal."""

    what: str
    ours_ms: float
    least_ms: float
    ratio: float
    goal: str


async def main() -> None:
    """Measure, and print."""
    async with running_azurite(None) as azurite:
        storage = Storage(StorageSettings(LeadStorage=azurite.connection))
        ingested = await _pairs(*_ingesting(storage))
        routed = await _pairs(*await _routing(storage))
        await storage.close()
    found = [
        _compared("ingest, throughput", ingested, "wall", "≥ 0.85"),
        _compared("ingest, CPU", ingested, "cpu", ""),
        _compared("routed lead, CPU", routed, "cpu", "≤ 1.25"),
        _compared("routed lead, time", routed, "wall", ""),
    ]
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps([vars(one) for one in found], indent=2) + "\n")
    else:
        _print(found)


def _print(found: list[Compared]) -> None:
    console = Console(highlight=False)
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    console.print(f"medians of {PAIRS} pairs of {AT_A_TIME}; {machine}")
    for one in found:
        costs = f"{one.ours_ms:6.2f} ms, at least {one.least_ms:6.2f} ms"
        console.print(f"{one.what:<20} {costs}: {one.ratio:.2f} {one.goal}")


def _compared(what: str, pairs: list[tuple[Cost, Cost]], of: str, goal: str) -> Compared:
    costs = [(getattr(ours, of), getattr(least, of)) for ours, least in pairs]
    faster = of == "wall" and "throughput" in what
    ratios = [least / ours if faster else ours / least for ours, least in costs]
    ours, least = (median(side) * 1_000 for side in zip(*costs, strict=True))
    return Compared(what, round(ours, 2), round(least, 2), round(median(ratios), 2), goal)


async def _pairs(ours: Work, least: Work) -> list[tuple[Cost, Cost]]:
    """Let both take turns; the first turn of each, which opens connections, does not count."""
    await _cost(ours)
    await _cost(least)
    return [(await _cost(ours), await _cost(least)) for _ in range(PAIRS)]


async def _cost(work: Work) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(AT_A_TIME):
        await work()
    return Cost((time.perf_counter() - wall) / AT_A_TIME, (time.process_time() - cpu) / AT_A_TIME)


def _body(number: str) -> bytes:
    contact = {
        "FirstName": "Ada",
        "LastName": "Sample",
        "Email": f"c{number}@example.com",
        "Phone": "+49 30 901820",
        "Country": "DE",
        "Company": "Example Mills",
    }
    source = {"LeadSource": "AzureMarketplace-INS|example.looms", "OfferTitle": "Looms"}
    return json.dumps({"UserDetails": contact, **source}).encode()


def _ingesting(storage: Storage) -> tuple[Work, Work]:
    queue = storage.queue("bench-leads")
    ports = IngestPorts(
        queue=StoragePushQueue(queue),
        outbox=TableOutbox(storage.table("BenchOutbox")),
        quarantine=TableQuarantine(storage.table("BenchQuarantine")),
        clock=utc_now,
        new_id=new_id,
    )

    async def ours() -> None:
        await ingest(_body(new_id()), "application/json", None, ports)

    async def least() -> None:
        await queue.send_message(_body(new_id()).decode(), time_to_live=-1)

    return ours, least


async def _routing(storage: Storage) -> tuple[Work, Work]:
    leads, index = storage.table("BenchLeads"), storage.table("BenchIndex")
    crm = storage.table("BenchCrm")
    adapter = AzureTableCrm(crm)
    ports = RoutePorts(
        leads=TableLeadStore(leads),
        index=TableLeadIndex(index),
        queue=StoragePushQueue(storage.queue("bench-leads")),
        destinations=ConfiguredDestinations({DESTINATION: lambda: adapter}),
        secret=_secret,
        clock=utc_now,
        jitter=random.random,
        new_id=new_id,
    )
    rules = RouteRules(
        merge=MergeRules(repeat_window=DAY, follow_up_within=DAY),
        destinations=(DESTINATION,),
        deliver_tests=True,
    )

    async def ours() -> str:
        body = _body(new_id())
        push = Push(submission_id=new_id(), received_at=utc_now(), body=body)
        return (await route(push, ports, rules)).lead_id

    lead_id = await ours()
    rows = {row["RowKey"]: dict(row) async for row in _partition(leads.client, lead_id)}
    [sent] = [dict(row) async for row in _partition(crm.client, lead_id)]

    async def least() -> None:
        """Send what ``ours`` sends: read, index, record, deliver, mark."""
        new = {"PartitionKey": new_id()}
        _ = [row async for row in _partition(leads.client, new["PartitionKey"])]
        for key in (f"due|{new_id()}", f"recent|{new_id()}"):
            await index.client.upsert_entity({"PartitionKey": "index", "RowKey": key})
        both = ({**row, **new} for key, row in rows.items() if key != "event|00000002")
        recorded = [("upsert", row) for row in both]
        await leads.client.submit_transaction(recorded)
        await crm.client.upsert_entity({**sent, **new})
        marked = [
            ("upsert", {**row, **new})
            for key, row in rows.items()
            if not key.startswith("interest|") and key != "event|00000001"
        ]
        await leads.client.submit_transaction(marked)

    return ours, least


def _partition(client: Any, lead_id: str) -> Any:  # noqa: ANN401 - the SDK's
    query = "PartitionKey eq @lead and RowKey ge @start and RowKey lt @end"
    return client.query_entities(query, parameters={"lead": lead_id, "start": "", "end": "~"})


async def _secret() -> bytes:
    return b"benchmark"


if __name__ == "__main__":
    asyncio.run(main())
