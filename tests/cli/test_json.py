"""What is the same for all commands: ``--json``, and how a lead is named."""

import json
from pathlib import Path

import pytest

from shared.ports.index import KnownDestinations
from tests.cli.a_team import TEAM_RULES
from tests.cli.account import Account, leads_command
from tests.docs.command_lines import PATHS, command_of

STREAMS = {("send",), ("export",), ("import",)}
"""What they print is an answer or a backup, or nothing."""

PHONE = "+49 30 23125107"


def options(path: tuple[str, ...]) -> set[str]:
    command, _ = command_of(path)
    return {name for param in command.params for name in param.opts}


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_that_tells_something_tells_it_in_json_too(path: tuple[str, ...]) -> None:
    assert ("--json" in options(path)) is (path not in STREAMS)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_that_takes_a_lead_takes_a_last_name(path: tuple[str, ...]) -> None:
    command, _ = command_of(path)
    takes_a_lead = {param.metavar for param in command.params} & {"LEAD", "INTO"}

    assert ("--last-name" in options(path)) is bool(takes_a_lead)


async def by_phone(account: Account, last_name: str) -> str:
    """Push as somebody who gives no e-mail address; return the lead's id."""
    details = {"Phone": PHONE, "LastName": last_name}
    await account.queue_body(json.dumps({"UserDetails": details, "ActionCode": "INS"}).encode())
    await account.route_queued()
    return (await account.stores.lead(PHONE, last_name=last_name)).lead.lead_id


async def test_a6_two_customers_of_one_phone_number_are_merged_by_their_last_names(
    office: Account,
) -> None:
    gone, kept = await by_phone(office, "Brandt"), await by_phone(office, "Quimby")
    named = ("merge", PHONE, PHONE, "--last-name", "Brandt", "--into-last-name", "Quimby")

    looked = await office.command(*named, "--json", "--dry-run")
    done = await office.command(*named, "--json", "--yes")

    expected = {
        "lead_id": gone,
        "into_id": kept,
        "done": False,
        "submissions": 1,
        "follow_ups": 0,
        "owner": "",
    }
    records = looked.json.pop("records")
    assert {**looked.json, "records": []} == {**expected, "records": []}
    assert [(record["name"], record["record_id"]) for record in records] == [("crm", "1")]
    assert done.json["done"] is True


async def test_a6_before_a_merge_it_is_said_that_it_can_not_be_undone(office: Account) -> None:
    await by_phone(office, "Brandt")
    await office.push("ada@example.com")

    looked = await office.command("merge", PHONE, "ada@example.com", "--dry-run")

    first, second, *_, last = looked.out.splitlines()
    assert first.endswith(f" (Brandt, {PHONE})")
    assert second.endswith(" (ada@example.com)")
    assert last == "  this can't be undone"


async def test_what_was_done_to_a_lead_is_told_in_json(office: Account) -> None:
    parked = await office.parked("zoe@example.com")
    known = KnownDestinations(in_use=frozenset({"crm", "hubspot"}), retired=frozenset())
    await office.stores.index.put_known_destinations(known)
    lead_id = parked.lead.lead_id

    released = await office.command("release", lead_id, "--json")
    all_of_them = await office.command("release", "--all", "--yes", "--json")
    pending = await office.command("deliver", "--pending", "--yes", "--json")
    looked = await office.command("deliver", "--to", "hubspot", "--dry-run", "--json")
    filled = await office.command("deliver", "--to", "hubspot", "--yes", "--json")
    acted = await office.command("follow-up", lead_id, "--outcome", "won", "--json")
    undone = await office.command("undo-follow-up", lead_id, "--json")

    assert released.json == all_of_them.json == {"lead_ids": [lead_id]}
    assert pending.json == {"lead_ids": []}
    assert (looked.json["lacking"], looked.json["queued"]) == (2, [])
    assert lead_id in filled.json["queued"]
    assert (acted.json["lead_id"], acted.json["follow_up_outcome"]) == (lead_id, "won")
    assert (undone.json["lead_id"], undone.json["follow_up"]) == (lead_id, "waiting")


async def test_what_became_of_an_entry_is_told_in_json(office: Account) -> None:
    first, second = await office.quarantine(b"no JSON"), await office.quarantine(b"no JSON either")
    body = b'{"UserDetails": {"Email": "zoe@example.com"}}'

    released = await office.command(
        "quarantine", "release", first, "--body", "-", "--json", stdin=body
    )
    gone = await office.command("quarantine", "discard", second, "--reason", "no lead", "--json")

    assert (released.json["quarantine_id"], released.json["state"]) == (first, "released")
    assert (gone.json["state"], gone.json["note"]) == ("discarded", "no lead")


async def test_who_is_away_and_who_has_left_is_told_in_json(office: Account) -> None:
    away = await office.command("team", "away", "bob", "2031-01-01", "2031-01-02", "--json")
    shown = await office.command("team", "show", "--json")
    back = await office.command("team", "back", "bob", "--planned", "--json")
    given = await office.command("team", "reassign", "cem", "--yes", "--json")

    [bob] = away.json
    assert (bob["member"], bob["weight"]) == ("bob", 2)
    [absence] = bob["absences"]
    assert absence == {"from_at": "2030-12-31T23:00:00Z", "until_at": "2031-01-02T23:00:00Z"}
    assert [one["member"] for one in shown.json] == ["ada", "bob", "cem"]
    assert [one["absences"] for one in back.json] == [[]]
    assert given.json == []


async def test_rules_are_checked_and_applied_in_json_and_doubts_are_beside_it(
    office: Account, tmp_path: Path
) -> None:
    wrong, doubtful = tmp_path / "wrong.toml", tmp_path / "doubtful.toml"
    wrong.write_text('[default]\nteam = "west"\n')
    doubtful.write_text(TEAM_RULES + '[people.dee]\nname = "Dee"\nemail = "dee@contoso.com"\n')

    checked = await leads_command("routing", "check", str(wrong), "--json")
    doubted = await leads_command("routing", "check", str(doubtful), "--json")
    applied = await office.command("routing", "apply", str(doubtful), "--yes", "--json")
    explained = await leads_command(
        "explain", "--sample", "official", "--rules", str(doubtful), "--json"
    )

    assert (checked.code, checked.err) == (1, f"leads: {wrong} has 1 fault\n")
    [fault] = checked.json
    assert (fault["line"], fault["key"], fault["warning"]) == (2, "default.team", False)
    assert [doubt["warning"] for doubt in doubted.json] == [True]
    assert applied.json["text"] == doubtful.read_text()
    for told in (applied, explained):
        assert told.code == 0
        assert " (warning)\n" in told.err
    assert explained.json["team"] == "Sales East"


async def test_what_was_checked_is_told_in_json(office: Account) -> None:
    told = await office.command("check", "--json")

    assert told.code == 1
    assert told.err == "leads: 1 thing needs fixing\n"
    [table, room] = told.json
    assert (table["of"], table["ok"], table["fix"]) == ("azure_table", True, "")
    assert room["fix"].startswith("EAST_URL: is not set; ")


async def test_storage_that_gives_no_answer_is_one_of_the_things_to_fix() -> None:
    nowhere = "AccountName=x;AccountKey=c2VjcmV0;" + "".join(
        f"{service}Endpoint=http://127.0.0.1:1/x;" for service in ("Queue", "Table")
    )

    told = await leads_command("check", "--json", LeadStorage=nowhere, CRM="azure_table")

    assert told.code == 1
    storage = told.json[-1]
    assert (storage["of"], storage["what"], storage["ok"]) == ("storage", "storage answers", False)
    assert "is LeadStorage right, and does it run?" in storage["fix"]
