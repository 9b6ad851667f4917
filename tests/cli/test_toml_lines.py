"""Lines and columns of what is in a TOML file."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.toml_lines import locator
from shared.routing.faults import Loc

TEXT = """\ufeff# ü
a = 1
b.c = [1, { d = "x" }, # comment
  [2, 3]]
"ö" = { e = 'y', f.g = 1 }
[t."q \\u0072"]
h = 2
[[rules]]
name = "one"
[rules.when]
x = ["a",
     "b"]
[[rules]]
name = "two"
[[rules.parts]]
i = 1
[[rules.parts]]
i = 2
"""


@pytest.mark.parametrize(
    ("loc", "place"),
    [
        (("a",), (2, 1)),
        (("b",), (3, 1)),
        (("b", "c"), (3, 3)),
        (("b", "c", 1), (3, 11)),
        (("b", "c", 1, "d"), (3, 13)),
        (("b", "c", 2), (4, 3)),
        (("b", "c", 2, 1), (4, 7)),
        (("ö", "e"), (5, 9)),
        (("ö", "f", "g"), (5, 20)),
        (("t",), (6, 2)),
        (("t", "q r"), (6, 4)),
        (("t", "q r", "h"), (7, 1)),
        (("rules", 0), (8, 3)),
        (("rules", 0, "when"), (10, 8)),
        (("rules", 0, "when", "x", 1), (12, 6)),
        (("rules", 1, "name"), (14, 1)),
        (("rules", 1, "parts", 1), (17, 3)),
        (("rules", 1, "parts", 1, "i"), (18, 1)),
        (("rules", 1, "parts", 1, "missing", 3), (17, 3)),
        (("rules", 0, "when", "x", 0, "of a text"), (11, 6)),
    ],
)
def test_a_value_is_found_or_else_what_is_around_it(loc: Loc, place: tuple[int, int]) -> None:
    assert locator(TEXT)(loc) == place


def test_the_whole_file_and_what_is_not_in_it_have_no_place() -> None:
    assert locator(TEXT)(()) is None
    assert locator(TEXT)(("missing",)) is None
    assert locator("= no TOML [")(("a",)) is None


def test_every_value_of_the_example_is_found() -> None:
    text = (Path(__file__).parents[2] / "samples" / "routing.toml").read_text("utf-8")
    find = locator(text)

    for loc, value in leaves(tomllib.loads(text), ()):
        position = find(loc)
        assert position is not None
        rest = text.splitlines()[position.line - 1][position.column - 1 :]
        assert rest.startswith(str(loc[-1])) or str(value) in rest, loc


def leaves(value: Any, loc: Loc) -> Iterator[tuple[Loc, object]]:  # noqa: ANN401 - any TOML
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*loc, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, (*loc, number))
    else:
        yield loc, value
