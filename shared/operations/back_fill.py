"""Give a destination the leads that it lacks, those from before a setting named it.

Each lead first gets its delivery, which is due at its turn, and then a message that shows at that
time. So whoever breaks off loses nothing, and who begins again goes on with those that still lack
it; what is under way is left alone.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from shared.domain.delivery import Delivery
from shared.domain.envelope import Deliver
from shared.domain.lead import Lead
from shared.domain.rules import Rules
from shared.operations.errors import RefusedError
from shared.operations.listing import listed
from shared.operations.stores import AT_A_TIME, Stores
from shared.ports.leads import LeadChange, StoredLead

MINUTE = timedelta(minutes=1)

LONGEST = timedelta(days=6)
"""A message can be hidden for seven days, see
https://learn.microsoft.com/rest/api/storageservices/put-message
"""


@dataclass(slots=True)
class BackFill:
    """What a destination lacks: ``lacking`` are lead ids, newest first.

    ``tests``, and what by the rules goes ``elsewhere``, stay out.
    """

    destination: str
    lacking: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    there: int = 0
    under_way: int = 0
    parked: int = 0
    elsewhere: int = 0


async def look(
    stores: Stores, destination: str, *, since: datetime | None, rules: Rules
) -> BackFill:
    """Return what a destination lacks of the leads first received since a time.

    Raises ``RefusedError`` if the app would not deliver to it.
    """
    in_use = await _check_in_use(stores, destination)
    by_rule = {rule.name: in_use.intersection(rule.destinations) for rule in rules.rules}
    found = BackFill(destination)
    now = stores.clock()
    async for stored in listed(stores, since=since):
        if stored.lead.merged_into:
            continue  # the lead that it is part of has all of it
        if destination not in stored.deliveries and _goes_elsewhere(stored.lead, found, by_rule):
            found.elsewhere += 1
        else:
            _sort(stored, found, now)
    return found


async def carry_out(stores: Stores, found: BackFill, *, per_minute: int) -> AsyncIterator[str]:
    """Queue what was found, so many a minute, and yield the id of each lead that was.

    Raises ``RefusedError`` if it would take too long.
    """
    pace = MINUTE / per_minute
    if pace * len(found.lacking) > LONGEST:
        least = -(-len(found.lacking) * MINUTE // LONGEST)
        raise RefusedError(
            f"that would take more than {LONGEST.days} days: use --per-minute {least} or more,"
            " or --since to begin with newer leads"
        )
    starts_at = stores.clock()
    turns = ((lead_id, starts_at + n * pace) for n, lead_id in enumerate(found.lacking))
    for some in batched(turns, AT_A_TIME, strict=False):
        queued = (_queue(stores, lead_id, found.destination, at) for lead_id, at in some)
        for (lead_id, _), done in zip(some, await asyncio.gather(*queued), strict=True):
            if done:
                yield lead_id


async def _check_in_use(stores: Stores, destination: str) -> frozenset[str]:
    """Return the destinations in use."""
    names = (await stores.in_use()).names
    if names is None:
        raise RefusedError(
            "no sweep of this version has said yet which destinations the app has: try again after"
            " the next sweep"
        )
    if destination not in names:
        raise RefusedError(
            f"as of its last sweep, the app delivers to {', '.join(sorted(names)) or 'nothing'},"
            f" not to {destination}: name it in CRM first, and wait for the next sweep"
        )
    return names


def _goes_elsewhere(lead: Lead, found: BackFill, by_rule: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether the rules of all that the customer did name other destinations in use."""
    named = [by_rule.get(rule, frozenset()) for rule in lead.rules.values()]
    return bool(named) and all(some and found.destination not in some for some in named)


def _sort(stored: StoredLead, found: BackFill, now: datetime) -> None:
    delivery = stored.deliveries.get(found.destination)
    version = stored.lead.version
    if delivery is None:
        new = found.tests if stored.lead.test else found.lacking
        new.append(stored.lead.lead_id)
    elif delivery.delivered_version >= version:
        found.there += 1
    elif delivery.parked_version == version:
        found.parked += 1
    elif _is_under_way(delivery, now):
        found.under_way += 1
    else:
        found.lacking.append(stored.lead.lead_id)


def _is_under_way(delivery: Delivery, now: datetime) -> bool:
    waits = delivery.next_attempt_at is not None and now < delivery.next_attempt_at
    return waits or delivery.held_until(now) is not None


async def _queue(stores: Stores, lead_id: str, destination: str, due_at: datetime) -> bool:
    """Write the delivery, then send its message; False if it needs none any more."""
    now = stores.clock()

    def decide(before: StoredLead) -> LeadChange | None:
        if destination in before.deliveries:
            return None
        new = Delivery(destination=destination, next_attempt_at=due_at)
        return LeadChange(before=before, lead=before.lead, at=now, deliveries={destination: new})

    stored = await stores.leads.read(lead_id)
    after = await stores.writer.change(stored, decide) if stored else None
    delivery = after.deliveries[destination] if after else None
    if after is None or delivery is None or not delivery.is_behind(after.lead.version):
        return False
    await stores.queue.send(Deliver(lead_id=lead_id).to_text(), max(due_at - now, timedelta(0)))
    return True
