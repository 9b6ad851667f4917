"""Push samples to a running app, and find what became of them in its tables."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables.aio import TableServiceClient

from local.errors import LocalRunError
from samples import Push, Sample
from shared.domain.delivery import Delivery
from shared.domain.lead import Interest, Lead
from shared.ports.quarantine import QuarantineReason
from shared.storage.lead_rows import (
    DELIVERY_ROW,
    INTEREST_ROW,
    LEAD_ROW,
    read_delivery,
    read_interest,
    read_lead,
)

LEADS_PATH = "/api/leads"

ANSWER_SECONDS = 30
REST_SECONDS = 60
"""Far more than it takes: it is there for what never comes."""

LOOK_EVERY_SECONDS = 0.25
"""Each look reads whole tables, so it takes time from what is waited for."""

type Row = Any
"""An entity of the SDK."""

type RecordKey = tuple[str, str]
"""The name of a CRM, and an id that is unique there."""


class NoAnswerError(LocalRunError):
    """The app did not answer a push; see what it has printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of a push was told."""

    status: int
    submission_id: str = ""
    quarantine_id: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A sample and the answer to each of its pushes."""

    sample: Sample
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFound:
    """One customer as stored, with the number of rows, or of records, that were delivered."""

    lead: Lead
    interests: Sequence[Interest]
    deliveries: Sequence[Delivery]
    rows: int = 0

    @property
    def delivered(self) -> bool:
        """Tell whether no destination lacks anything of it."""
        return not any(d.is_behind(self.lead.version) for d in self.deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A body in quarantine."""

    reason: QuarantineReason
    faults: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one sample; ``kept`` is None for a push that is not in quarantine."""

    sample: Sample
    answers: tuple[Answer, ...]
    leads: tuple[LeadFound, ...]
    kept: tuple[Kept | None, ...]
    at_rest: bool


async def push(url: str, samples: Iterable[Sample]) -> list[Pushed]:
    """Push all samples over HTTP, side by side, each of them push by push.

    Raises ``NoAnswerError``.
    """
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS, limits=limits) as client:
        try:
            return await asyncio.gather(*(_push_sample(client, sample) for sample in samples))
        except httpx.HTTPError as error:
            raise NoAnswerError(f"{url} does not answer: {error!r}") from error


async def outcomes(
    connection: str,
    pushed: Sequence[Pushed],
    *,
    records: Callable[[], Iterable[RecordKey]] | None = None,
    within: float = REST_SECONDS,
) -> list[Outcome]:
    """Return what became of the samples once all are at rest, or what there is after a while.

    At rest is what was accepted and is recorded and delivered, and what was refused and is kept.
    ``records`` are those of CRMs; without it, rows of MarketplaceLeads are counted.
    """
    give_up_at = asyncio.get_running_loop().time() + within
    async with TableServiceClient.from_connection_string(connection) as tables:
        while True:
            leads, kept = await _leads(tables, records), await _kept(tables)
            found = [_outcome(one, leads, kept) for one in pushed]
            late = asyncio.get_running_loop().time() > give_up_at
            if late or all(outcome.at_rest for outcome in found):
                return found
            await asyncio.sleep(LOOK_EVERY_SECONDS)


async def _push_sample(client: httpx.AsyncClient, sample: Sample) -> Pushed:
    answers = [await _push(client, push) for push in sample.pushes]
    return Pushed(sample=sample, answers=tuple(answers))


async def _push(client: httpx.AsyncClient, push: Push) -> Answer:
    headers = {"Content-Type": push.content_type}
    answer = await client.post(LEADS_PATH, content=push.body, headers=headers)
    told = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    return Answer(
        status=answer.status_code,
        submission_id=told.get("submissionId", ""),
        quarantine_id=told.get("quarantineId", ""),
        warnings=tuple(told.get("warnings", ())),
    )


async def _leads(
    tables: TableServiceClient, records: Callable[[], Iterable[RecordKey]] | None
) -> list[LeadFound]:
    """Read all leads; what was delivered comes last, so none is missed."""
    partitions: dict[str, dict[str, Row]] = {}
    for row in await _rows(tables, "Leads"):
        partitions.setdefault(row["PartitionKey"], {})[row["RowKey"]] = row
    found = {lead_id: _lead_found(rows) for lead_id, rows in partitions.items() if LEAD_ROW in rows}
    if records is None:
        counted = Counter(row["PartitionKey"] for row in await _rows(tables, "MarketplaceLeads"))
        return [replace(lead, rows=counted[lead_id]) for lead_id, lead in found.items()]
    counted = Counter(records())
    return [replace(lead, rows=sum(counted[key] for key in _keys(lead))) for lead in found.values()]


def _keys(lead: LeadFound) -> list[RecordKey]:
    return [(d.destination, d.record.id) for d in lead.deliveries if d.record]


def _lead_found(rows: Mapping[str, Row]) -> LeadFound:
    return LeadFound(
        lead=read_lead(rows[LEAD_ROW]),
        interests=[read_interest(r) for key, r in rows.items() if key.startswith(INTEREST_ROW)],
        deliveries=[read_delivery(r) for key, r in rows.items() if key.startswith(DELIVERY_ROW)],
    )


async def _kept(tables: TableServiceClient) -> dict[str, Kept]:
    """Return what is in quarantine, by id."""
    return {
        row["quarantine_id"]: Kept(
            reason=QuarantineReason(row["reason"]),
            faults=row["faults"],
            body=b"".join(row[f"body_{number}"] for number in range(row["chunks"])),
        )
        for row in await _rows(tables, "Quarantine")
    }


async def _rows(tables: TableServiceClient, name: str) -> list[Row]:
    try:
        return [row async for row in tables.get_table_client(name).list_entities()]
    except ResourceNotFoundError:
        return []  # nothing has been written there yet


def _outcome(pushed: Pushed, leads: Iterable[LeadFound], kept: Mapping[str, Kept]) -> Outcome:
    by_submission = {i.submission.submission_id: lead for lead in leads for i in lead.interests}
    ours = [by_submission.get(answer.submission_id) for answer in pushed.answers]
    found = {lead.lead.lead_id: lead for lead in ours if lead is not None}
    in_quarantine = [kept.get(a.quarantine_id or a.submission_id) for a in pushed.answers]
    settled = [
        (lead is not None and lead.delivered) or body is not None
        for lead, body in zip(ours, in_quarantine, strict=True)
    ]
    return Outcome(
        sample=pushed.sample,
        answers=pushed.answers,
        leads=tuple(found.values()),
        kept=tuple(in_quarantine),
        at_rest=all(settled),
    )
