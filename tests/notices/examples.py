"""Made-up leads as messages tell of them."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shared.domain.lead import Contact
from shared.notices.facts import Did, LeadFacts, LeadLine
from shared.ports.channels import Message, Said, Text

AT = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
JANE = Contact(
    first_name="Jane",
    last_name="Doe",
    email="jane.doe@contoso.com",
    phone="+1 617 555 0123",
    country="US",
    company="Contoso",
    title="Head of IT",
)
LEAD = LeadFacts(
    lead_id="5" * 32,
    contact=JANE,
    did=(Did(at=AT, action="PLT", offer="Weaver Pro", description="Please call me."),),
    owner="Ann Lee",
    signature="Ann Lee",
    team="EMEA",
    due_at=datetime(2026, 11, 30, 16, 0, tzinfo=UTC),
    zone=BERLIN,
    record_url="https://fabrikam.example/leads/1",
    act_url="https://relay.example/api/act?t=abc",
)


def line(number: int) -> LeadLine:
    return LeadLine(
        contact=replace(JANE, last_name=f"Doe {number}"),
        lead_id=f"{number:032}",
        offer="Weaver Pro",
        owner="Ann Lee",
        due_at=AT,
        record_url=f"https://fabrikam.example/leads/{number}",
    )


def words(text: Text) -> str:
    return "".join(part.text if isinstance(part, Said) else part for part in text)


def facts_of(message: Message) -> dict[str, str]:
    return {fact.label: words(fact.value) for fact in message.facts}


def links_of(message: Message) -> dict[str, str]:
    return {link.label: link.url for link in message.links}
