"""Who gets a lead, on turns in memory and on Azurite: each test carries the number of its rule."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from shared.assignment.assigning import Assigner
from shared.assignment.choosing import Assignment, Why
from shared.domain.errors import StorageUnavailableError
from shared.domain.rules import Team
from tests.contract.office import (
    COMPANY,
    DAY,
    TEAMS,
    WEST,
    Office,
    a_lead,
    a_team,
    half,
    short_pause,
)
from tests.fake_teams import FakeTeams
from tests.fakes import START, Clock


async def test_a1_a_lead_that_comes_again_stays_with_who_got_it(office: Office) -> None:
    first = await office.gives(a_lead(1))
    others = [await office.gives(a_lead(n)) for n in (2, 3)]

    assert [await office.gives(a_lead(1)) for _ in range(3)] == [first] * 3
    assert first == Assignment(member="ada", team="east", why=Why.TURN, cost=2520)
    assert [other.member for other in others] == ["bob", "cem"]
    assert (await office.gives(a_lead(4))).member == "ada"


async def test_a1_a_lead_that_comes_again_in_another_team_stays_where_it_is(
    office: Office,
) -> None:
    first = await office.gives(a_lead(1))

    assert await office.gives(a_lead(1, team="west")) == first
    assert (await office.gives(a_lead(2, team="west"))).member == "dora"


@pytest.mark.parametrize("gone", ["away", "left", "removed", "owner"])
async def test_a1_who_cannot_have_it_any_more_gets_the_turn_back(office: Office, gone: str) -> None:
    await office.gives(a_lead(1))
    teams = dict(TEAMS)
    need = a_lead(1)
    match gone:
        case "away":
            await office.away("ada")
        case "left":
            await office.teams.put_left("ada", START)
        case "removed":
            teams = {"east": a_team("east", "bob", "cem"), "west": WEST}
        case _:
            need = replace(need, owner="ada")

    again = await office.gives(need, teams)
    assert again.member == "bob"
    assert await office.gives(need, teams) == again

    office.clock.advance(2 * DAY)
    await office.teams.delete_left("ada")
    got = [(await office.gives(a_lead(n))).member for n in range(2, 7)]
    assert Counter(got) == {"ada": 2, "bob": 1, "cem": 2}


async def test_a1_a_turn_that_changes_teams_is_given_back_where_it_was_taken(
    office: Office,
) -> None:
    await office.gives(a_lead(1))
    await office.away("ada")

    assert (await office.gives(a_lead(1, team="west"))).member == "dora"

    office.clock.advance(2 * DAY)
    assert [(await office.gives(a_lead(n))).member for n in (2, 3, 4)] == ["ada", "bob", "cem"]


async def test_a1_a_reassignment_has_a_turn_of_its_own_each_time(office: Office) -> None:
    owner = await office.gives(a_lead(1))
    had: frozenset[str] = frozenset()
    owners = [owner.member]
    for number in (1, 2):
        had |= {owners[-1]}
        need = replace(a_lead(1), number=number, owner=owners[-1], had=had)
        owners.append((await office.gives(need)).member)
        assert (await office.gives(need)).member == owners[-1]

    assert sorted(owners) == ["ada", "bob", "cem"]


async def test_a2_reassignments_move_no_turn_of_a_new_lead(office: Office) -> None:
    first = [(await office.gives(a_lead(n))).member for n in range(3)]
    for n in range(3, 43):
        await office.gives(replace(a_lead(n), number=1, owner="cem"))

    assert first + [(await office.gives(a_lead(n))).member for n in range(50, 56)] == [
        *("ada", "bob", "cem"),
        *("ada", "bob", "cem"),
        *("ada", "bob", "cem"),
    ]


async def test_a2_a_leaver_with_3000_open_leads_is_shared_out_fairly() -> None:
    office = Office(FakeTeams(), Clock())
    team = {"east": a_team("east", "leaver", ada=1, bob=2, cem=4)}
    got: Counter[str] = Counter()
    await office.teams.put_left("leaver", START)
    for n in range(3_000):
        got[(await office.gives(replace(a_lead(n), number=1, owner="leaver"), team)).member] += 1
    new = Counter([(await office.gives(a_lead(n), team)).member for n in range(5_000, 5_070)])

    assert all(abs(got[who] - 3_000 * w / 7) < 1 for who, w in (("ada", 1), ("bob", 2), ("cem", 4)))
    assert new == {"ada": 10, "bob": 20, "cem": 40}


async def test_a2_eight_workers_at_once_keep_the_exact_share(office: Office) -> None:
    team = {"east": a_team("east", ada=1, bob=2, cem=1)}
    workers = [office.worker(short_pause) for _ in range(8)]

    async def work(number: int) -> list[str]:
        leads = [a_lead(n) for n in range(number, 32, 8)]
        return [(await workers[number].assign(lead, team)).member for lead in leads]

    got = Counter(who for each in await asyncio.gather(*map(work, range(8))) for who in each)

    assert got == {"ada": 8, "bob": 16, "cem": 8}


async def test_a1_one_message_taken_by_eight_workers_takes_one_turn(office: Office) -> None:
    need = a_lead(1)
    workers = [office.worker(short_pause) for _ in range(8)]

    got = await asyncio.gather(*(worker.assign(need, TEAMS) for worker in workers))

    assert len(set(got)) == 1
    standings = (await office.teams.read()).turns["east"].new.standings
    assert sum(standing.at for standing in standings.values()) == got[0].cost


async def test_a3_nobody_who_is_away_gets_a_lead_while_others_are_there(office: Office) -> None:
    await office.away("ada")

    got = [(await office.gives(a_lead(n))).member for n in range(4)]

    assert got == ["bob", "cem", "bob", "cem"]


async def test_a3_while_all_are_away_leads_go_by_turns_and_stay(office: Office) -> None:
    for member in ("ada", "bob", "cem"):
        await office.away(member)

    got = [await office.gives(a_lead(n)) for n in range(3)]

    assert {one.member for one in got} == {"ada", "bob", "cem"}
    assert {one.why for one in got} == {Why.ALL_AWAY}
    assert await office.gives(a_lead(0)) == got[0]


async def test_a3_a_lead_of_the_only_one_who_is_there_goes_to_one_who_is_away(
    office: Office,
) -> None:
    await office.away("ada")
    await office.away("bob")

    given = await office.gives(replace(a_lead(1), number=1, owner="cem"))

    assert given.member in {"ada", "bob"}
    assert given.why is Why.ALL_AWAY


@pytest.mark.parametrize("team", [a_team("east", "ada"), a_team("east", "ada", bob=0)])
async def test_a8_nobody_gets_the_lead_of_the_only_member_who_leaves(
    office: Office, team: Team
) -> None:
    await office.teams.put_left("ada", START)

    given = await office.gives(a_lead(1), {"east": team})

    assert given == Assignment(member="", team="east", why=Why.NOBODY)
    assert await office.teams.taken(a_lead(1).key) is None


async def test_a8_a_team_that_is_in_no_rule_any_more_has_nobody(office: Office) -> None:
    assert (await office.gives(a_lead(1), {})).why is Why.NOBODY


async def test_a_look_at_who_would_get_a_lead_writes_nothing(office: Office) -> None:
    need = a_lead(1, company_id=COMPANY)

    seen = [await office.worker().who_would_get(need, TEAMS) for _ in range(2)]

    assert [one.member for one in seen] == ["ada", "ada"]
    assert (await office.teams.read()).turns == {}
    assert await office.gives(need) == seen[0]


async def test_a4_a_fault_of_storage_is_told_and_the_turn_is_there_the_next_time() -> None:
    async def fails(request: str) -> None:
        if request == "teams.committed":
            raise StorageUnavailableError("no answer")

    teams = FakeTeams(gate=fails)
    office = Office(teams, Clock())
    with pytest.raises(StorageUnavailableError, match="no answer"):
        await office.gives(a_lead(1))

    again = Office(replace(teams, gate=FakeTeams().gate), Clock())

    assert (await again.gives(a_lead(1))).member == "ada"
    assert (await again.gives(a_lead(2))).member == "bob"


async def test_one_process_assigns_one_lead_of_a_team_at_a_time() -> None:
    teams = FakeTeams()

    async def slowly(request: str) -> None:
        await asyncio.sleep(0)

    stale: list[float] = []

    async def pause(seconds: float) -> None:
        stale.append(seconds)

    worker = Assigner(teams=replace(teams, gate=slowly), clock=Clock(), jitter=half, sleep=pause)
    await asyncio.gather(*(worker.assign(a_lead(n), TEAMS) for n in range(12)))

    assert stale == []
