"""A1: one turn a lead, in every order of requests, with deaths and lost answers at each of them.

The code of ``shared/assignment`` runs as it is. Each request is a step; it may be done or not when
its worker dies or gets no answer. Covered without a gap: two messages of one lead; two leads of one
team, and of one company; a message that comes to two workers with different rules; somebody who
leaves at any moment.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.assignment.choosing import Need
from shared.domain.fair_turns import UNIT, Standing
from shared.domain.rules import Member, Team
from tests.model.turn_taking import Exploration, Job, Owners

LEAD, OTHER = "a" * 32, "b" * 32
COMPANY = "c" * 32


def team(name: str, *members: str) -> Mapping[str, Team]:
    people = tuple(Member(id=member, name=member) for member in members)
    return {name: Team(id=name, name=name, members=people)}


EAST = team("east", "ada", "bob")
WEST = team("west", "cem", "dora")
BOTH = {**EAST, **WEST}
NEED = Need(lead_id=LEAD, team="east")


def charged(stored: Owners) -> Counter[str]:
    """Return how many turns each member is charged for; all have weight 1."""
    rows = stored.teams.turns.values()
    standings = [count.standings for row in rows for count in (row.new, row.again)]
    return Counter(
        {who: each.at // UNIT for one in standings for who, each in one.items() if each.at}
    )


def one_turn_a_key(stored: Owners) -> None:
    takings = stored.teams.takings.values()
    assert charged(stored) == Counter(taken.member for taken in takings if taken.cost)


def nothing(stored: Owners) -> None:
    """Look at the ends alone."""


SCENES = {
    "two messages of one lead": ({"1": Job(NEED, EAST), "2": Job(NEED, EAST)}, 1_000),
    "two leads of one team": (
        {"1": Job(NEED, EAST), "2": Job(replace(NEED, lead_id=OTHER), EAST)},
        2_500,
    ),
    "one step of a lead, taken by two sweeps": (
        {
            "1": Job(replace(NEED, number=1, owner="ada"), EAST),
            "2": Job(replace(NEED, number=1, owner="ada"), EAST),
        },
        1_000,
    ),
    "one lead, and rules that changed its team": (
        {"1": Job(NEED, BOTH), "2": Job(replace(NEED, team="west"), BOTH)},
        1_000,
    ),
}


@pytest.mark.parametrize(("jobs", "at_least"), SCENES.values(), ids=SCENES)
@pytest.mark.parametrize("faults", [0, 1, 2])
def test_a1_one_turn_a_lead_whatever_dies_or_is_lost(
    jobs: Mapping[str, Job], at_least: int, faults: int
) -> None:
    explored = Exploration(jobs, faults).explore(one_turn_a_key)

    assert explored.moments >= at_least * faults
    assert explored.ends
    for end in explored.ends:
        leads = {job.need.lead_id for job in jobs.values()}
        rows = end.teams.takings.items()
        taken = {(key.partition("|")[0], row.team, row.member) for key, row in rows}
        assert set(end.owners) == taken
        assert {lead for lead, _, _ in taken} == leads
        assert max(charged(end).values()) == 1


@pytest.mark.parametrize("faults", [0, 1])
def test_a7_two_leads_of_a_company_go_to_one_member_and_take_one_turn(faults: int) -> None:
    need = replace(NEED, company_id=COMPANY)
    jobs = {"1": Job(need, EAST), "2": Job(replace(need, lead_id=OTHER), EAST)}

    explored = Exploration(jobs, faults).explore(one_turn_a_key)

    assert explored.ends
    for end in explored.ends:
        [company] = end.teams.companies.values()
        assert {who for _, _, who in end.owners} == {company.holder}
        assert charged(end) == {company.holder: 1}


@pytest.mark.parametrize("faults", [0, 1])
def test_a1_who_leaves_meanwhile_keeps_no_turn_of_a_lead_that_another_got(faults: int) -> None:
    jobs = {"1": Job(NEED, EAST), "2": Job(NEED, EAST)}

    explored = Exploration(jobs, faults, leaver="ada").explore(nothing)

    assert {taken.member for end in explored.ends for taken in end.teams.takings.values()} == {
        "ada",
        "bob",
    }
    for end in explored.ends:
        [taken] = end.teams.takings.values()
        [(_, _, owner)] = end.owners
        ada = end.teams.turns["east"].new.standings.get("ada", Standing(at=0, weight=1, away=0))
        assert owner in {"ada", taken.member}
        assert (ada.at == UNIT) == (taken.member == "ada")
        assert taken.member == "ada" or ada.away == 0
