"""The destinations under contract: each adapter with what stands in for its CRM.

``FEATURES`` says what a destination can do, and so which cases it has.
"""

import asyncio
import json
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import pytest

from local.fakes import fake_of
from local.fakes.faults import Fault, Reply
from local.fakes.server import SeenRecord
from shared.bootstrap import ADAPTERS
from shared.destinations.azure_table.adapter import CUSTOMER_INFO, AzureTableCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from shared.ports.crm import Crm, FollowUpSeen
from shared.storage.account import Table
from tests.fakes import FakeCrm

REJECTION = "the picklist Region lacks DE"


class Feature(StrEnum):
    """What a case needs of a destination."""

    FAULTS = "fails when it is told to"
    SOCKET = "is reached over HTTP"
    FINDS = "finds the record of a request whose answer was lost"
    SALES = "sales works on its records"
    DELETES = "tells that sales deleted a record"
    FLAGS = "has a flag for do not contact"
    FOLLOW_UP = "tells whether sales acted"
    REMINDERS = "keeps reminders"
    LENGTHS = "has lengths that we cut to"
    OUTCOMES = "has statuses that tell outcomes"


F = Feature
REAL_CRM = frozenset(F)

FEATURES: dict[str, frozenset[Feature]] = {
    "in memory": frozenset({F.FAULTS, F.FINDS, F.SALES, F.FOLLOW_UP, F.REMINDERS}),
    "in memory, blind": frozenset({F.FAULTS, F.SALES, F.FOLLOW_UP, F.REMINDERS}),
    "azure_table": frozenset({F.FINDS}),
    "dynamics": REAL_CRM,
    "hubspot": REAL_CRM - {F.LENGTHS},
    "https_endpoint": frozenset({F.FAULTS, F.SOCKET, F.FINDS, F.SALES, F.FLAGS}),
    "marketo": REAL_CRM - {F.REMINDERS},
    "salesforce": REAL_CRM,
}


STATUSES: dict[str, tuple[str, str]] = {
    "dynamics": ("Contacted", "Lost"),
    "hubspot": ("CONNECTED", "UNQUALIFIED"),
    "marketo": ("Working - Contacted", "Closed - Not Converted"),
    "salesforce": ("Working - Contacted", "Closed - Not Converted"),
}
"""Of those that the vendor ships, one that leaves a lead open, and one that closes it."""

REMINDERS: dict[str, Callable[[Any], int]] = {
    "dynamics": lambda server: len(server.tables["tasks"]),
    "hubspot": lambda server: len(server.attached["tasks"]),
    "salesforce": lambda server: len(server.live("Task")),
}
"""How many reminders a fake server holds."""


class Behind(Protocol):
    """What stands in for a CRM: a fake server, or something that looks like one."""

    faults: deque[Fault | Reply]
    write_faults: deque[Fault | Reply]
    down: bool
    slow_seconds: float
    at_a_wait: Callable[[], object]
    calls: list[str]

    def sales_acts(self, record_id: str) -> None: ...
    def sales_corrects(self, record_id: str, field: str, value: str) -> None: ...
    def sales_owns(self, record_id: str, owner: str, status: str) -> None: ...
    def sales_deletes(self, record_id: str) -> None: ...
    def sales_ticks_off(self, reminder_id: str) -> None: ...


@dataclass
class Subject:
    """An adapter, what stands behind it, and a look at the records there."""

    name: str
    crm: Crm
    behind: Behind
    records: Callable[[], Awaitable[list[SeenRecord]]]
    reminders: Callable[[], int]
    words: Callable[[Fault], list[str]]
    """The texts in the answer to a fault, any of which may be told."""


class InMemory:
    """The fake in memory, made to look like a server."""

    def __init__(self, *, finds: bool) -> None:
        self.crm = FakeCrm(gate=self._gate, finds=finds, takes_notes=True)
        self.faults: deque[Fault | Reply] = deque()
        self.write_faults: deque[Fault | Reply] = deque()  # see Feature.DELETES
        self.down = False
        self.slow_seconds = 3600.0
        self.at_a_wait: Callable[[], object] = lambda: None
        self.calls: list[str] = []
        self._cut_after = False

    def sales_acts(self, record_id: str) -> None:
        lead_id = self.crm.records[int(record_id)].lead_id
        self.crm.acted[lead_id] = FollowUpSeen(at=datetime.now(UTC))

    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        self.crm.records[int(record_id)].values[field] = value

    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        self.crm.records[int(record_id)].owner = owner

    def sales_deletes(self, record_id: str) -> None:
        raise NotImplementedError  # see Feature.DELETES

    def sales_ticks_off(self, reminder_id: str) -> None:
        del self.crm.reminders[reminder_id]

    async def records(self) -> list[SeenRecord]:
        return [
            SeenRecord(
                record_id=str(number),
                lead_id=record.lead_id,
                values=dict(record.values),
                owner=record.owner,
                status="",
                description="",
                notes=list(record.notes),
                do_not_contact=False,
            )
            for number, record in enumerate(self.crm.records)
        ]

    async def _gate(self, request: str) -> None:
        if request in ("crm.upserted", "crm.noted"):
            if self._cut_after:
                self._cut_after = False
                raise CrmOutcomeUnknownError("cut")
        elif request in ("crm.upsert", "crm.note"):
            self.calls.append(request)
            fault = self.faults.popleft() if self.faults else None
            self._cut_after = fault is Fault.CUT_AFTER
            if fault is Fault.SLOW:
                self.at_a_wait()
                await asyncio.sleep(self.slow_seconds)
            error = CrmUnavailableError("503") if self.down else ERRORS.get(fault)
            if error:
                raise error


ERRORS: dict[Fault | Reply | None, CrmError] = {
    Fault.UNAUTHORIZED: CrmCredentialsError("401"),
    Fault.THROTTLED: CrmUnavailableError("429", retry_after=timedelta(seconds=42)),
    Fault.THROTTLED_WITHOUT_WAIT: CrmUnavailableError("429"),
    Fault.UNAVAILABLE: CrmUnavailableError("503"),
    Fault.REJECTED: CrmRejectedError(REJECTION),
    Fault.CUT_BEFORE: CrmOutcomeUnknownError("cut"),
}


def in_memory(name: str) -> Subject:
    behind = InMemory(finds="blind" not in name)
    return Subject(
        name=name,
        crm=behind.crm,
        behind=behind,
        records=behind.records,
        reminders=lambda: len(behind.crm.reminders),
        words=lambda _fault: [REJECTION],
    )


def on_azurite(table: Table) -> Subject:
    async def records() -> list[SeenRecord]:
        found: dict[str, SeenRecord] = {}
        async for row in table.client.list_entities():
            lead_id = row["PartitionKey"]
            info = json.loads(row["CustomerInfo"])
            record = found.setdefault(
                lead_id,
                SeenRecord(
                    record_id=lead_id,
                    lead_id=lead_id,
                    values={ours: info[theirs] for theirs, ours in CUSTOMER_INFO.items()},
                    owner="",
                    status="",
                    description="",
                    notes=[],
                    do_not_contact=False,
                ),
            )
            record.notes.append(row["Description"])
        return list(found.values())

    return Subject(
        name="azure_table",
        crm=AzureTableCrm(table),
        behind=InMemory(finds=True),  # a table has nothing to be told
        records=records,
        reminders=lambda: 0,
        words=lambda _fault: [],
    )


@asynccontextmanager
async def on_a_socket(name: str) -> AsyncIterator[Subject]:
    """Run the fake of a CRM, with the adapter built as the app builds it."""
    async with fake_of(name)().running() as server:
        with environment(server.settings()):
            crm = ADAPTERS[name]()

        async def records() -> list[SeenRecord]:
            return server.records()

        try:
            yield Subject(
                name=name,
                crm=crm,
                behind=server,
                records=records,
                reminders=lambda: REMINDERS[name](server),
                words=lambda fault: texts(json.loads(bytes(server.fault_answer(fault).body))),
            )
        finally:
            await crm.close()


@contextmanager
def environment(settings: dict[str, str]) -> Iterator[None]:
    """Set the environment for a while."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def texts(value: object) -> list[str]:
    """Return all texts in a JSON value."""
    match value:
        case str():
            return [value]
        case list():
            return [text for part in value for text in texts(part)]
        case dict():
            return [text for part in value.values() for text in texts(part)]
        case _:
            return []


def having(*needed: Feature, lacking: Feature | None = None) -> pytest.MarkDecorator:
    """Run a case for each destination that has what it needs, and for no other."""
    names = [
        name
        for name, features in FEATURES.items()
        if features.issuperset(needed) and lacking not in features
    ]
    return pytest.mark.parametrize("world", names, indirect=True)


ANYWHERE = having()
