"""One lead in memory, of a team of three, and whoever opens a link to act on it."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

from act_on_lead.acting import ActPorts
from act_on_lead.visit import look, press
from shared.acting.links import link_to_act
from shared.answers import Answer
from shared.committing import LeadWriter
from shared.domain.acts import Act
from shared.domain.clock import answered
from shared.domain.follow_up import FollowUp, FollowUpState, LadderKind, start_clock
from shared.domain.lead import Contact, InterestSummary, KeyKind, Lead, Stamp
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.ports.index import DueRow
from shared.ports.leads import EventKind, StoredLead
from shared.ports.owners import Owned
from tests.fakes import (
    START,
    Clock,
    FakeLeadIndex,
    FakeLeadStore,
    FakeQueue,
    StoredPartition,
)
from tests.telling import rules as two_people

LEAD_ID = "90456f65571d00a8b903f80c8cbe1d87"
SECRET = b"0123456789abcdef" * 4
HOUR = timedelta(hours=1)
URL = "https://relay.example.com"


@dataclass
class NextInLine:
    """The port ``Owners``: gives each lead to whoever does not have it."""

    members: tuple[str, ...] = ("anna", "bo")
    asked: int = 0

    async def find(self, lead: Lead, rules: Rules) -> Owned | None:
        self.asked += 1
        others = [member for member in self.members if member != lead.owner]
        return Owned(member=others[0], team="north", why="by turns") if others else None


def interest(number: int, at: datetime, *, action: str = "INS") -> InterestSummary:
    stamp = Stamp(at, f"submission-{number}")
    return InterestSummary(
        first=stamp,
        last=stamp,
        fingerprint=f"{number:016}",
        source="AzureMarketplace",
        action=action,
        publisher="fabrikam",
        offer="loom",
        offer_title="Loom Insights",
    )


def waiting(now: datetime = START) -> Lead:
    """Return a lead of Anna's that has waited for an hour, and must be answered in 23."""
    asked_at = now - HOUR
    return Lead(
        lead_id=LEAD_ID,
        key_kind=KeyKind.EMAIL,
        created_at=asked_at,
        version=1,
        contact=Contact(first_name="Jane", last_name="Doe", company="Contoso"),
        interests=(interest(1, asked_at),),
        submissions=1,
        asked_for_contact=True,
        follow_up=FollowUp(
            state=FollowUpState.WAITING,
            clock_started_at=asked_at,
            due_at=asked_at + 24 * HOUR,
        ),
        owner="anna",
        team="north",
        next_due_at=asked_at + 24 * HOUR,
    )


def overdue(now: datetime = START) -> Lead:
    """Return such a lead with a run on it, whose next step is due in an hour."""
    clock = replace(
        waiting(now).follow_up,
        state=FollowUpState.OVERDUE,
        due_at=now,
        flagged_at=now,
        ladder_at=now,
        ladder_kind=LadderKind.OVERDUE,
        next_step_at=now + HOUR,
    )
    return replace(waiting(now), follow_up=clock, next_due_at=now + HOUR)


@dataclass
class World:
    """The ports in memory; ``lead`` is the one there is."""

    clock: Clock = field(default_factory=Clock)
    secret: bytes = SECRET
    rules: Rules = field(default_factory=two_people)
    owners: NextInLine = field(default_factory=NextInLine)

    def __post_init__(self) -> None:
        self.index = FakeLeadIndex(self.clock)
        self.leads = FakeLeadStore(index=self.index)
        self.queue = FakeQueue(self.clock)

    @property
    def ports(self) -> ActPorts:
        async def rules() -> Rules:
            return self.rules

        async def secret() -> bytes:
            return self.secret

        async def in_use() -> InUse:
            return InUse()

        return ActPorts(
            leads=self.leads,
            writer=LeadWriter(leads=self.leads, index=self.index, jitter=lambda: 0.5),
            queue=self.queue,
            owners=self.owners,
            rules=rules,
            secret=secret,
            in_use=in_use,
            clock=self.clock,
        )

    def put(self, lead: Lead) -> None:
        known = self.leads.partitions.get(LEAD_ID)
        etag = f"{int(known.stored.etag) + 1}" if known else "1"
        stored = StoredLead(lead=lead, deliveries={}, etag=etag)
        if known:
            known.stored = stored
        else:
            self.leads.partitions[LEAD_ID] = StoredPartition(stored=stored)
        if lead.next_due_at:
            row = DueRow(
                due_at=lead.next_due_at, lead_id=LEAD_ID, written_at=self.clock.now, etag="1"
            )
            self.index.due_rows[lead.next_due_at, LEAD_ID] = row

    @property
    def lead(self) -> Lead:
        return self.leads.partitions[LEAD_ID].stored.lead

    @property
    def stored(self) -> StoredLead:
        return self.leads.partitions[LEAD_ID].stored

    @property
    def acts(self) -> list[Act]:
        return list(self.leads.partitions[LEAD_ID].acts.values())

    @property
    def events(self) -> list[EventKind]:
        return [event.kind for event in self.leads.partitions[LEAD_ID].events.values()]

    def asks_again(self, number: int) -> None:
        """Record another interest, as route_lead does."""
        now, lead = self.clock.now, self.lead
        self.put(
            replace(
                lead,
                interests=(*lead.interests, interest(number, now)),
                follow_up=start_clock(lead.follow_up, now, 24 * HOUR),
            )
        )

    def is_answered(self, by: str) -> None:
        """Record an act of somebody else's."""
        now = self.clock.now
        self.put(answered(self.lead, Act(said_at=now, seen_at=now, by=by)))

    def token(self, recipient: str = "anna") -> str:
        url = link_to_act(LEAD_ID, recipient, URL, self.secret or SECRET, self.clock.now)
        return parse_qs(urlsplit(url).query)["link"][0]

    async def look(self, token: str) -> Answer:
        return await look(token, "", self.ports)

    async def press(self, token: str, page: Answer, action: str, **typed: str) -> Answer:
        """Press a button of a page that was shown before, and follow where it leads."""
        fields = {"token": form_token_of(page), "action": action, **typed}
        answer = await press(token, urlencode(fields).encode(), self.ports)
        if answer.status is not HTTPStatus.SEE_OTHER:
            return answer
        given = parse_qs(urlsplit(answer.headers["Location"]).query)
        return await look(given["link"][0], given["did"][0], self.ports)


def form_token_of(page: Answer) -> str:
    """Return the token of a page's form, "" if there is none on it."""
    found = re.search(r'name="token" value="([^"]*)"', page.body)
    return unescape(found[1]) if found else ""


def told(page: Answer) -> str:
    """Return what a page says has happened."""
    found = re.search(r'<p role="status">(.*?)</p>', page.body)
    return unescape(found[1]) if found else ""
