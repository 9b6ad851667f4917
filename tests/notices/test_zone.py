"""In which time zone times are shown."""

from dataclasses import replace
from datetime import UTC, datetime

from shared.domain.lead import KeyKind, Lead
from shared.domain.planning import zone_of
from shared.domain.rules import Member, Rule, Rules, Team
from shared.domain.zones import zone

LEAD = Lead(
    lead_id="a" * 32,
    key_kind=KeyKind.EMAIL,
    created_at=datetime(2026, 11, 28, tzinfo=UTC),
    team="east",
)
ADA, BOB = Member(id="ada", name="Ada"), Member(id="bob", name="Bob", zone="America/Los_Angeles")
EAST = Team(id="east", name="East", members=(ADA, BOB), zone="America/New_York")
RULES = Rules(rules=(Rule(name="default"),), teams={"east": EAST})


def test_times_are_shown_in_the_owners_zone_otherwise_in_the_teams() -> None:
    assert zone_of(RULES, replace(LEAD, owner="bob")) is zone("America/Los_Angeles")
    assert zone_of(RULES, replace(LEAD, owner="ada")) is zone("America/New_York")
    assert zone_of(RULES, LEAD) is zone("America/New_York")
    assert zone_of(RULES, replace(LEAD, team="")) is zone("UTC")
