"""What the sweep tells by itself, in memory, and the lists that it reads for that."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from shared.domain.troubles import ToldTrouble
from shared.ports.announcing import GivenUp, ToldDigest
from shared.ports.index import StateKind
from shared.ports.reading import Entry, EntryState, Listing
from tests.fakes import FakeLeadIndex, Gate, open_gate


@dataclass
class FakeAnnouncements:
    """The port ``Announcements``."""

    gate: Gate = open_gate
    digests: dict[str, ToldDigest] = field(default_factory=dict)
    told: dict[tuple[str, str], ToldTrouble] = field(default_factory=dict)
    unsent: dict[str, GivenUp] = field(default_factory=dict)
    written: int = 0

    async def digest(self, team: str) -> ToldDigest:
        await self.gate("announcements.digest")
        return self.digests.get(team, ToldDigest(team=team))

    async def put_digest(self, digest: ToldDigest) -> ToldDigest | None:
        await self.gate("announcements.put_digest")
        known = self.digests.get(digest.team)
        if (known.etag if known else "") != digest.etag:
            return None
        self.digests[digest.team] = replace(digest, etag=self._etag())
        await self.gate("announcements.digest_put")
        return self.digests[digest.team]

    async def troubles(self) -> Sequence[ToldTrouble]:
        await self.gate("announcements.troubles")
        return [self.told[key] for key in sorted(self.told)]

    async def put_trouble(self, trouble: ToldTrouble) -> ToldTrouble | None:
        await self.gate("announcements.put_trouble")
        if not self._is_as_read(trouble):
            return None
        key = (trouble.kind, trouble.subject)
        self.told[key] = replace(trouble, etag=self._etag())
        await self.gate("announcements.trouble_put")
        return self.told[key]

    async def forget_trouble(self, trouble: ToldTrouble) -> None:
        await self.gate("announcements.forget_trouble")
        if self._is_as_read(trouble):
            self.told.pop((trouble.kind, trouble.subject), None)

    async def given_up(self) -> Sequence[GivenUp]:
        await self.gate("announcements.given_up")
        return [self.unsent[key] for key in sorted(self.unsent)]

    async def put_given_up(self, given_up: GivenUp) -> None:
        await self.gate("announcements.put_given_up")
        self.unsent[given_up.channel] = given_up

    async def forget_given_up(self, channel: str) -> None:
        await self.gate("announcements.forget_given_up")
        self.unsent.pop(channel, None)

    def _is_as_read(self, trouble: ToldTrouble) -> bool:
        known = self.told.get((trouble.kind, trouble.subject))
        return (known.etag if known else "") == trouble.etag

    def _etag(self) -> str:
        self.written += 1
        return str(self.written)


@dataclass
class FakeLeadLists:
    """The port ``LeadLists`` over an index in memory, as far as the sweep reads it."""

    index: FakeLeadIndex
    gate: Gate = open_gate

    async def ids(
        self,
        listing: Listing,
        *,
        since: datetime | None = None,
        without: Collection[str] = (),
    ) -> AsyncIterator[str]:
        await self.gate("lists.ids")
        for at, lead_id, destination in sorted(self._rows(listing), reverse=True):
            if destination not in without and (since is None or at > since):
                yield lead_id

    def _rows(self, listing: Listing) -> list[tuple[datetime, str, str]]:
        if listing is Listing.RECENT:
            return [(at, lead_id, "") for at, lead_id in self.index.recent]
        kind = StateKind(listing)
        rows = [row for row in self.index.states.values() if row.kind is kind]
        return [(row.since, row.lead_id, row.destination) for row in rows if row.since]

    async def newest_at(self, *, without: Collection[str]) -> datetime | None:
        await self.gate("lists.newest_at")
        times = [at for at, lead_id in self.index.recent if lead_id not in without]
        return max(times, default=None)

    async def heartbeat(self) -> tuple[datetime, dict[str, int]] | None:
        await self.gate("lists.heartbeat")
        if self.index.heartbeat is None:
            return None
        at, swept = self.index.heartbeat
        return at, asdict(swept) | {"faults": swept.faults + self.index.announcing_faults}


@dataclass
class FakeEntries:
    """The port ``QuarantineEntries``, as far as entries are listed."""

    kept: list[Entry] = field(default_factory=list)
    gate: Gate = open_gate

    async def entries(
        self, *, state: EntryState | None = None, since: datetime | None = None
    ) -> AsyncIterator[Entry]:
        await self.gate("quarantine.entries")
        for entry in self.kept:
            if (state is None or entry.state == state) and (
                since is None or entry.received_at >= since
            ):
                yield entry

    async def like(self, start: str, *, most: int) -> Sequence[Entry]:
        await self.gate("quarantine.like")
        return [entry for entry in self.kept if entry.quarantine_id.startswith(start)][:most]

    async def decide(self, entry: Entry, state: EntryState, *, note: str, at: datetime) -> bool:
        await self.gate("quarantine.decide")
        self.kept = [
            replace(one, state=state, note=note, decided_at=at) if one == entry else one
            for one in self.kept
        ]
        return True
