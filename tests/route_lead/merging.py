"""Two leads of one customer in the app of the tests, and somebody who merges them."""

from dataclasses import dataclass, field

from route_lead.changes import record
from shared.committing import commit
from shared.domain.envelope import Push
from shared.domain.identity import dedupe_key
from shared.domain.lead import Lead
from shared.intake.parse import parse
from shared.operations.merging import Merge, merge
from shared.ports.leads import EventKind, LeadChange, StoredLead
from tests.fakes import Gate, open_gate
from tests.office import Office
from tests.route_lead.relay import RULES, push

PHONE, MAIL = "+49 30 123456", "zoe@fabrikam.example"


def by_phone(number: int, offer: str = "") -> Push:
    """Return a push that has the key of the lead that is merged."""
    return push(number, offer=offer, Phone=PHONE)


def by_mail(number: int, offer: str = "") -> Push:
    """Return a push that has the key of the lead that stays."""
    return push(number, offer=offer, Email=MAIL)


@dataclass
class TwoLeads:
    """A customer who is two leads: one known by phone, one by mail."""

    office: Office = field(default_factory=Office)

    async def begun(self, *, drain: bool = True) -> "TwoLeads":
        """Let the customer come by phone, then by mail; both are delivered in the end."""
        await self.office.relay.host(by_phone(1))
        await self.office.relay.host(by_mail(2))
        if drain:
            await self.office.relay.drain()
        self.by_phone, self.by_mail = self.office.relay.leads.partitions
        return self

    async def merged(self, gate: Gate = open_gate) -> Merge:
        self.office.guard(gate)
        try:
            return await merge(await self.office.merging(), self.by_phone, self.by_mail)
        finally:
            self.office.guard(open_gate)

    async def commit(self, change: LeadChange) -> None:
        await commit(self.office.relay.leads, self.office.relay.index, change)

    async def recorded_by_an_older_version(self, came: Push) -> None:
        """Record a push on the lead that has its key, as version dc2ca93 does."""
        app = self.office.relay
        parsed = parse(
            came.body,
            came.content_type,
            submission_id=came.submission_id,
            received_at=came.received_at,
        )
        change = record(
            self.stored(self.by_phone),
            parsed,
            lead_id=self.by_phone,
            key=dedupe_key(parsed),
            body=came.body,
            content_type=came.content_type,
            rules=RULES,
            now=app.clock(),
        )
        await self.commit(change)

    def stored(self, lead_id: str) -> StoredLead:
        return self.office.relay.leads.partitions[lead_id].stored

    @property
    def gone(self) -> Lead:
        """Return the lead that was known by phone."""
        return self.stored(self.by_phone).lead

    @property
    def kept(self) -> Lead:
        """Return the lead that is known by mail."""
        return self.stored(self.by_mail).lead

    def notes(self, lead_id: str) -> list[str]:
        """Return what the records of a lead were told, all of them."""
        records = [r for r in self.office.relay.crm.records if r.lead_id == lead_id]
        return [note for record in records for note in record.notes]

    def told(self, lead_id: str) -> list[EventKind]:
        events = self.office.relay.leads.partitions[lead_id].events
        return [event.kind for _, event in sorted(events.items())]

    def assert_merged(self, *submissions: str) -> None:
        """Check that all of the customer is on one lead, and that each record is told once."""
        app = self.office.relay
        partition = app.leads.partitions[self.by_mail]
        assert sorted(partition.interests) == sorted(submissions)
        assert self.kept.submissions == len(submissions)
        assert (self.gone.merged_into, self.kept.merged_from) == (self.by_mail, (self.by_phone,))
        for stored in (self.stored(self.by_phone), self.stored(self.by_mail)):
            assert all(not d.is_behind(stored.lead.version) for d in stored.deliveries.values())
        news = [s for s, row in partition.interests.items() if not row.interest.repeat_of]
        assert sorted(self.notes(self.by_mail)) == sorted(news)
        assert self.notes(self.by_phone).count(f"merged-{self.by_phone}") == 1
        assert self.told(self.by_mail).count(EventKind.TOOK_IN) == 1
        assert self.told(self.by_phone).count(EventKind.MERGED) == 1


async def two_leads() -> TwoLeads:
    return await TwoLeads().begun()
