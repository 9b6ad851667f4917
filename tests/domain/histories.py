"""What one customer did: submissions some time after noon, and what they merge into."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shared.domain.follow_up import FollowUp, flag, follow_up
from shared.domain.lead import Contact, KeyKind, Lead, Submission
from shared.domain.merging import (
    MergeRules,
    merge,
    new_lead,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
MOMENT = timedelta(microseconds=1)
RULES = MergeRules(repeat_window=DAY, follow_up_within=DAY)

ANNA = Contact(first_name="Anna", last_name="Sample", email="info@contoso.com")
BERTA = replace(ANNA, first_name="Berta")


def submission(  # noqa: PLR0913 - a test names what it is about
    submission_id: str = "s1",
    at: timedelta = timedelta(0),
    *,
    contact: Contact = ANNA,
    source: str = "AzureMarketplace",
    action: str = "INS",
    offer: str = "backup",
    description: str = "",
    test: bool = False,
) -> Submission:
    """Return a submission that came some time after noon."""
    return Submission(
        submission_id=submission_id,
        received_at=NOON + at,
        contact=contact,
        source=source,
        action=action,
        publisher="contoso",
        offer=offer,
        offer_title="Backup",
        description=description,
        test=test,
    )


def merged(submissions: Iterable[Submission], lead: Lead | None = None) -> Lead:
    for one in submissions:
        lead, _ = merge(lead or new_lead("l1", KeyKind.EMAIL, one), one, RULES)
    assert lead is not None
    return lead


def repeats_of(*submissions: Submission) -> list[str]:
    """Return, for each of the submissions, the id of the one that it repeats."""
    lead = new_lead("l1", KeyKind.EMAIL, submissions[0])
    found = []
    for one in submissions:
        lead, repeat_of = merge(lead, one, RULES)
        found.append(repeat_of)
    return found


CONTACTS = st.builds(
    Contact,
    first_name=st.sampled_from(("Anna", "ANNA", "Berta", "N/A", "")),
    last_name=st.sampled_from(("Sample", "O'Dair", "O’DAIR\u200b", "Null", "")),
    email=st.sampled_from(("info@contoso.com", "A <Info@Contoso.com>", "noemail@contoso.com")),
    phone=st.sampled_from(("", "-", "030 123456", "0000000", "+49 30 123456")),
    country=st.sampled_from(("", "DE", "germany", "--None--")),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Submission]:
    """Draw what one customer did within a few windows, much of it again or at the same time."""
    eights = draw(st.lists(st.integers(min_value=0, max_value=12), min_size=1, max_size=7))
    return [
        submission(
            f"s{number}",
            8 * HOUR * eight,
            contact=draw(st.just(ANNA) | CONTACTS),
            source=draw(st.sampled_from(("SPZA", "AppSource (SPZA)"))),
            action=draw(st.sampled_from(("INS", "INS", "ins", "DNC"))),
            description=draw(st.sampled_from(("", "", "Call me"))),
        )
        for number, eight in enumerate(eights)
    ]


START = new_lead("l1", KeyKind.EMAIL, submission())
LATE = merged([submission("s", 50 * HOUR)])
STARTS = st.sampled_from(
    (
        START,
        replace(START, suppressed=True),
        replace(START, test=True),
        replace(START, follow_up=follow_up(FollowUp(), NOON + 30 * HOUR, "anna")),
        LATE,
        replace(LATE, follow_up=flag(LATE.follow_up, NOON + 80 * HOUR)),
        merged([submission("s", 50 * HOUR, action="DNC")]),
    )
)
