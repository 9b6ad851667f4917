"""Whose turn it is, as stored: in memory and on Azurite."""

from dataclasses import replace
from datetime import timedelta

import pytest
from azure.data.tables import UpdateMode

from shared.domain.absences import Absence
from shared.domain.errors import StaleTeamsError, StorageRefusedError, StorageUnavailableError
from shared.domain.fair_turns import MOST_STANDINGS, Standing, TeamTurns, take_turn
from shared.ports.teams import Company, StoredTurns, Taken, Teams, TurnChange
from shared.storage.account import Storage
from shared.storage.teams import TableTeams
from tests.contract.subjects import rows_of
from tests.examples import LEAD_ID
from tests.fake_teams import FakeTeams
from tests.fakes import START

DAY = timedelta(days=1)
TEAM = "Sales/EMEA #1|ä"
MEMBER = "ada|?\\"
COMPANY = "c0" * 16
HELD = Company(team=TEAM, company_id=COMPANY, holder=MEMBER)


@pytest.fixture
def teams(in_memory: bool, storage: Storage, prefix: str) -> Teams:  # noqa: FBT001 - a fixture
    return FakeTeams() if in_memory else TableTeams(storage.table(f"{prefix}Teams"))


def first_turn(key: str = LEAD_ID, *, etag: str = "", company: Company | None = None) -> TurnChange:
    turn = take_turn(TeamTurns(), {MEMBER: 2, "zoe": 1}, [MEMBER])
    return TurnChange(
        taken=Taken(key=key, team=TEAM, member=MEMBER, why="turn", cost=turn.cost),
        turns={TEAM: StoredTurns(new=turn.turns, etag=etag)},
        company=company,
    )


async def test_without_rows_nobody_has_had_a_turn(teams: Teams) -> None:
    stored = await teams.read()

    assert (stored.turns, list(stored.absences), stored.left) == ({}, [], frozenset())
    assert await teams.taken(LEAD_ID) is None
    assert await teams.company(TEAM, COMPANY) is None


async def test_what_is_written_together_is_read_again(teams: Teams) -> None:
    change = first_turn(company=HELD)
    await teams.commit(change)

    stored, taken = (await teams.read()).turns[TEAM], await teams.taken(LEAD_ID)
    company = await teams.company(TEAM, COMPANY)

    assert stored.new == change.turns[TEAM].new
    assert stored.again == TeamTurns()
    assert taken == change.taken
    assert company == HELD
    assert stored.etag
    assert taken.etag
    assert company.etag


async def test_turns_go_on_from_where_they_were(teams: Teams) -> None:
    await teams.commit(first_turn())
    stored = (await teams.read()).turns[TEAM]
    again = take_turn(stored.again, {"zoe": 1}, ["zoe"]).turns
    gone = take_turn(stored.new, {"zoe": 1}, ["zoe"]).turns
    taken = Taken(key=f"{LEAD_ID}|1", team=TEAM, member="zoe", why="turn", cost=2520)

    await teams.commit(
        TurnChange(taken=taken, turns={TEAM: replace(stored, new=gone, again=again)})
    )

    after = (await teams.read()).turns[TEAM]
    assert (after.new, after.again) == (gone, again)
    assert after.new.standings[MEMBER].away is not None


@pytest.mark.parametrize("stale", ["turns", "taken", "company", "gone"])
async def test_nothing_is_written_where_one_row_changed(teams: Teams, stale: str) -> None:
    await teams.commit(first_turn(company=HELD))
    stored = (await teams.read()).turns[TEAM]
    held = await teams.company(TEAM, COMPANY)
    taken = await teams.taken(LEAD_ID)
    assert held is not None
    assert taken is not None
    good = TurnChange(
        taken=replace(taken, member="zoe"),
        turns={TEAM: stored},
        company=replace(held, holder="zoe"),
    )
    changes = {
        "turns": replace(good, turns={TEAM: replace(stored, etag="")}),
        "taken": replace(good, taken=replace(good.taken, etag="")),
        "company": replace(good, company=replace(held, etag="")),
        "gone": replace(good, taken=replace(good.taken, key="another")),
    }

    with pytest.raises(StaleTeamsError, match=changes[stale].taken.key):
        await teams.commit(changes[stale])

    assert await teams.taken(LEAD_ID) == taken
    assert await teams.company(TEAM, COMPANY) == held
    await teams.commit(good)
    assert await teams.taken(LEAD_ID) == good.taken
    assert await teams.company(TEAM, COMPANY) == good.company


async def test_of_two_who_read_the_same_one_writes(teams: Teams) -> None:
    await teams.commit(first_turn())
    stored = (await teams.read()).turns[TEAM]
    await teams.commit(first_turn("another", etag=stored.etag))

    with pytest.raises(StaleTeamsError, match="a third"):
        await teams.commit(first_turn("a third", etag=stored.etag))

    assert await teams.taken("a third") is None


async def test_absences_are_kept_until_they_are_deleted(teams: Teams) -> None:
    holiday = Absence(member=MEMBER, from_at=START, until_at=START + DAY)
    longer = replace(holiday, until_at=START + 9 * DAY)
    other = Absence(member="zoe", from_at=START + DAY, until_at=START + 2 * DAY)
    for absence in (holiday, longer, other):
        await teams.put_absence(absence)

    stored = await teams.read()
    assert sorted(stored.absences, key=lambda a: a.from_at) == [longer, other]
    assert stored.away(START) == {MEMBER}
    assert stored.away(START + DAY) == {MEMBER, "zoe"}
    assert stored.away(START + 9 * DAY) == frozenset()

    await teams.delete_absences([longer, holiday])
    assert list((await teams.read()).absences) == [other]


async def test_who_has_left_is_marked_until_the_mark_is_removed(teams: Teams) -> None:
    for _ in range(2):
        await teams.put_left(MEMBER, START)
    assert (await teams.read()).left == {MEMBER} == await teams.left()

    for _ in range(2):
        await teams.delete_left(MEMBER)
    assert (await teams.read()).left == frozenset() == await teams.left()


async def test_what_only_a_newer_app_knows_stays(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    teams = TableTeams(table)
    await teams.commit(first_turn(company=HELD))
    async for row in rows_of(table.client, "teams"):
        of_a_newer_app = {**row, "mood": "good"}
        if "new" in row:
            of_a_newer_app["new"] = row["new"].replace('"weight":2', '"weight":2,"limit":7')
        await table.client.update_entity(of_a_newer_app, mode=UpdateMode.MERGE)
    stored, held = (await teams.read()).turns[TEAM], await teams.company(TEAM, COMPANY)
    taken = await teams.taken(LEAD_ID)
    assert taken is not None
    turn = take_turn(stored.new, {MEMBER: 2, "zoe": 1}, ["zoe"])

    await teams.commit(
        TurnChange(taken=taken, turns={TEAM: replace(stored, new=turn.turns)}, company=held)
    )

    found = [row async for row in rows_of(table.client, "teams")]
    assert [row["mood"] for row in found] == ["good"] * 3
    [turns] = [row["new"] for row in found if "new" in row]
    assert '"limit":7' in turns
    assert (await teams.read()).turns[TEAM].new == turn.turns


@pytest.mark.parametrize(
    ("key", "columns"),
    [
        ("team|turns|x", {"team": "x", "new": "ada@fabrikam.example"}),
        ("team|turns|x", {"team": "x", "new": '{"ada": {}}'}),
    ],
)
async def test_turns_that_only_a_newer_app_can_read_wait_for_it(
    storage: Storage, prefix: str, key: str, columns: dict[str, str]
) -> None:
    table = storage.table(prefix)
    await table.client.create_table()
    await table.client.create_entity({"PartitionKey": "teams", "RowKey": key, **columns})

    with pytest.raises(StorageUnavailableError, match="can't read the rows of table Teams") as told:
        await TableTeams(table).read()

    assert "fabrikam" not in str(told.value)


async def test_an_absence_or_a_leaver_that_only_a_newer_app_can_read_is_left_out(
    storage: Storage, prefix: str
) -> None:
    table = storage.table(prefix)
    teams = TableTeams(table)
    await teams.put_left("bo", START)
    absence = {"member": "x", "from_at": "", "until_at": ""}
    for key, columns in (("team|absence|x|1", absence), ("team|left|x", {})):
        row = {"PartitionKey": "teams", "RowKey": key, **columns}
        await table.client.upsert_entity(row)

    stored = await teams.read()

    assert (list(stored.absences), stored.left) == ([], frozenset({"bo"}))


async def test_rows_of_no_known_kind_are_left_alone(storage: Storage, prefix: str) -> None:
    table = storage.table(prefix)
    await table.client.create_table()
    row = {"PartitionKey": "teams", "RowKey": "team|mood|x", "mood": "good"}
    await table.client.create_entity(row)

    assert (await TableTeams(table).read()).turns == {}


async def test_turns_of_the_largest_team_are_stored_and_of_one_too_large_refused(
    storage: Storage, prefix: str
) -> None:
    """The parser takes no team with more members, and no longer ids."""
    teams = TableTeams(storage.table(f"{prefix}Teams"))
    change = first_turn()
    far = Standing(at=10**13, weight=10, away=-(10**7))

    def of(count: int) -> StoredTurns:
        turns = TeamTurns(standings={f"{number:040d}": far for number in range(count)})
        return StoredTurns(new=turns, again=turns)

    with pytest.raises(StorageRefusedError, match="PropertyValueTooLarge"):
        await teams.commit(replace(change, turns={TEAM: of(2 * MOST_STANDINGS)}))
    await teams.commit(replace(change, turns={TEAM: of(MOST_STANDINGS)}))

    assert len((await teams.read()).turns[TEAM].new.standings) == MOST_STANDINGS
