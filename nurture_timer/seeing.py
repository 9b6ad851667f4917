"""See which troubles there are (rule D3): from what is stored, by few and bounded reads."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from nurture_timer.announcing import AnnouncingPorts, read_known
from nurture_timer.faults import Faults
from nurture_timer.trouble_words import Seen
from shared.domain.troubles import Cause, TroubleKind
from shared.ports.index import Doing, Trouble
from shared.ports.leads import LeadStore
from shared.ports.reading import Listing

MOST_LISTED = 1_000
MOST_PARKED = 20
"""Leads that are read a destination: the index lists some that are parked no longer."""

MOST_NEWEST = 50
"""Leads that are asked for the newest push: known customers are no new leads."""

MOST_HELD = 100
HELD_SINCE = timedelta(days=14)
GIVEN_UP_WITHIN = timedelta(days=1)
MOST_FAULTS = 3

KINDS = {
    Cause.CREDENTIALS: TroubleKind.CREDENTIALS,
    Cause.SETTINGS: TroubleKind.SETTINGS,
    Cause.UNREACHABLE: TroubleKind.UNREACHABLE,
}


class Sight(NamedTuple):
    """The troubles that there are now; of the kinds that are ``hidden``, nobody can tell."""

    seen: Sequence[Seen]
    hidden: Collection[TroubleKind]


async def see(ports: AnnouncingPorts, faults: Faults) -> Sight:
    """Look for troubles of every kind; one that can't be looked for hides no other."""
    now = ports.clock()
    seen: list[Seen] = []
    hidden: set[TroubleKind] = set()
    for look, kinds in LOOKS.items():
        try:
            seen += [each async for each in look(ports, now)]
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are looked for
            faults.note(f"nobody is told of troubles of these kinds: {', '.join(kinds)}", error)
            hidden |= {*kinds}
    return Sight(seen, hidden)


async def _parked(ports: AnnouncingPorts, _now: datetime) -> AsyncIterator[Seen]:
    rows = await ports.index.parked_rows(limit=MOST_LISTED)
    named = {row.destination for row in rows}
    for destination in sorted(named - ports.in_use.retired(named)):
        newest = [row.lead_id for row in rows if row.destination == destination][:MOST_PARKED]
        if await _is_parked(newest, destination, ports.leads):
            yield Seen(kind=TroubleKind.PARKED, subject=destination)


async def _is_parked(lead_ids: Sequence[str], destination: str, leads: LeadStore) -> bool:
    """Tell whether a delivery is parked of at least one lead that is listed so."""
    for lead_id in lead_ids:
        stored = await read_known(leads, lead_id)
        delivery = stored.deliveries.get(destination) if stored else None
        if stored and delivery and delivery.parked_version == stored.lead.version:
            return True
    return False


async def _held(ports: AnnouncingPorts, now: datetime) -> AsyncIterator[Seen]:
    count = 0
    async for _ in ports.quarantine.entries(state="held", since=now - HELD_SINCE):
        count += 1
        if count == MOST_HELD:
            break
    if count:
        told = f"{count} or more" if count == MOST_HELD else f"{count}"
        yield Seen(kind=TroubleKind.QUARANTINE, subject="", detail=f"Held: {told}.")


async def _silence(ports: AnnouncingPorts, now: datetime) -> AsyncIterator[Seen]:
    if ports.silence_after is None:
        return
    newest = await ports.lists.newest_at(without=())
    if newest is None or now - newest <= ports.silence_after:
        return
    newest = max([newest, *[at async for at in _pushes(ports)]])
    if now - newest > ports.silence_after:
        yield Seen(kind=TroubleKind.SILENCE, subject="", since=newest)


async def _pushes(ports: AnnouncingPorts) -> AsyncIterator[datetime]:
    """Yield when the newest leads were last heard of."""
    left = MOST_NEWEST
    async for lead_id in ports.lists.ids(Listing.RECENT):
        stored = await read_known(ports.leads, lead_id)
        for interest in stored.lead.interests if stored else ():
            yield interest.last.received_at
        left -= 1
        if not left:
            return


async def _given_up(ports: AnnouncingPorts, now: datetime) -> AsyncIterator[Seen]:
    """Yield the channels that notices were given up by; older rows are deleted."""
    for row in await ports.announcements.given_up():
        if now - row.at > GIVEN_UP_WITHIN:
            await ports.announcements.forget_given_up(row.channel)
        else:
            yield Seen(
                kind=TroubleKind.CHANNEL,
                subject=row.channel,
                channel=row.channel,
                detail=f"The last failed so: {row.reason}" if row.reason else "",
            )


async def _rules(ports: AnnouncingPorts, _now: datetime) -> AsyncIterator[Seen]:
    file = await ports.rules_store.not_in_force()
    if file is not None and file.faults:
        shown = "; ".join(file.faults[:MOST_FAULTS])
        yield Seen(
            kind=TroubleKind.RULES, subject="", detail=f"Faults: {shown}", since=file.seen_at
        )


async def _faults(ports: AnnouncingPorts, _now: datetime) -> AsyncIterator[Seen]:
    heartbeat = await ports.lists.heartbeat()
    if heartbeat is not None and heartbeat[1].get("faults"):
        yield Seen(kind=TroubleKind.FAULT, subject="")


async def _destinations(ports: AnnouncingPorts, _now: datetime) -> AsyncIterator[Seen]:
    troubles = await ports.index.troubles()
    retired = ports.in_use.retired({trouble.destination for trouble in troubles})
    for trouble in troubles:
        if trouble.destination not in retired:
            yield Seen(kind=_kind(trouble), subject=trouble.destination)


def _kind(trouble: Trouble) -> TroubleKind:
    """Return the kind; a row of an older version tells only whether it is about a person."""
    refused = TroubleKind.CREDENTIALS
    unknown = refused if trouble.doing is Doing.DELIVER else TroubleKind.UNREACHABLE
    return KINDS.get(trouble.cause, unknown)


LOOKS: dict[Callable[[AnnouncingPorts, datetime], AsyncIterator[Seen]], Collection[TroubleKind]] = {
    _parked: {TroubleKind.PARKED},
    _held: {TroubleKind.QUARANTINE},
    _silence: {TroubleKind.SILENCE},
    _given_up: {TroubleKind.CHANNEL},
    _rules: {TroubleKind.RULES},
    _destinations: set(KINDS.values()),
    _faults: {TroubleKind.FAULT},
}
"""How troubles are looked for, and the kinds that are found so."""
