"""``leads team``: absences, who is next, and the leads of somebody who leaves."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.assignment.assigning import Assigner
from shared.assignment.owners import OwnersByTurns
from shared.bootstrap import utc_now
from shared.domain.rules import Rules
from shared.operations.leavers import give_away, mark_left
from shared.ports.leads import LeadChange
from shared.ports.rules import StoredRules
from shared.ports.teams import Absence
from shared.routing.parsing import check_rules
from tests.cli.account import Account, Told

TEXT = """
[default]
team = "east"

[teams.east]
name = "Sales East"
members = ["ada", "bob", "cem"]
zone = "Europe/Berlin"
weights = { bob = 2 }
channel = "east"
notify = "always"

[channels.east]
kind = "teams"
setting = "EAST_URL"

[people.ada]
name = "Ada"
email = "ada@contoso.com"
[people.bob]
name = "Bob"
email = "bob@contoso.com"
[people.cem]
name = "Cem"
email = "cem@contoso.com"
"""


def rules() -> Rules:
    found = check_rules(TEXT, destinations=()).rules
    assert found is not None
    return found


@pytest.fixture
async def office(account: Account) -> Account:
    """Return an app in which rules with a team were applied."""
    applied = StoredRules(text=TEXT, applied_at=utc_now(), applied_by="ada")
    await account.push("warm@example.com")
    assert await account.stores.rules.put_in_force(applied, before=None)
    return account


def by_turns(account: Account) -> OwnersByTurns:
    assigner = Assigner(teams=account.stores.teams, clock=utc_now, jitter=lambda: 0.5)
    return OwnersByTurns(assigner=assigner, secret=account.stores.secret)


async def owned(account: Account, email: str, owner: str) -> str:
    """Return the id of a new lead that somebody owns."""
    stored = await account.push(email)
    lead = replace(stored.lead, owner=owner, team="east")
    await account.stores.leads.commit(LeadChange(before=stored, lead=lead, at=utc_now()))
    return lead.lead_id


async def owner_of(account: Account, lead_id: str) -> str:
    stored = await account.stores.leads.read(lead_id)
    assert stored is not None
    return stored.lead.owner


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


async def test_a8_the_open_leads_of_a_leaver_go_to_the_others_in_turn(office: Account) -> None:
    theirs = [await owned(office, f"c{n}@example.com", "ada") for n in range(6)]
    other = await owned(office, "other@example.com", "bob")
    done = await owned(office, "done@example.com", "ada")
    await office.command("follow-up", done, "--by", "ada", "--outcome", "won")

    told = await office.command("team", "reassign", "ada", "--yes")

    owners = [await owner_of(office, lead_id) for lead_id in theirs]
    assert (told.code, told.err) == (0, "")
    assert Counter(owners) == {"bob": 4, "cem": 2}
    assert [line.partition(": ")[0] for line in told.out.splitlines()] == ["bob", "cem"]
    assert told.out.startswith("bob: 4 leads: ")
    assert await owner_of(office, other) == "bob"
    assert await owner_of(office, done) == "ada"
    assert await office.stores.teams.left() == {"ada"}
    events = await office.stores.histories.events(theirs[0])
    assert [event.kind for event in events][-1] == "assigned"
    for lead_id in theirs:
        stored = await office.stores.leads.read(lead_id)
        assert stored is not None
        assert [(name, n.occasion, n.listed) for name, n in stored.notices.items()] == [
            ("owner", "reassigned", True)
        ]
        assert stored.lead.next_due_at is not None
        assert stored.lead.next_due_at <= utc_now()

    again = await office.command("team", "reassign", "ada", "--yes")
    assert again.out == "ada has left and has no open leads\n"
    assert [await owner_of(office, lead_id) for lead_id in theirs] == owners


async def test_a8_twice_at_once_each_lead_changes_hands_once(office: Account) -> None:
    theirs = [await owned(office, f"c{n}@example.com", "ada") for n in range(6)]
    await mark_left(office.stores, rules(), "ada")
    first = give_away(office.stores, by_turns(office), rules(), "ada")
    second = give_away(office.stores, by_turns(office), rules(), "ada")

    await anext(first)
    async for _ in second:
        pass
    async for _ in first:
        pass

    stored = [await office.stores.leads.read(lead_id) for lead_id in theirs]
    assert [one.lead.reassigned for one in stored if one] == [1] * 6
    assert Counter(one.lead.owner for one in stored if one) == {"bob": 4, "cem": 2}


async def test_a8_where_nobody_is_left_a_lead_has_no_owner(office: Account) -> None:
    lead_id = await owned(office, "c@example.com", "ada")
    for member in ("bob", "cem"):
        await office.stores.teams.put_left(member, utc_now())

    told = await office.command("team", "reassign", "ada", "--yes")

    stored = await office.stores.leads.read(lead_id)
    assert stored is not None
    assert stored.lead.owner == ""
    assert [(name, n.occasion, n.listed) for name, n in stored.notices.items()] == [
        ("team", "no_owner", True)
    ]
    assert told.out == f"nobody (no other member is left): 1 lead: {lead_id[:8]}\n"


async def test_a8_who_is_not_known_does_not_leave(office: Account) -> None:
    told = await office.command("team", "reassign", "eve", "--yes")

    assert told.code == 2
    assert told.err == "leads: 'eve' is in no team; the members are: ada, bob, cem\n"
    assert await office.stores.teams.left() == frozenset()


async def test_a8_one_who_is_in_no_file_any_more_can_leave_with_open_leads(office: Account) -> None:
    lead_id = await owned(office, "c@example.com", "eve")

    told = await office.command("team", "reassign", "eve", "--yes")

    assert told.code == 0
    assert await owner_of(office, lead_id) in {"ada", "bob", "cem"}


async def test_a8_the_mark_stays_until_it_is_removed(office: Account) -> None:
    await office.command("team", "reassign", "ada", "--yes")

    applied = await office.command("routing", "apply", "-", "--yes", stdin=TEXT.encode())
    back = await office.command("team", "back", "ada")
    again = await office.command("routing", "apply", "-", "--yes", stdin=TEXT.encode())

    assert "ada is marked as having left and gets no leads; if that is wrong" in applied.out
    assert back.out == "ada no longer counts as having left\n"
    assert "ada" not in again.out
    assert await office.stores.teams.left() == frozenset()
