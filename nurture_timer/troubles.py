"""Tell people of troubles, and that they are over (rules D2 and D3)."""

from collections.abc import Iterable, Iterator, Sequence

from nurture_timer.announcing import AnnouncingPorts, Sending
from nurture_timer.faults import Faults
from nurture_timer.seeing import Sight
from nurture_timer.trouble_words import Seen, message_of
from shared.domain.rules import ChannelKind, ChannelRef, Rules
from shared.domain.troubles import (
    OF_DESTINATION,
    ToldTrouble,
    TroubleKind,
    claimed,
    meet,
    to_end,
    to_forget,
    to_tell,
    told,
)
from shared.notices.resolving import Resolved, to_team


async def tell_seen(
    sight: Sight, rules: Rules, ports: AnnouncingPorts, sending: Sending, faults: Faults
) -> None:
    """Tell of what is there, then of what is over; what is held by another is left to them."""
    now = ports.clock()
    known = {(row.kind, row.subject): row for row in await ports.announcements.troubles()}
    here = {each.key: each for each in sight.seen}
    for key, each in here.items():
        before = known.get(key) or ToldTrouble(
            kind=each.kind, subject=each.subject, since=now, seen_at=now
        )
        if not before.is_held(now):
            with faults.of(f"nobody is told of a trouble: {each.kind} {each.subject}"):
                await _meet(before, each, rules, ports, sending)
    for key, before in known.items():
        if key not in here and before.kind not in sight.hidden and not before.is_held(now):
            with faults.of(f"nobody is told that a trouble is over: {before.kind}"):
                await _miss(before, rules, ports, sending)


async def _meet(
    before: ToldTrouble, seen: Seen, rules: Rules, ports: AnnouncingPorts, sending: Sending
) -> None:
    now = ports.clock()
    met = meet(before, now)
    if not to_tell(met, now):
        await ports.announcements.put_trouble(met)
        return
    await _tell(met, seen, rules, ports, sending)


async def _miss(
    before: ToldTrouble, rules: Rules, ports: AnnouncingPorts, sending: Sending
) -> None:
    now = ports.clock()
    of_retired = before.kind in OF_DESTINATION and ports.in_use.retired([before.subject])
    if to_end(before, now) and not of_retired:
        await _tell(before, None, rules, ports, sending)
    elif of_retired or to_forget(before, now):
        await ports.announcements.forget_trouble(before)


async def _tell(
    trouble: ToldTrouble,
    seen: Seen | None,
    rules: Rules,
    ports: AnnouncingPorts,
    sending: Sending,
) -> None:
    """Claim, send and mark; what nobody took is tried again when the claim ends."""
    ways = ways_to_tell(rules, but=_channel_of(trouble))
    if not sending.has_time or not any(ways):
        return
    mine = await ports.announcements.put_trouble(claimed(trouble, ports.new_id(), ports.clock()))
    if mine is None:
        return
    if await sending.to_first(message_of(trouble, seen), ways):
        marked = told(mine, ports.clock(), over=seen is None)
        await ports.announcements.put_trouble(marked)


def _channel_of(trouble: ToldTrouble) -> str:
    return trouble.subject if trouble.kind is TroubleKind.CHANNEL else ""


def ways_to_tell(rules: Rules, *, but: str) -> Sequence[Sequence[Resolved]]:
    """Return where troubles go: the default channel, and if it takes none, those of all teams.

    The channel ``but`` is left out, whatever else it is called; so are tasks in a CRM: they are for
    single leads.
    """
    default = to_team(rules, None)
    teams = [to_team(rules, team) for team in rules.teams.values()]
    bad = [rules.channels[but]] if but in rules.channels else []
    first = list(_usable([default], bad))
    others = _usable(teams, (*bad, *(each.channel for each in first)))
    return [first, list(others)]


def _usable(ways: Iterable[Resolved | None], but: Iterable[ChannelRef]) -> Iterator[Resolved]:
    """Yield each place once."""
    seen = list(but)
    for way in ways:
        if way and way.channel.kind is not ChannelKind.CRM and not _is_among(way.channel, seen):
            seen.append(way.channel)
            yield way


def _is_among(channel: ChannelRef, others: Iterable[ChannelRef]) -> bool:
    return any(channel.is_same_place(other) for other in others)
