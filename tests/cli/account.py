"""One account on Azurite as an operator finds it: tables and a queue that no other test sees."""

import asyncio
import json
import os
import random
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from nurture_timer.nurture import sweep
from nurture_timer.ports import SweepPorts
from route_lead.changes import RouteRules
from route_lead.route import Routed, RoutePorts
from route_lead.take import Taken, TakePorts, take
from shared.bootstrap import new_id, utc_now
from shared.domain.envelope import Push
from shared.domain.merging import MergeRules
from shared.operations.stores import Stores
from shared.ports.leads import StoredLead
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.storage.account import Storage, Table
from shared.storage.backup import TableBackup
from shared.storage.lead_histories import TableLeadHistories
from shared.storage.lead_id_secret import LeadIdSecret
from shared.storage.lead_index import TableLeadIndex
from shared.storage.lead_lists import TableLeadLists
from shared.storage.leads import TableLeadStore
from shared.storage.outbox import TableOutbox
from shared.storage.quarantine import TableQuarantine
from shared.storage.quarantine_entries import TableQuarantineEntries
from shared.storage.queue import StoragePushQueue, StorageQueueLengths
from shared.storage.rules import TableRulesStore
from shared.storage.teams import TableTeams
from tests.fakes import FakeCrm, FakeDestinations
from tests.forking import ROOT
from tests.leads_process import run_leads

DAY = timedelta(days=1)
RULES = RouteRules(
    merge=MergeRules(repeat_window=DAY, follow_up_within=DAY),
    destinations=("crm",),
    deliver_tests=True,
)
TABLES = ("Leads", "LeadIndex", "Teams", "Quarantine", "Outbox")


@dataclass(frozen=True)
class Told:
    """What a command said, its exit code, and which storage it named first."""

    code: int | None
    out: str
    err: str
    storage: str = ""

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever it is
        return json.loads(self.out)


async def leads_command(*arguments: str, stdin: bytes = b"", **env: str) -> Told:
    """Run the command ``leads`` with no setting but these."""
    env = {"PATH": os.environ["PATH"], **env}
    told = await asyncio.to_thread(run_leads, arguments, env, stdin=stdin)
    return _told(told.code, told.out, told.err)


async def started_leads_command(*arguments: str, **env: str) -> Told:
    """Start the command ``leads`` as its user does, interpreter and all."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", *arguments),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return _told(process.returncode, out.decode(), err.decode())


def _told(code: int | None, out: str, err: str) -> Told:
    storage = re.match(r"(?:storage|endpoint): (.*)\n", err)
    rest = err.removeprefix(storage[0] if storage else "")
    return Told(code, out, rest, storage[1] if storage else "")


@dataclass(frozen=True)
class Account:
    """The operator's stores, and the app that works on the same tables with a fake CRM."""

    connection: str
    prefix: str
    table: Callable[[str], Table]
    queue_client: Callable[[str], QueueClient]
    stores: Stores
    crm: FakeCrm
    taking: TakePorts
    sweeping: SweepPorts
    messages: QueueClient

    async def command(self, *arguments: str, stdin: bytes = b"") -> Told:
        env = {"LeadStorage": self.connection, "TABLE_PREFIX": self.prefix}
        return await leads_command(*arguments, stdin=stdin, **env)

    async def push(self, email: str, *, at: datetime | None = None, **more: str) -> StoredLead:
        """Push as a customer, route all that is queued, and return the lead."""
        body = {"UserDetails": {"Email": email}, "ActionCode": "INS", **more}
        await self.queue_body(json.dumps(body).encode(), at=at)
        await self.route_queued()
        return await self.stores.lead(email)

    async def queue_body(self, body: bytes, *, at: datetime | None = None) -> str:
        push = Push(submission_id=new_id(), received_at=at or utc_now(), body=body)
        await self.stores.queue.send(push.to_text())
        return push.submission_id

    async def queued(self) -> Sequence[str]:
        """Take all messages that can be seen off the queue."""
        texts = []
        async for message in self.messages.receive_messages():
            texts.append(str(message.content))
            await self.messages.delete_message(message)
        return texts

    async def route_queued(self) -> list[Routed | None]:
        """Do as ``route_lead`` does with all messages that can be seen, side by side."""
        return await asyncio.gather(*(self.route(text) for text in await self.queued()))

    async def route(self, text: str) -> Routed | None:
        taken = Taken(text=text, message_id=new_id(), inserted_at=utc_now())
        return await take(taken, self.taking)

    async def sweep(self, after: timedelta = timedelta(0)) -> None:
        await sweep(utc_now() + after, self.sweeping)

    async def parked(self, email: str, reason: str = "the country is missing") -> StoredLead:
        """Push as a customer whom the CRM refuses, until it is made to see sense."""
        self.crm.rejects = reason
        try:
            return await self.push(email)
        finally:
            self.crm.rejects = ""

    async def quarantine(
        self,
        body: bytes,
        *,
        reason: QuarantineReason = QuarantineReason.INVALID,
        size: int = 0,
        at: datetime | None = None,
    ) -> str:
        """Keep a body as the app does, and return its id."""
        entry = Quarantined(
            quarantine_id=new_id(),
            received_at=at or utc_now(),
            reason=reason,
            faults=["the body is not JSON", "and more"],
            body=body,
            content_type="application/json",
            size=size or len(body),
        )
        await self.taking.quarantine.keep(entry)
        return entry.quarantine_id

    async def listed(self, *arguments: str) -> list[dict[str, Any]]:
        told = await self.command("list", "--json", *arguments)
        assert (told.code, told.err) == (0, "")
        found: list[dict[str, Any]] = told.json
        return found

    async def wipe(self) -> None:
        """Delete all tables; a process that has read the secret goes on with it."""
        for name in TABLES:
            with suppress(ResourceNotFoundError):
                await self.table(name).client.delete_table()


def open_account(connection: str, storage: Storage, prefix: str, crm: FakeCrm) -> Account:
    """Build what ``shared.bootstrap`` does, around a fake CRM and a queue of its own."""

    def table(name: str) -> Table:
        return storage.table(prefix + name)

    def queue(name: str) -> QueueClient:
        return storage.queue(f"{prefix}-{name}")

    leads, index = TableLeadStore(table("Leads")), TableLeadIndex(table("LeadIndex"))
    messages = queue("leads")
    push_queue = StoragePushQueue(messages)
    destinations = FakeDestinations({"crm": crm})
    routing = RoutePorts(
        leads=leads,
        index=index,
        queue=push_queue,
        destinations=destinations,
        secret=LeadIdSecret(table("Leads")),
        clock=utc_now,
        jitter=random.random,
        new_id=new_id,
    )
    return Account(
        connection=connection,
        prefix=prefix,
        table=table,
        queue_client=queue,
        stores=Stores(
            leads=leads,
            index=index,
            queue=push_queue,
            outbox=TableOutbox(table("Outbox")),
            lists=TableLeadLists(table("LeadIndex")),
            histories=TableLeadHistories(table("Leads")),
            quarantine=TableQuarantineEntries(table("Quarantine")),
            queues=StorageQueueLengths(queue),
            rules=TableRulesStore(table("Teams")),
            teams=TableTeams(table("Teams")),
            backup=TableBackup(table),
            secret=LeadIdSecret(table("Leads")).read,
            clock=utc_now,
        ),
        crm=crm,
        taking=TakePorts(
            queue=push_queue,
            quarantine=TableQuarantine(table("Quarantine")),
            routing=lambda: (routing, RULES),
            jitter=random.random,
        ),
        sweeping=SweepPorts(
            leads=leads,
            index=index,
            queue=push_queue,
            outbox=TableOutbox(table("Outbox")),
            destinations=destinations,
            clock=utc_now,
        ),
        messages=messages,
    )
