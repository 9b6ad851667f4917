"""``leads team reassign``: the leads of somebody who leaves (A8)."""

from collections import Counter
from dataclasses import replace

from shared.assignment.assigning import Assigner
from shared.assignment.owners import OwnersByTurns
from shared.bootstrap import utc_now
from shared.domain.rules import Rules
from shared.operations.leavers import give_away, mark_left
from shared.ports.leads import LeadChange
from shared.routing.parsing import check_rules
from tests.cli.a_team import TEAM_RULES
from tests.cli.account import Account


def rules() -> Rules:
    found = check_rules(TEAM_RULES, destinations=()).rules
    assert found is not None
    return found


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


async def test_a8_so_does_what_they_left_open_before_the_sweep_says_when_to_look_again(
    office: Account,
) -> None:
    left_open = await owned(office, "open@example.com", "ada")
    await office.command("follow-up", left_open, "--by", "ada", "--outcome", "meeting")

    told = await office.command("team", "reassign", "ada", "--yes")

    assert told.code == 0
    assert await owner_of(office, left_open) in {"bob", "cem"}


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

    applied = await office.command("routing", "apply", "-", "--yes", stdin=TEAM_RULES.encode())
    back = await office.command("team", "back", "ada")
    again = await office.command("routing", "apply", "-", "--yes", stdin=TEAM_RULES.encode())

    assert "ada is marked as having left and gets no leads; if that is wrong" in applied.out
    assert back.out == "ada no longer counts as having left\n"
    assert "ada" not in again.out
    assert await office.stores.teams.left() == frozenset()
