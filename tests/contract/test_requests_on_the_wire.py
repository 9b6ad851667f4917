"""How many requests each step costs, counted where they leave."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest

from ingest_lead.ingest import Accepted, IngestPorts, Refused, ingest
from nurture_timer.nurture import SweepPorts, sweep
from route_lead.changes import RouteRules
from route_lead.route import RoutePorts, route
from shared.bootstrap import ConfiguredDestinations, new_id, utc_now
from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.envelope import Deliver, Push
from shared.domain.merging import MergeRules
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.outbox import TableOutbox
from shared.storage.quarantine import TableQuarantine
from shared.storage.queue import StoragePushQueue

DAY = timedelta(days=1)
RULES = RouteRules(
    merge=MergeRules(repeat_window=DAY, follow_up_within=DAY),
    destinations=("azure_table",),
    deliver_tests=True,
)


@dataclass(frozen=True)
class App:
    """The app's ports on storage that is there and warm, with a count of requests by port."""

    ingest: IngestPorts
    route: RoutePorts
    sweep: SweepPorts
    requests: Counter[str]

    async def routed(self, push: Push) -> str:
        return (await route(push, self.route, RULES)).lead_id


@pytest.fixture
async def app(azurite: str, prefix: str) -> AsyncIterator[App]:
    async with AsyncExitStack() as stack:
        app = build(azurite, prefix, stack)
        await ingest(push("warm").body, "", None, app.ingest)
        await ingest(b"no lead", "", None, app.ingest)
        await app.routed(push("warm"))
        await sweep(utc_now(), app.sweep)
        app.requests.clear()
        yield app


def build(connection: str, prefix: str, stack: AsyncExitStack) -> App:
    """Do as ``shared.bootstrap`` does, with a client for each port."""
    requests: Counter[str] = Counter()

    def storage(port: str) -> Storage:
        built = Storage(
            StorageSettings(LeadStorage=connection),
            raw_request_hook=lambda _: requests.update([port]),
        )
        stack.push_async_callback(built.close)
        return built

    leads = TableLeadStore(storage("leads").table(f"{prefix}Leads"))
    index = TableLeadIndex(storage("index").table(f"{prefix}LeadIndex"))
    outbox = TableOutbox(storage("outbox").table(f"{prefix}Outbox"))
    quarantine = TableQuarantine(storage("quarantine").table(f"{prefix}Quarantine"))
    queue = StoragePushQueue(storage("queue").queue(prefix))
    crm = AzureTableCrm(storage("crm").table(f"{prefix}Crm"))
    destinations = ConfiguredDestinations({"azure_table": lambda: crm})
    return App(
        ingest=IngestPorts(
            queue=queue, outbox=outbox, quarantine=quarantine, clock=utc_now, new_id=new_id
        ),
        route=RoutePorts(
            leads=leads,
            index=index,
            queue=queue,
            destinations=destinations,
            secret=LeadIdSecret(storage("secret").table(f"{prefix}Leads")),
            clock=utc_now,
            jitter=random.random,
            new_id=new_id,
        ),
        sweep=SweepPorts(
            leads=leads,
            index=index,
            queue=queue,
            outbox=outbox,
            destinations=destinations,
            clock=utc_now,
        ),
        requests=requests,
    )


def push(submission_id: str, offer: str = "Things") -> Push:
    body = f'{{"UserDetails": {{"Email": "zoe@fabrikam.example"}}, "OfferTitle": "{offer}"}}'
    if submission_id == "warm":
        body = body.replace("zoe", "warm")
    return Push(submission_id=submission_id, received_at=utc_now(), body=body.encode())


async def test_a_lead_is_taken_in_by_one_request(app: App) -> None:
    assert isinstance(await ingest(push("1").body, "", None, app.ingest), Accepted)

    assert app.requests == {"queue": 1}


async def test_what_is_no_lead_is_kept_by_one_request(app: App) -> None:
    assert isinstance(await ingest(b"x" * 40_000, "", None, app.ingest), Refused)

    assert app.requests == {"quarantine": 1}


async def test_a_new_lead_is_read_indexed_recorded_delivered_and_marked(app: App) -> None:
    await app.routed(push("1"))

    assert app.requests == {"leads": 3, "index": 1, "crm": 1}


async def test_a_new_interest_of_a_known_lead_costs_one_request_less(app: App) -> None:
    await app.routed(push("1"))
    app.requests.clear()

    await app.routed(push("2", "Other things"))

    assert app.requests == {"leads": 3, "crm": 1}


async def test_a_repeat_is_read_and_recorded(app: App) -> None:
    await app.routed(push("1"))
    app.requests.clear()

    await app.routed(push("2"))

    assert app.requests == {"leads": 2}


async def test_a_former_identity_rule_costs_one_read_where_its_key_differs(app: App) -> None:
    body = b'{"UserDetails": {"LastName": "O\xe2\x80\x99Dair", "Phone": "+353 1 617 4201"}}'

    await app.routed(Push(submission_id="1", received_at=utc_now(), body=body))
    assert app.requests == {"leads": 4, "index": 1, "crm": 1}
    app.requests.clear()

    await app.routed(Push(submission_id="2", received_at=utc_now(), body=body))
    assert app.requests == {"leads": 2}


async def test_a_push_that_comes_again_is_read_and_found_recorded(app: App) -> None:
    first = push("1")
    await app.routed(first)
    app.requests.clear()

    await app.routed(first)

    assert app.requests == {"leads": 2}


async def test_a_lead_that_is_delivered_is_read_and_left_alone(app: App) -> None:
    lead_id = await app.routed(push("1"))
    app.requests.clear()

    await route(Deliver(lead_id=lead_id), app.route, RULES)

    assert app.requests == {"leads": 1}


async def test_a_sweep_without_work_is_six_requests(app: App) -> None:
    await sweep(utc_now(), app.sweep)

    assert app.requests == {"outbox": 1, "index": 5}


async def test_a_lead_that_is_due_is_read_indexed_written_and_its_old_row_deleted(
    app: App,
) -> None:
    await app.routed(push("1"))
    app.requests.clear()

    swept = await sweep(utc_now() + timedelta(hours=1), app.sweep)

    assert swept.looked_at == 2
    assert app.requests == {"outbox": 1, "index": 5 + 2 * 2, "leads": 2 * 2}
