"""Read the parts of a file, each on its own, so that a fault in one hides none in another."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.routing import file_models as file
from shared.routing import file_values as values
from shared.routing.faults import Findings
from shared.routing.wording import describe, unknown_key

type Table = Mapping[str, Any]

LONGEST_FILE = 512 * 1024
"""Bytes: half of what a row of Table Storage holds."""

NAME = TypeAdapter[str](values.Name)
GROUP = TypeAdapter[list[str]](values.Group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a file that are right in themselves; rules by their place from 0.

    ``named`` has the names of all parts by section: also of those that are wrong.
    """

    named: Mapping[str, frozenset[str]]
    default_channel: str
    default: file.Outcome
    rules: Mapping[int, file.Rule]
    people: Mapping[str, file.Person]
    teams: Mapping[str, file.Team]
    policies: Mapping[str, file.Policy]
    channels: Mapping[str, file.Channel]
    groups: Mapping[str, list[str]]
    qualification: file.Qualification


def read_table(text: str, found: Findings) -> Table | None:
    """Return the text as TOML; None and a fault if it is none, or longer than can be kept."""
    if len(text.encode(errors="replace")) > LONGEST_FILE:
        found.fault((), f"is longer than {LONGEST_FILE // 1024} KiB")
        return None
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        found.fault((), "is nested too deeply")
    except ValueError as error:  # also a number of too many digits
        found.fault((), f"is not valid TOML: {error}")
    return None


def read_parts(given: Table, found: Findings) -> Parts:
    """Return the parts that are right, and tell the faults of the others."""
    known = file.RulesFile.model_fields
    for key in given:
        if key not in known:
            found.fault((key,), unknown_key(key, known))
    if "default" not in given:
        found.fault((), "[default] is missing: what follows for leads that no rule matches")
    sections = {key: table for key, table in given.items() if isinstance(table, dict)}
    return Parts(
        named={key: frozenset(table) for key, table in sections.items()},
        default_channel=_text("default_channel", given, found),
        default=_one("default", file.Outcome, given, found),
        rules=dict(_rules(given, found)),
        people=dict(_each("people", TypeAdapter(file.Person), given, found)),
        teams=dict(_each("teams", TypeAdapter(file.Team), given, found)),
        policies=dict(_each("policies", TypeAdapter(file.Policy), given, found)),
        channels=dict(_each("channels", TypeAdapter(file.Channel), given, found)),
        groups=dict(_each("country_groups", GROUP, given, found)),
        qualification=_one("qualification", file.Qualification, given, found),
    )


def _text(key: str, given: Table, found: Findings) -> str:
    value = given.get(key, "")
    if isinstance(value, str):
        return value
    found.fault((key,), "should be a text in quotes")
    return ""


def _one[P: file.Part](section: str, model: type[P], given: Table, found: Findings) -> P:
    table = given.get(section, {})
    return _valid(TypeAdapter(model), table, (section,), found) or model()


def _each[P](
    section: str, adapter: TypeAdapter[P], given: Table, found: Findings
) -> Iterator[tuple[str, P]]:
    table = given.get(section, {})
    if not isinstance(table, dict):
        found.fault((section,), f"should be tables, each with a name: [{section}.name]")
        return
    for name, value in table.items():
        named = _valid(NAME, name, (section, name), found)
        part = _valid(adapter, value, (section, name), found)
        if named is not None and part is not None:
            yield name, part


def _rules(given: Table, found: Findings) -> Iterator[tuple[int, file.Rule]]:
    rules = given.get("rules", [])
    if not isinstance(rules, list):
        found.fault(("rules",), "should be a list of tables: [[rules]]")
        return
    for number, value in enumerate(rules):
        rule = _valid(TypeAdapter(file.Rule), value, ("rules", number), found)
        if rule is not None:
            yield number, rule


def _valid[P](
    adapter: TypeAdapter[P], value: object, loc: tuple[str | int, ...], found: Findings
) -> P | None:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            found.fault((*loc, *detail["loc"]), describe(detail, (*loc, *detail["loc"])))
    return None
