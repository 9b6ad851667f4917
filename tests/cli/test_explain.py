"""``leads explain``: which rule, whose lead, until when and why; and nothing is written."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.bootstrap import utc_now
from shared.operations.explaining import asked_lead, explain
from shared.operations.explaining_clock import Asked, BySettings
from shared.ports.rules import StoredRules
from shared.routing.parsing import parse_rules
from tests.cli.account import Account, leads_command
from tests.forking import ROOT

EXAMPLE = ROOT / "samples" / "routing.toml"
BY_SETTINGS = BySettings(destinations=("azure_table",), follow_up_within=timedelta(hours=24))
PUSH = {
    "UserDetails": {
        "Email": "zoe@fabrikam.example.com",
        "Company": "Fabrikam",
        "Country": "Germany",
    },
    "LeadSource": "AppSource-INS|contoso.contoso-crm",
}


async def told_of(push: object, *arguments: str) -> list[str]:
    told = await leads_command(
        "explain", "-", "--rules", str(EXAMPLE), *arguments, stdin=json.dumps(push).encode()
    )
    assert (told.code, told.err) == (0, "")
    return told.out.splitlines()


async def test_the_rule_that_matches_is_named_with_what_follows() -> None:
    lines = await told_of(PUSH)

    said = {line[:16].strip(): line[16:] for line in lines if line[:16].strip()}
    assert said["rules"] == str(EXAMPLE)
    assert said["rule"] == (
        "ready to buy, since action: ins, create; country: dach, FR, GB; qualified: yes"
    )
    assert (said["team"], said["owner"]) == ("Sales Europe", "the next turn decides")
    assert (said["priority"], said["qualified"]) == ("high, hot", "yes")
    assert "4 working hours from " in said["answer by"]
    assert said["answer by"].count("Europe/Berlin") >= 2
    assert said["next"].endswith("UTC  the lead is flagged as overdue, and the owner is told")
    assert [line[38:] for line in lines if line.startswith(" " * 16)] == [
        "the owner is reminded, 1 working hour later",
        "somebody else gets the lead, 2 working hours later",
        "the manager is told, 1 working day later",
    ]


async def test_each_rule_before_says_why_it_does_not_match() -> None:
    push = {**PUSH, "UserDetails": {**PUSH["UserDetails"], "Email": "zoe@gmail.com"}}  # type: ignore[dict-item]

    lines = await told_of(push)

    assert lines[1] == "rule            Europe, since country: dach, FR, GB, NL, ES"
    assert lines[2].strip() == "not ready to buy: qualified is no; this rule wants yes"
    assert lines[3] == "qualified       no: e-mail address is of a free-mail provider"


@pytest.mark.parametrize(
    ("sample", "why"),
    [
        ("do-not-contact", "nobody may contact this customer"),
        ("partner-center-test", "it is a test lead"),
        ("no-personal-data", "it says nothing by which the customer could be answered"),
    ],
)
async def test_who_needs_no_answer_has_no_clock_and_no_owner(sample: str, why: str) -> None:
    told = await leads_command("explain", "--sample", sample, "--rules", str(EXAMPLE), "--json")

    assert told.code == 0
    assert (told.json["due_at"], told.json["next"]) == (None, [])
    assert (told.json["owner"], told.json["owner_why"]) == ("", why)
    assert told.json["due_why"] == why


async def test_without_rules_the_settings_decide(account: Account) -> None:
    await account.push("zoe@example.com")

    told = await account.command("explain", "--sample", "three-steps", "--json")

    view = told.json
    assert told.code == 0
    assert (view["rules"], view["rule"], view["team"]) == ("no routing.toml", "default", "")
    assert (view["owner_why"], view["destinations"]) == ("the rule names no team", ["azure_table"])
    assert "24h from " in view["due_why"]
    assert "by FOLLOW_UP_WITHIN; working hours do not count" in view["due_why"]
    assert view["next"][0]["what"].endswith("overdue, and any default channel is told")


async def test_a_lead_is_explained_by_the_rules_in_force_and_nothing_is_written(
    account: Account, tmp_path: Path
) -> None:
    await account.push("zoe@example.com", LeadSource="AppSource-INS|contoso.contoso-crm")
    text = EXAMPLE.read_text("utf-8")
    rules = StoredRules(text=text, applied_at=utc_now(), applied_by="ada")
    await account.stores.rules.put_in_force(rules, before=None)
    before = [row async for row in account.stores.backup.rows()]

    told = await account.command("explain", "zoe@example.com", "--json")

    stored = await account.stores.lead("zoe@example.com")
    assert told.json["rules"].endswith("UTC, by ada")
    assert told.json["rule"] == "default"
    assert told.json["due_why"].endswith("as decided when it was recorded")
    assert told.json["due_at"] == f"{stored.lead.follow_up.due_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    assert [row async for row in account.stores.backup.rows()] == before


async def test_whose_turn_it_is_is_told_and_not_taken(account: Account) -> None:
    await account.push("zoe@example.com")
    rules = StoredRules(text=EXAMPLE.read_text("utf-8"), applied_at=utc_now(), applied_by="ada")
    await account.stores.rules.put_in_force(rules, before=None)
    before = [row async for row in account.stores.backup.rows()]

    views = [
        (await account.command("explain", "-", "--json", stdin=json.dumps(PUSH).encode())).json
        for _ in range(2)
    ]

    for view in views:
        assert (view["owner"], view["owner_why"]) == ("ada", "by turns, as things stand")
    assert [row async for row in account.stores.backup.rows()] == before


async def test_the_rule_of_then_counts_for_a_lead_that_is_stored(account: Account) -> None:
    lead = (await account.push("zoe@example.com")).lead
    [newest] = lead.interests
    text = EXAMPLE.read_text("utf-8") + '[[rules]]\nname = "last"\nwhen.offer = "x"\n'
    rules = StoredRules(text=text, applied_at=utc_now(), applied_by="ada")
    await account.stores.rules.put_in_force(rules, before=None)

    asked = Asked(
        lead=replace(lead, rules={newest.first.submission_id: "Europe"}),
        interest=(await asked_lead(account.stores, lead.lead_id, "")).interest,
    )
    view = await explain(asked, parse_rules(text), BY_SETTINGS, None)

    assert (view.rule, view.recorded_rule, view.team) == ("default", "Europe", "Sales Europe")


async def test_a_customer_who_was_answered_is_not_due(account: Account) -> None:
    await account.push("zoe@example.com")
    await account.command("follow-up", "zoe@example.com", "--by", "ada")

    told = await account.command("explain", "zoe@example.com", "--json")

    assert told.json["due_at"] is None
    assert told.json["due_why"].startswith("somebody followed up at ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain"], "name one of LEAD, FILE and --sample NAME"),
        (["explain", "-", "--sample", "official"], "name one of LEAD, FILE and --sample NAME"),
        (["explain", "--sample", "nobody"], "there is no sample 'nobody'"),
        (["explain", "-"], "this is not a lead, so no rule is asked: "),
    ],
)
async def test_what_cannot_be_explained_is_said(arguments: list[str], said: str) -> None:
    told = await leads_command(*arguments, "--rules", str(EXAMPLE), stdin=b"{}")

    assert (told.code, said in told.err) == (2, True)
