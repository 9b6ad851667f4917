"""``leads routing``: rules are checked, applied and shown."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from shared.bootstrap import utc_now
from shared.domain.rules import rules_without_file
from shared.ports.rules import DeployedFile, StoredRules
from shared.rules_in_force import RulesInForce, RuleSources
from shared.storage.teams import TableTeams
from tests.cli.account import Account, leads_command
from tests.forking import ROOT

EXAMPLE = ROOT / "samples" / "routing.toml"
RIGHT = '[default]\ntags = ["one"]\n'
WRONG = '[default]\nteam = "east"\n\n[teams.west]\nmembers = ["ada"]\nzone = "Europe/Bonn"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "routing.toml"


def write(file: Path, text: str, encoding: str = "utf-8") -> None:
    file.write_text(text, encoding)


async def test_the_example_can_be_applied() -> None:
    told = await leads_command("routing", "check", str(EXAMPLE))

    said = f"{EXAMPLE} can be applied: 4 rules, 2 teams, 5 members\n"
    assert (told.code, told.out, told.err) == (0, said, "")


async def test_every_fault_is_told_with_its_place(file: Path) -> None:
    write(file, WRONG)

    told = await leads_command("routing", "check", str(file))

    zone = "'Europe/Bonn' should be an IANA time zone, such as Europe/Berlin"
    assert told.code == 1
    assert told.out.splitlines() == [
        f"{file}:2:1: default.team: 'east' should be a team: west",
        f"{file}:5:12: teams.west.members[1]: 'ada' should be a person: there is none yet",
        f"{file}:6:1: teams.west.zone: {zone}",
    ]
    assert told.err == f"leads: {file} has 3 faults\n"


async def test_doubts_are_warnings(file: Path) -> None:
    write(
        file,
        '[[rules]]\nname = "uk"\nwhen.country = "UK"\ndestinations = ["dynamics"]\n[default]\n',
    )

    told = await leads_command("routing", "check", str(file))

    assert told.code == 0
    assert told.out.splitlines()[0] == (
        f"{file}:3:6: rules[1].when.country[1]: 'UK' is read as GB; better write GB (warning)"
    )


async def test_a_destination_that_is_not_there_is_a_fault() -> None:
    told = await leads_command(
        "routing", "check", "-", stdin=b'[default]\ndestinations = ["sugar"]\n'
    )

    assert told.code == 1
    assert told.out.startswith(
        "standard input:2:17: default.destinations[1]: 'sugar' should be a destination: azure_tab"
    )


async def test_what_is_no_text_is_told(file: Path) -> None:
    write(file, "[default] # ü", "latin-1")

    told = await leads_command("routing", "check", str(file))
    missing = await leads_command("routing", "check", f"{file}.missing")

    assert (told.code, told.err) == (2, f"leads: {file} is not UTF-8: see byte 13\n")
    assert (missing.code, missing.err.endswith("No such file or directory\n")) == (2, True)


async def test_c8_rules_are_applied_and_shown(account: Account, file: Path) -> None:
    await account.push("zoe@example.com")
    write(file, RIGHT)

    before = await account.command("routing", "show")
    told = await account.command("routing", "apply", str(file), "--by", "ada")
    again = await account.command("routing", "apply", str(file))
    shown = await account.command("routing", "show")
    view = (await account.command("routing", "show", "--json")).json

    assert (before.code, before.out) == (0, "")
    assert "no rules were applied: the settings decide" in before.err
    assert (told.code, told.out) == (0, f"{file} is in force: 1 rule, 0 teams, 0 members\n")
    assert again.out == f"{file} is in force already\n"
    assert shown.out == RIGHT
    assert re.fullmatch(r"in force since \S+ \S+ UTC, by ada\n", shown.err)
    assert (view["in_force"]["applied_by"], view["text"]) == ("ada", RIGHT)


async def test_c8_the_app_has_rules_that_were_applied(account: Account, file: Path) -> None:
    await account.push("zoe@example.com")
    write(file, RIGHT)
    await account.command("routing", "apply", str(file))
    sources = RuleSources(store=account.stores.rules, deployed="", by_settings=rules_without_file())

    rules = await RulesInForce(sources, utc_now).current()

    assert rules.rules[-1].tags == ("one",)


async def test_a8_members_who_are_marked_as_having_left_are_named(account: Account) -> None:
    await account.push("zoe@example.com")
    teams = TableTeams(account.table("Teams"))
    await teams.put_left("ada", utc_now())
    await teams.put_left("eve", utc_now())

    told = await account.command("routing", "apply", str(EXAMPLE))

    again = "if that is wrong, `leads team back ada`"
    assert told.out.splitlines()[1:] == [f"ada is marked as having left and gets no leads; {again}"]


async def test_wrong_rules_are_not_applied(account: Account, file: Path) -> None:
    await account.push("zoe@example.com")
    write(file, WRONG)

    told = await account.command("routing", "apply", str(file))

    assert (told.code, len(told.out.splitlines())) == (1, 3)
    assert await account.stores.rules.in_force() is None


async def test_c8_a_deployed_file_that_is_not_in_force_is_told_of(account: Account) -> None:
    await account.push("zoe@example.com")
    now = utc_now()
    await account.stores.rules.put_in_force(
        StoredRules(text=RIGHT, applied_at=now - timedelta(days=1), applied_by="ada"), before=None
    )

    await account.stores.rules.report(DeployedFile(content_id="a" * 16, seen_at=now))
    older = await account.command("routing", "show")
    faults = ("[default] is missing", "teams: is wrong")
    await account.stores.rules.report(DeployedFile(content_id="a" * 16, seen_at=now, faults=faults))
    status = await account.command("status")
    view = (await account.command("status", "--json")).json

    said = "the deployed routing.toml is not in force: "
    assert f"{said}it was before, and other rules were applied since; to have it back" in older.err
    assert f"! {said}[default] is missing, and 1 more fault; see `leads routing" in status.out
    assert f"rules               applied {now - timedelta(days=1):%Y-%m-%d}" in status.out
    assert view["rules_not_in_force"]["faults"] == list(faults)
