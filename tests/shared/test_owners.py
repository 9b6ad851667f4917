"""What a lead needs of the turns of its team, by the rules and what it went through."""

from dataclasses import replace

import pytest

from shared.assignment.assigning import Assigner
from shared.assignment.owners import FIXED, OwnersByTurns
from shared.domain.errors import StorageRefusedError
from shared.domain.fair_turns import MOST_STANDINGS
from shared.domain.follow_up import FollowUp
from shared.domain.lead import Contact, KeyKind, Lead
from shared.domain.rules import Member, Rule, Rules, Team
from shared.ports.owners import Owned
from shared.ports.teams import TurnChange
from tests.fake_teams import FakeTeams
from tests.fakes import START, Clock

LEAD = Lead(
    lead_id="a" * 32,
    key_kind=KeyKind.EMAIL,
    created_at=START,
    contact=Contact(email="zoe@fabrikam.example"),
)


def a_team(name: str, *members: str) -> Team:
    return Team(id=name, name=name, members=tuple(Member(id=m, name=m) for m in members))


TEAMS = {"east": a_team("east", "ada", "bob", "cem"), "west": a_team("west", "dora", "ada")}


def rules(*, team: str = "east", owner: str = "", same_company: bool = False) -> Rules:
    rule = Rule(name="default", team=team, owner=owner, same_company=same_company)
    return Rules(rules=(rule,), teams=TEAMS)


async def secret() -> bytes:
    return b"secret"


@pytest.fixture
def teams() -> FakeTeams:
    return FakeTeams()


@pytest.fixture
def owners(teams: FakeTeams) -> OwnersByTurns:
    assigner = Assigner(teams=teams, clock=Clock(), jitter=lambda: 0.5)
    return OwnersByTurns(assigner=assigner, secret=secret)


async def test_a_new_lead_goes_to_its_rules_team_by_turns(owners: OwnersByTurns) -> None:
    assert await owners.find(LEAD, rules()) == Owned(member="ada", team="east", why="by turns")
    assert await owners.find(replace(LEAD, lead_id="b" * 32), rules()) == Owned(
        member="bob", team="east", why="by turns"
    )


async def test_without_a_team_there_is_nobody_and_nothing_is_asked(
    owners: OwnersByTurns, teams: FakeTeams
) -> None:
    assert await owners.find(LEAD, rules(team="")) is None
    assert await owners.preview(LEAD, rules(team="")) is None
    assert teams.takings == {}


@pytest.mark.parametrize("rule", [rules(owner="bob"), rules(owner="bob", team="west")])
async def test_an_owner_whom_the_rule_names_takes_no_turn(
    owners: OwnersByTurns, teams: FakeTeams, rule: Rules
) -> None:
    expected = Owned(member="bob", team="east", why=FIXED)

    assert await owners.find(LEAD, rule) == expected
    assert await owners.preview(LEAD, rule) == expected
    assert teams.takings == {}


async def test_a8_an_owner_whom_the_rule_names_and_no_team_has_is_replaced_by_turns(
    owners: OwnersByTurns,
) -> None:
    assert await owners.find(LEAD, rules(owner="gone")) == Owned(
        member="ada", team="east", why="by turns"
    )


async def test_a1_a_step_gives_the_lead_to_one_who_did_not_have_it(owners: OwnersByTurns) -> None:
    rule = rules(owner="ada")
    lead = replace(LEAD, owner="ada", team="east", reassigned=0)
    first = await owners.find(lead, rule)
    assert first == Owned(member="bob", team="east", why="by turns")
    again = replace(lead, owner="bob", reassigned=1, follow_up=FollowUp(had=("ada",)))

    assert await owners.find(lead, rule) == first
    assert await owners.find(again, rule) == Owned(member="cem", team="east", why="by turns")


async def test_a7_a_step_leaves_the_company_alone(owners: OwnersByTurns, teams: FakeTeams) -> None:
    rule = rules(same_company=True)
    await owners.find(LEAD, rule)
    [held] = teams.companies.values()

    taken = await owners.find(replace(LEAD, owner="ada", team="east"), rule)

    assert taken == Owned(member="bob", team="east", why="by turns")
    assert list(teams.companies.values()) == [held]


async def test_a7_the_leads_of_one_who_is_gone_go_to_one_successor_by_company(
    owners: OwnersByTurns, teams: FakeTeams
) -> None:
    rule = rules(same_company=True)
    await owners.find(LEAD, rule)
    staying = replace(rule, teams={"east": a_team("east", "bob", "cem")})
    leads = [replace(LEAD, lead_id=each * 32, owner="ada", team="east") for each in "abc"]

    found = [await owners.find(lead, staying) for lead in leads]

    assert {one.member for one in found if one} == {"bob"}
    assert [one.why for one in found if one] == ["by turns", "same company", "same company"]


async def test_a7_without_the_secret_leads_go_by_turns(
    teams: FakeTeams, owners: OwnersByTurns
) -> None:
    async def none_yet() -> bytes:
        return b""

    found = await replace(owners, secret=none_yet).find(LEAD, rules(same_company=True))

    assert found == Owned(member="ada", team="east", why="by turns")
    assert teams.companies == {}


async def test_a7_a_rule_of_another_team_says_nothing_of_this_teams_companies(
    teams: FakeTeams, owners: OwnersByTurns
) -> None:
    lead = replace(LEAD, owner="gone", team="west")

    found = await owners.find(lead, rules(same_company=True))

    assert found == Owned(member="ada", team="west", why="by turns")
    assert teams.companies == {}


async def test_a_look_at_who_would_get_a_lead_writes_nothing(
    owners: OwnersByTurns, teams: FakeTeams
) -> None:
    assert await owners.preview(LEAD, rules()) == Owned(member="ada", team="east", why="by turns")
    assert teams.takings == {}


class FullTeams(FakeTeams):
    """Turns that storage does not take, whoever gets one."""

    async def commit(self, change: TurnChange) -> None:
        too_large = "storage refuses the write: 400 PropertyValueTooLarge"
        raise StorageRefusedError(too_large)


async def test_a_turn_that_can_never_be_stored_costs_the_lead_its_owner_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assigner = Assigner(teams=FullTeams(), clock=Clock(), jitter=lambda: 0.5)

    assert await OwnersByTurns(assigner=assigner, secret=secret).find(LEAD, rules()) is None
    assert f"no member of team east gets lead {LEAD.lead_id}: storage refuses" in caplog.text


async def test_who_is_named_no_longer_takes_no_place_that_others_need(
    owners: OwnersByTurns, teams: FakeTeams
) -> None:
    former = a_team("east", *(f"former-{number}" for number in range(MOST_STANDINGS)))
    await owners.find(replace(LEAD, lead_id="a" * 32), replace(rules(), teams={"east": former}))

    await owners.find(LEAD, rules())

    assert (await teams.read()).turns["east"].new.standings.keys() == {"ada", "bob", "cem"}
