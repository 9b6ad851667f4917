"""Every fault of a ``routing.toml``, all at once, each with its key and what should be there."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.domain.errors import RulesError
from shared.domain.fair_turns import MOST_STANDINGS
from shared.domain.tags import MOST_OF_A_RULE
from shared.routing.parsing import Checked, check_rules, parse_rules

RIGHT = """
default_channel = "room"

[default]
team = "east"
policy = "usual"

[[rules]]
name = "france"
when.country = "FR"

[policies.usual]
within = "24h"

[teams.east]
members = ["ada", "bob"]
zone = "Europe/Berlin"
hours.weekdays = "09:00-17:00"

[people]
ada = { email = "ada@contoso.com" }
bob = { email = "bob@contoso.com" }

[channels.room]
kind = "teams"
setting = "NOTICE_TEAMS_ROOM"
"""

DESTINATIONS = ("dynamics", "hubspot")


def check(text: str) -> Checked:
    return check_rules(text, destinations=DESTINATIONS)


def test_a_right_file_has_neither_faults_nor_doubts() -> None:
    checked = check(RIGHT)

    assert (checked.faults, checked.doubts) == ((), ())
    assert checked.rules is not None


FAULTS = tomllib.loads((Path(__file__).parent / "faults.toml").read_text("utf-8"))["faults"]


@pytest.mark.parametrize("case", FAULTS, ids=[case["fault"] for case in FAULTS])
def test_a_fault_is_told_with_its_key_and_what_should_be_there(case: dict[str, str]) -> None:
    old, new, fault = case["replace"], case["by"], case["fault"]
    assert RIGHT.count(old) == 1

    checked = check(RIGHT.replace(old, new))

    assert checked.rules is None
    assert fault in [str(found)[: len(fault)] for found in checked.faults], checked.faults


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x = " + "[" * 3000 + "]" * 3000, "is nested too deeply"),
        ("x = " + "1" * 5000, "is not valid TOML: Exceeds the limit"),
        ("rules = 3\n[default]", "rules: should be a list of tables: [[rules]]"),
        ("rules = [3]\n[default]", "rules[1]: should be a table"),
        ("people = 3\n[default]", "people: should be tables, each with a name: [people.name]"),
        ("default = 3", "default: should be a table"),
        ("# " + "ü" * 300_000, "is longer than 512 KiB"),
    ],
)
def test_a_file_of_another_shape_is_a_fault(text: str, fault: str) -> None:
    assert [str(found)[: len(fault)] for found in check(text).faults] == [fault]


def test_all_faults_are_told_at_once() -> None:
    text = RIGHT
    for old, new in (
        ('policy = "usual"', 'policy = "usal"\ncolour = "red"'),
        ('when.country = "FR"', 'when.country = "Gaul"'),
        ('within = "24h"', 'within = "soon"'),
        ("Europe/Berlin", "Europe/Bonn"),
        ('setting = "NOTICE_TEAMS_ROOM"', ""),
    ):
        text = text.replace(old, new)

    with pytest.raises(RulesError, match="the rules are wrong") as told:
        parse_rules(text)

    assert [fault.partition(":")[0] for fault in told.value.faults] == [
        "default.colour",
        "policies.usual.within",
        "rules[1].when.country[1]",
        "teams.east.zone",
        "channels.room",
    ]


def test_no_fault_tells_a_url() -> None:
    url = "https://hooks.example.com/secret"
    text = RIGHT.replace("NOTICE_TEAMS_ROOM", url).replace('"east"', f'"{url}"', 1)
    text += f'url = "{url}"\n"{url}" = 1\n[people.eve]\nname = 3\nchannel = "{url}"\n'

    faults = [str(fault) for fault in check(text).faults]

    assert len(faults) >= 5
    assert "hooks.example" not in "\n".join(faults)


DOUBTS = tomllib.loads((Path(__file__).parent / "doubts.toml").read_text("utf-8"))["doubts"]


@pytest.mark.parametrize("case", DOUBTS, ids=[case["doubt"] for case in DOUBTS])
def test_what_is_probably_not_meant_is_doubted_and_in_force(case: dict[str, str]) -> None:
    old, new, doubt = case["replace"], case["by"], case["doubt"]
    assert RIGHT.count(old) == 1

    checked = check(RIGHT.replace(old, new))

    assert checked.rules is not None, checked.faults
    assert [str(found) for found in checked.doubts] == [doubt]


def test_a_team_that_stops_work_for_good_is_a_fault_and_its_policies_are_none() -> None:
    days = (date(2027, 3, 1) + timedelta(days=n) for n in range(740))
    closed = ", ".join(day.isoformat() for day in days)
    ends = RIGHT.replace('zone = "Europe/Berlin"', f'zone = "Europe/Berlin"\nclosed = [{closed}]')

    faults = [str(fault) for fault in check(ends.replace('"24h"', '"2 working days"')).faults]

    told = "should leave some working time: from 2027-03-01 on there is none for two years"
    assert faults == [f"teams.east.closed: {told}"]


def test_what_a_team_works_in_two_years_is_long_enough() -> None:
    short = RIGHT.replace('weekdays = "09:00-17:00"', 'monday = "09:00-11:00"')
    assert check(short.replace('"24h"', '"200 working hours"')).faults == ()


def test_what_would_not_fit_a_column_is_a_fault_of_the_file() -> None:
    people = [f"p{number}" for number in range(MOST_STANDINGS + 1)]
    tags = [f"t{number}" for number in range(MOST_OF_A_RULE + 1)]
    text = f"[default]\ntags = {tags}\n[teams.north]\nmembers = {people}\n"

    faults = [str(fault) for fault in check(text).faults]

    assert any(fault.startswith("default.tags: ") for fault in faults), faults
    assert any(fault.startswith("teams.north.members: ") for fault in faults), faults
