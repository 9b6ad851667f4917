"""How many requests each step costs, counted where they leave."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from ingest_lead.ingest import Accepted, IngestPorts, Refused, ingest
from nurture_timer.nurture import sweep
from nurture_timer.ports import SweepPorts
from route_lead.changes import RouteRules
from route_lead.route import RoutePorts, route
from shared.assignment.assigning import Assigner
from shared.assignment.owners import OwnersByTurns
from shared.bootstrap import ConfiguredDestinations, new_id, utc_now
from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.envelope import Deliver, Push
from shared.domain.merging import MergeRules
from shared.domain.rules import Member, Rule, Rules, Team
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_index import TableLeadIndex
from shared.storage.leads import TableLeadStore
from shared.storage.outbox import TableOutbox
from shared.storage.quarantine import TableQuarantine
from shared.storage.queue import StoragePushQueue
from shared.storage.teams import TableTeams

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
            owners=OwnersByTurns(
                assigner=Assigner(
                    teams=TableTeams(storage("teams").table(f"{prefix}Teams")),
                    clock=utc_now,
                    jitter=random.random,
                ),
                secret=LeadIdSecret(storage("secret").table(f"{prefix}Leads")),
            ),
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


@pytest.fixture
def in_a_team(app: App) -> Callable[[bool], Awaitable[App]]:
    """Have leads go to a team of two, of which one has had a lead."""

    async def app_with_teams(same_company: bool) -> App:  # noqa: FBT001 - the one choice there is
        rule = Rule(name="default", team="east", same_company=same_company)
        members = (Member(id="ada", name="Ada"), Member(id="bob", name="Bob"))
        teams = {"east": Team(id="east", name="East", members=members)}

        async def in_force() -> Rules:
            return Rules(rules=(rule,), teams=teams)

        with_teams = replace(app, route=replace(app.route, rules=in_force))
        await with_teams.routed(push("warm", "a first"))
        app.requests.clear()
        return with_teams

    return app_with_teams


async def test_a_lead_is_taken_in_by_one_request(app: App) -> None:
    assert isinstance(await ingest(push("1").body, "", None, app.ingest), Accepted)

    assert app.requests == {"queue": 1}


async def test_what_is_no_lead_is_kept_by_one_request(app: App) -> None:
    assert isinstance(await ingest(b"x" * 40_000, "", None, app.ingest), Refused)

    assert app.requests == {"quarantine": 1}


async def test_a_new_lead_is_read_indexed_recorded_delivered_and_marked(app: App) -> None:
    await app.routed(push("1"))

    assert app.requests == {"leads": 3, "index": 2, "crm": 1}


@pytest.mark.parametrize(("same_company", "requests"), [(False, 3), (True, 4)])
async def test_a4_an_owner_costs_a_new_lead_three_requests_or_four_with_the_company(
    in_a_team: Callable[[bool], Awaitable[App]],
    same_company: bool,  # noqa: FBT001 - a parameter
    requests: int,
) -> None:
    app = await in_a_team(same_company)

    lead_id = await app.routed(push("1"))

    assert app.requests == {"leads": 3, "index": 2, "crm": 1, "teams": requests}
    stored = await app.route.leads.read(lead_id)
    assert stored is not None
    assert stored.lead.owner in {"ada", "bob"}


async def test_a4_no_other_message_costs_a_request_for_the_owner(
    in_a_team: Callable[[bool], Awaitable[App]],
) -> None:
    app = await in_a_team(True)  # noqa: FBT003 - the one choice there is
    lead_id = await app.routed(push("1"))
    app.requests.clear()

    await app.routed(push("1"))
    await app.routed(push("2"))
    await app.routed(push("3", "Other things"))
    await route(Deliver(lead_id=lead_id), app.route, RULES)

    assert "teams" not in app.requests


@pytest.mark.parametrize(
    "body",
    [
        b'{"UserDetails": {"Email": "MSFT_TEST_1@fabrikam.example"}, "LeadSource": "MSFT_TEST_1"}',
        b'{"UserDetails": {"Email": "zoe@fabrikam.example"}, "ActionCode": "DNC"}',
        b'{"OfferTitle": "Things"}',
    ],
    ids=["a test lead", "do not contact", "nobody could answer"],
)
async def test_a4_what_nobody_must_answer_takes_no_turn(
    in_a_team: Callable[[bool], Awaitable[App]], body: bytes
) -> None:
    app = await in_a_team(False)  # noqa: FBT003 - the one choice there is

    lead_id = await app.routed(Push(submission_id="1", received_at=utc_now(), body=body))

    stored = await app.route.leads.read(lead_id)
    assert stored is not None
    assert stored.lead.owner == ""
    assert "teams" not in app.requests


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
    assert app.requests == {"leads": 4, "index": 2, "crm": 1}
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


async def test_a_sweep_without_work_is_seven_requests(app: App) -> None:
    await sweep(utc_now(), app.sweep)

    assert app.requests == {"outbox": 1, "index": 6}


async def test_a_lead_that_is_due_is_read_indexed_written_and_its_old_row_deleted(
    app: App,
) -> None:
    await app.routed(push("1"))
    app.requests.clear()

    swept = await sweep(utc_now() + timedelta(hours=1), app.sweep)

    assert swept.looked_at == 2
    assert app.requests == {"outbox": 1, "index": 6 + 2 * 2, "leads": 2 * 2}
