"""``leads status``: what waits, what is stuck, and when something last happened."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from azure.core.exceptions import AzureError, ResourceNotFoundError

from ops.desk import Desk
from ops.lead_tables import IndexRows
from ops.views import View
from shared import bootstrap
from shared.adapters.azure_storage.account import unavailable

QUEUES = (bootstrap.QUEUE, bootstrap.POISON_QUEUE)
DAY = timedelta(days=1)
SWEEPS_EVERY = timedelta(minutes=15)
"""Thrice the default schedule; a sweep that is longer ago has probably stopped."""


class QueueView(View):
    """A queue: about how many messages, and since when the first that can be seen has waited."""

    name: str
    messages: int
    oldest_at: datetime | None


class LeadCounts(View):
    """Leads as the index lists them; a lead may be in several.

    ``due`` are those that the sweep will look at again: waiting for follow-up, or pending. A lead
    that was dealt with can count as overdue or parked for some hours.
    """

    last_24_hours: int
    due: int
    overdue: int
    parked: int
    test: int


class SweepView(View):
    """The last sweep and what it did."""

    at: datetime
    counts: dict[str, int]


class StatusView(View):
    """All of ``leads status``; ``warnings`` are what somebody should look at."""

    queues: list[QueueView]
    leads: LeadCounts
    quarantined: int
    outbox: int
    last_lead_at: datetime | None
    last_sweep: SweepView | None
    warnings: list[str]


async def status(desk: Desk) -> StatusView:
    """Return what is going on."""
    queues = await asyncio.gather(*(_queue(name) for name in QUEUES))
    now = desk.clock()
    last_24_hours, *counts = await asyncio.gather(
        _length(desk.lists.ids(IndexRows.RECENT, since=now - DAY)),
        *(
            _length(desk.lists.ids(rows))
            for rows in (IndexRows.DUE, IndexRows.OVERDUE, IndexRows.PARKED, IndexRows.TEST)
        ),
    )
    due, overdue, parked, test = counts
    leads = LeadCounts(
        last_24_hours=last_24_hours, due=due, overdue=overdue, parked=parked, test=test
    )
    quarantined = await _length(desk.quarantine.entries(state="held"))
    outbox = len(await bootstrap.outbox().waiting(limit=1000))
    heartbeat = await desk.lists.heartbeat()
    last_sweep = SweepView(at=heartbeat[0], counts=heartbeat[1]) if heartbeat else None
    view = StatusView(
        queues=queues,
        leads=leads,
        quarantined=quarantined,
        outbox=outbox,
        last_lead_at=await desk.lists.newest_at(),
        last_sweep=last_sweep,
        warnings=[],
    )
    return view.model_copy(update={"warnings": _warnings(view, now)})


def _warnings(view: StatusView, now: datetime) -> list[str]:
    leads = view.leads
    swept_at = view.last_sweep.at if view.last_sweep else None
    sign = swept_at or view.last_lead_at
    told = {
        f"no sweep since {swept_at or 'the beginning'}: does nurture_timer run?": (
            sign is not None and now - sign > SWEEPS_EVERY
        ),
        f"{leads.overdue} leads are overdue: see `leads list --state overdue`": leads.overdue > 0,
        f"{leads.parked} deliveries are parked: see `leads list --state parked`": leads.parked > 0,
        f"{view.quarantined} bodies are in quarantine: see `leads quarantine list`": (
            view.quarantined > 0
        ),
        f"{view.outbox} pushes are in the outbox: could the queue be written?": view.outbox > 0,
        f"{bootstrap.POISON_QUEUE} is not empty: does quarantine_poison run?": any(
            queue.messages for queue in view.queues if queue.name == bootstrap.POISON_QUEUE
        ),
    }
    return [warning for warning, holds in told.items() if holds]


async def _queue(name: str) -> QueueView:
    client = bootstrap.storage().queue(name)
    try:
        properties = await client.get_queue_properties()
        first = await client.peek_messages(max_messages=1)
    except ResourceNotFoundError:
        return QueueView(name=name, messages=0, oldest_at=None)
    except AzureError as error:
        raise unavailable(error) from error
    return QueueView(
        name=name,
        messages=properties.approximate_message_count or 0,
        oldest_at=first[0].inserted_on if first else None,
    )


async def _length[T](found: AsyncIterator[T]) -> int:
    return sum([1 async for _ in found])
