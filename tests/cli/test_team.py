"""``leads team``: absences, who is next, and the leads of somebody who leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.bootstrap import utc_now
from shared.domain.absences import Absence
from tests.cli.account import Account, Told, leads_command


async def away(account: Account, *arguments: str) -> Told:
    return await account.command("team", "away", *arguments)


async def test_an_absence_is_whole_days_in_the_zone_of_the_team(office: Account) -> None:
    told = await away(office, "ada", "2998-12-24", "2999-01-02")

    assert (told.code, told.err) == (0, "")
    assert told.out == "ada gets no new leads from 2998-12-23 23:00 until 2999-01-02 23:00 UTC\n"
    [absence] = (await office.stores.teams.read()).absences
    assert absence == Absence(
        member="ada",
        from_at=datetime(2998, 12, 23, 23, tzinfo=UTC),
        until_at=datetime(2999, 1, 2, 23, tzinfo=UTC),
    )


async def test_until_when_somebody_is_away_is_shown_on_a_narrow_terminal_too(
    office: Account,
) -> None:
    await away(office, "ada", "2998-12-24", "2999-01-02")
    env = {"LeadStorage": office.connection, "TABLE_PREFIX": office.prefix, "COLUMNS": "60"}

    told = await leads_command("team", "show", stdin=b"", **env)

    assert "from 2998-12-23 23:00 until 2999-01-02" in " ".join(told.out.split())
    assert max(map(len, told.out.splitlines())) <= 60


async def test_an_absence_may_begin_and_end_at_a_time(office: Account) -> None:
    told = await away(office, "ada", "2998-06-01T12:00", "2998-06-01T15:00Z")

    assert told.out == "ada gets no new leads from 2998-06-01 10:00 until 2998-06-01 15:00 UTC\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("eve", "2998-12-24", "2998-12-24"),
            "'eve' is in no team; the members are: ada, bob, cem",
        ),
        (("ada", "Christmas", "2998-12-24"), "'Christmas' is not a day: write 2026-12-24, or"),
        (("ada", "2998-12-24", "2998-12-23"), "the absence ends before it begins: FROM comes"),
        (("ada", "2020-12-24", "2020-12-31"), "the absence is over already: leads that were"),
    ],
)
async def test_an_absence_that_is_none_is_refused(
    office: Account, arguments: tuple[str, ...], said: str
) -> None:
    told = await away(office, *arguments)

    assert told.code == 2
    assert told.err.startswith(f"leads: {said}")
    assert list((await office.stores.teams.read()).absences) == []


async def test_absences_that_were_over_long_ago_are_deleted(office: Account) -> None:
    now = utc_now()
    for days in (120, 60):
        ended = now - timedelta(days=days)
        old = Absence(member="bob", from_at=ended - timedelta(days=1), until_at=ended)
        await office.stores.teams.put_absence(old)

    await away(office, "ada", "2998-12-24", "2998-12-24")

    assert [one.member for one in (await office.stores.teams.read()).absences] == ["ada", "bob"]


async def test_who_comes_back_is_away_no_more(office: Account) -> None:
    now = utc_now()
    running = Absence(
        member="ada", from_at=now - timedelta(days=1), until_at=now + timedelta(days=9)
    )
    await office.stores.teams.put_absence(running)
    await away(office, "ada", "2998-12-24", "2998-12-24")

    back = await office.command("team", "back", "ada")
    again = await office.command("team", "back", "ada")

    assert back.out.startswith("ended: ada from ")
    assert again.out == "ada is not away\n"
    stored = await office.stores.teams.read()
    assert stored.away(utc_now()) == frozenset()
    assert len(stored.absences) == 2

    planned = await office.command("team", "back", "ada", "--planned")
    assert planned.out == "ended: ada from 2998-12-23 23:00 until 2998-12-24 23:00 UTC\n"
    assert len((await office.stores.teams.read()).absences) == 1


async def test_the_team_is_shown_with_who_is_away_and_who_is_next(office: Account) -> None:
    now = utc_now()
    absence = Absence(member="bob", from_at=now, until_at=datetime(2998, 12, 24, tzinfo=UTC))
    await office.stores.teams.put_absence(absence)
    await office.stores.teams.put_left("ada", now)

    lines = (await office.command("team", "show")).out.splitlines()

    assert [" ".join(line.split()) for line in lines] == [
        "team member weight new leads",
        "Sales East ada 1 none: has left",
        f"Sales East bob 2 none from {now:%Y-%m-%d %H:%M} until 2998-12-24 00:00 UTC",
        "Sales East cem 1 next",
    ]


async def test_without_teams_there_is_nobody_to_show(account: Account) -> None:
    await account.push("warm@example.com")

    told = await account.command("team", "show")

    assert (told.out, told.err) == (
        "",
        "the rules in force have no teams: see `leads routing show`\n",
    )
