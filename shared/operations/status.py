"""``leads status``: what waits, what is stuck, and when something last happened."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import asdict
from datetime import datetime, timedelta

from shared import VERSION
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.domain.troubles import Cause
from shared.operations.awaiting import AwaitingView, awaiting
from shared.operations.listing import IS_IN, ROWS, LeadState
from shared.operations.rules import AppliedView, NotInForceView, show_rules, why_not
from shared.operations.stores import Stores
from shared.operations.views import View
from shared.operations.words import counted, one_line
from shared.ports.index import Doing
from shared.ports.queue import POISON_QUEUE, QUEUE
from shared.ports.reading import Listing

QUEUES = (QUEUE, POISON_QUEUE)
DAY = timedelta(days=1)
SWEEPS_EVERY = timedelta(minutes=15)
"""Thrice the default schedule; a sweep that is longer ago has probably stopped."""

TROUBLES = {
    Doing.DELIVER: "rejects the app, so leads wait",
    Doing.ASK: "can't be asked about all leads, so follow-ups are not seen",
}

UNREACHABLE = "has taken no lead for an hour or more, so leads wait"

MOST_CHECKED = 20
"""Listed leads that are read to see whether the list is right; more are counted as listed."""


class QueueView(View):
    """A queue: about how many messages, and since when the first that can be seen has waited."""

    name: str
    messages: int
    oldest_at: datetime | None


class LeadCounts(View):
    """Leads that came and that somebody or something must still deal with; test leads apart.

    ``due`` are those that the sweep will look at again: waiting for follow-up, pending, or overdue
    where the CRM can be asked. They are counted as the index lists them, overdue and parked ones
    exactly if they are few.
    """

    last_24_hours: int
    due: int
    overdue: int
    parked: int
    test: int


class LastSweepView(View):
    """When the last sweep was and what it did."""

    at: datetime
    counts: dict[str, int]


class TroubleView(View):
    """A destination that can't be delivered to, or asked: ``doing`` is which of the two."""

    destination: str
    doing: Doing
    reason: str
    at: datetime
    cause: Cause = Cause.UNKNOWN


class RetiredView(View):
    """A destination that the app's settings name no longer, and how many leads went there."""

    destination: str
    leads: int


class StatusView(View):
    """All of ``leads status``; ``warnings`` are what somebody should look at."""

    version: str
    queues: list[QueueView]
    leads: LeadCounts
    quarantined: int
    outbox: int
    last_lead_at: datetime | None
    last_sweep: LastSweepView | None
    troubles: list[TroubleView]
    retired: list[RetiredView]
    warnings: list[str]
    rules: AppliedView | None
    rules_not_in_force: NotInForceView | None
    awaiting: AwaitingView


async def status(stores: Stores, rules: Rules | None = None) -> StatusView:
    """Return what is going on; by rules with teams, also how many leads nobody owns."""
    now = stores.clock()
    lists = stores.lists
    known = await stores.index.known_destinations()
    in_use = InUse(known.in_use if known else None)
    retired = sorted(known.retired) if known else []
    async with asyncio.TaskGroup() as group:
        queues = [group.create_task(_queue(stores, name)) for name in QUEUES]
        came = group.create_task(_all(lists.ids(Listing.RECENT, since=now - DAY)))
        due = group.create_task(_length(lists.ids(Listing.DUE)))
        test = group.create_task(_all(lists.ids(Listing.TEST)))
        overdue = group.create_task(_count(stores, LeadState.OVERDUE, in_use))
        parked = group.create_task(_count(stores, LeadState.PARKED, in_use, without=retired))
        quarantined = group.create_task(_length(stores.quarantine.entries(state="held")))
        outbox = group.create_task(stores.outbox.count())
        left = [group.create_task(_retired(stores, name)) for name in retired]
        heartbeat = group.create_task(lists.heartbeat())
        troubles = group.create_task(stores.index.troubles())
        ruling = group.create_task(show_rules(stores.rules))
        teams = rules is not None and bool(rules.teams)
        answers = group.create_task(awaiting(stores, now, teams=teams))
    swept = heartbeat.result()
    tests = test.result()
    view = StatusView(
        version=VERSION,
        queues=[queue.result() for queue in queues],
        leads=LeadCounts(
            last_24_hours=len(came.result() - tests),
            due=due.result(),
            overdue=overdue.result(),
            parked=parked.result(),
            test=len(tests),
        ),
        quarantined=quarantined.result(),
        outbox=outbox.result(),
        last_lead_at=await lists.newest_at(without=tests),
        last_sweep=LastSweepView(at=swept[0], counts=swept[1]) if swept else None,
        troubles=[
            TroubleView(**asdict(trouble))
            for trouble in troubles.result()
            if not in_use.retired([trouble.destination])
        ],
        retired=[one.result() for one in left],
        warnings=[],
        rules=ruling.result().in_force,
        rules_not_in_force=ruling.result().not_in_force,
        awaiting=answers.result(),
    )
    return view.model_copy(update={"warnings": warnings(view, now)})


def warnings(view: StatusView, now: datetime) -> list[str]:
    """Return what somebody should look at, each with the command that shows it."""
    overdue = counted(view.leads.overdue, "lead is", "leads are")
    parked = counted(view.leads.parked, "lead is", "leads are")
    held = counted(view.quarantined, "body is", "bodies are")
    unqueued = counted(view.outbox, "push is", "pushes are")
    unowned = view.awaiting.unowned or 0
    untold = counted(view.awaiting.held_up, "notice")
    swept_at = view.last_sweep.at if view.last_sweep else None
    faults = view.last_sweep.counts.get("faults", 0) if view.last_sweep else 0
    sign = swept_at or view.last_lead_at
    since = f"since {swept_at:%Y-%m-%d %H:%M} UTC" if swept_at else "yet"
    told = {
        f"no sweep {since}: does nurture_timer run?": (
            sign is not None and now - sign > SWEEPS_EVERY
        ),
        f"the last sweep had {counted(faults, 'fault')} of the app: see the errors in the log of"
        " nurture_timer": faults > 0,
        f"{overdue} overdue: see `leads list --state overdue`": view.leads.overdue > 0,
        f"{counted(unowned, 'lead awaits', 'leads await')} an answer without an owner: see"
        " `leads list --state unowned`": unowned > 0,
        f"{untold} could not be sent for an hour or more: see `leads check`": (
            view.awaiting.held_up > 0
        ),
        f"{parked} parked: see `leads list --state parked`": view.leads.parked > 0,
        f"{held} in quarantine: see `leads quarantine list`": view.quarantined > 0,
        f"{unqueued} in the outbox: could the queue be written?": view.outbox > 0,
        f"{POISON_QUEUE} is not empty: does quarantine_poison run?": any(
            queue.messages for queue in view.queues if queue.name == POISON_QUEUE
        ),
    }
    return [
        *(refusal(trouble) for trouble in view.troubles),
        *(why_not(file) for file in [view.rules_not_in_force] if file),
        *(warning for warning, holds in told.items() if holds),
    ]


def refusal(trouble: TroubleView) -> str:
    """Return why a destination takes nothing, what waits, and the command that tells more."""
    last = f"{trouble.at:%Y-%m-%d %H:%M} UTC"
    down = trouble.doing is Doing.DELIVER and trouble.cause is Cause.UNREACHABLE
    does = UNREACHABLE if down else TROUBLES[trouble.doing]
    return (
        f"{trouble.destination} {does} (last at {last}): {one_line(trouble.reason)};"
        " see `leads check`"
    )


async def _queue(stores: Stores, name: str) -> QueueView:
    return QueueView(name=name, **asdict(await stores.queues.of(name)))


async def _retired(stores: Stores, destination: str) -> RetiredView:
    leads = await _length(stores.histories.with_delivery(destination))
    return RetiredView(destination=destination, leads=leads)


async def _count(
    stores: Stores, state: LeadState, in_use: InUse, *, without: Collection[str] = ()
) -> int:
    """Count leads of a list, off which the sweep takes only later what was dealt with."""
    ids = [one async for one in stores.lists.ids(ROWS[state], without=without)]
    if len(ids) > MOST_CHECKED:
        return len(ids)
    return sum(IS_IN[state](stored, in_use) for stored in await stores.read(ids))


async def _all(found: AsyncIterator[str]) -> frozenset[str]:
    return frozenset([one async for one in found])


async def _length[T](found: AsyncIterator[T]) -> int:
    return sum([1 async for _ in found])
