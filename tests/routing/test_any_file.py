"""Whatever a file holds, it is rules or faults, and never anything else."""

import copy
import tomllib
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cli.toml_lines import locator
from shared.routing.building import build
from shared.routing.faults import Findings
from shared.routing.parsing import check_rules
from shared.routing.reading import read_parts

EXAMPLE = (Path(__file__).parents[2] / "samples" / "routing.toml").read_text("utf-8")
TABLE = tomllib.loads(EXAMPLE)

odd_texts = st.sampled_from(
    ["", " ", "*", "a*", "\0", "default", "europe", "ada", "DE", "UK", "XK", "dach", "Ω", "24:00",
     "00:00-24:00", "0h", "9999d", "1 working day", "https://example.com/x", "Europe/Berlin",
     "../x"]
)  # fmt: skip
odd_values: st.SearchStrategy[Any] = st.recursive(
    st.none().map(lambda _: []) | st.booleans() | st.integers() | st.floats() | odd_texts
    | st.dates() | st.times() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(odd_texts, inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any TOML
    """Yield every table and list with each of its keys."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


@given(st.data())
def test_a_value_of_any_kind_anywhere_is_a_fault_or_none(data: st.DataObject) -> None:
    table = copy.deepcopy(TABLE)
    for _ in range(data.draw(st.integers(1, 3))):
        around, key = data.draw(st.sampled_from(list(places(table))))
        match data.draw(st.integers(0, 2)):
            case 0:
                around[key] = data.draw(odd_values)
            case 1:
                del around[key]
            case 2 if isinstance(around, dict):
                around[data.draw(odd_texts)] = data.draw(odd_values)
    found = Findings()

    rules = build(read_parts(table, found), found, destinations=("dynamics",), source="any")

    assert rules.rules[-1].name == "default"
    assert not any("://" in str(fault) for fault in (*found.faults, *found.doubts))


@given(st.integers(0, len(EXAMPLE)), st.integers(0, 40), st.text(max_size=5))
def test_a_text_that_was_damaged_is_told_for_what_it_is(at: int, cut: int, put: str) -> None:
    text = EXAMPLE[:at] + put + EXAMPLE[at + cut :]

    checked = check_rules(text, locate=locator(text))

    assert (checked.rules is None) == bool(checked.faults)
    assert all("\n" not in str(fault) for fault in checked.faults)


def test_dates_and_times_are_values_too() -> None:
    table = {"default": {"team": date(2026, 1, 1), "owner": time(9)}}
    found = Findings()

    build(read_parts(table, found), found, destinations=(), source="")

    assert [fault.key for fault in found.faults] == ["default.team", "default.owner"]
