"""``leads show`` and ``leads list`` tell who owns a lead and what was done."""

from dataclasses import replace

from shared.bootstrap import utc_now
from shared.domain.attempts import postpone
from shared.domain.notices import Occasion, Role, new_notice
from shared.ports.leads import Event, EventKind, LeadChange
from shared.storage.keys import time_key
from tests.cli.account import DAY, Account


async def owned(account: Account, email: str) -> str:
    """Return the id of a new lead of Ada's, with a notice that could not be sent."""
    stored, now = await account.push(email), utc_now()
    lead = replace(stored.lead, owner="ada", team="east", unqualified=("country is missing",))
    notice = new_notice(
        lead.lead_id,
        recipient=Role.OWNER,
        occasion=Occasion.NEW,
        because_of=time_key(now),
        now=now,
        send_from=now,
    )
    assigned = Event(kind=EventKind.ASSIGNED, owner="ada", team="east", detail="in turn")
    told = Event(kind=EventKind.NOTIFIED, recipient="ada", channel="east")
    await account.stores.leads.commit(
        LeadChange(
            before=stored,
            lead=lead,
            at=now,
            events=[assigned, told],
            notices={"owner": postpone(notice, "channel east answered 500", DAY, now)},
        )
    )
    return lead.lead_id


async def test_a_lead_shows_its_owner_what_it_lacks_and_who_was_told(office: Account) -> None:
    lead_id = await owned(office, "zoe@example.com")

    told = (await office.command("show", lead_id)).out

    assert "owner        Ada (ada)\n" in told
    assert "team         Sales East (east)\n" in told
    assert "qualified    no: country is missing\n" in told
    assert "to ada of east: in turn" in told
    assert "ada by east" in told
    assert "new; not sent: channel east answered 500" in " ".join(told.split())
    assert "UTC: the lead is flagged as overdue, and the owner is told" in " ".join(told.split())


async def test_acts_are_shown_and_those_that_were_undone_are_marked(office: Account) -> None:
    lead_id = await owned(office, "zoe@example.com")
    await office.command("follow-up", lead_id, "--by", "ada", "--outcome", "no-answer")
    await office.command("undo-follow-up", lead_id)
    await office.command("follow-up", lead_id, "--by", "bob", "--outcome", "meeting")

    told = await office.command("show", lead_id)
    as_json = (await office.command("show", lead_id, "--json")).json

    assert "withdrawn; no answer; via command" in told.out
    assert [(a["by"], a["outcome"], a["withdrawn"]) for a in as_json["acts"]] == [
        ("ada", "no_answer", True),
        ("bob", "meeting", False),
    ]


async def test_leads_are_listed_by_owner(office: Account) -> None:
    lead_id = await owned(office, "zoe@example.com")

    mine = (await office.command("list", "--owner", "Ada", "--json")).json
    others = (await office.command("list", "--owner", "bob", "--json")).json

    assert [one["lead_id"] for one in mine] == [lead_id]
    assert others == []


async def test_what_a_person_decided_about_a_lead_is_shown_with_who_and_why(
    office: Account,
) -> None:
    lead_id = await owned(office, "zoe@example.com")
    said = ("--by", "Sam", "--note", "their reseller is known")

    await office.command("follow-up", lead_id, "--outcome", "qualified", *said)
    told = (await office.command("show", lead_id)).out
    listed = (await office.command("list", "--json")).json
    [view] = [lead for lead in listed if lead["lead_id"] == lead_id]

    assert "qualified    yes: Sam decided so: their reseller is known\n" in told
    assert (view["qualified"], view["unqualified_because"]) == (True, [])
    assert (view["qualification_by"], view["qualification_note"]) == (
        "Sam",
        "their reseller is known",
    )
