"""The page that follows a lead through the code names what is there."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FUNCTIONS = re.findall(
    r"`((?:act_on_lead|ingest_lead|route_lead|nurture_timer|shared)\.[\w.]+)`", PAGE
)
FILES = re.findall(r"`((?:shared|cli|local|samples)/[\w/.]*)`", PAGE)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_on_the_way_of_a_lead_is_there(name: str) -> None:
    module, _, path = re.sub(r"\.([A-Z])", r":\1", name, count=1).partition(":")
    if not path:
        module, _, path = name.rpartition(".")
    found: object = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)

    assert callable(found)


def test_about_ten_functions_are_named() -> None:
    assert 10 <= len(set(FUNCTIONS)) <= 14


@pytest.mark.parametrize("name", [name for name in FILES if "NAME" not in name])
def test_a_place_that_is_named_is_there(name: str) -> None:
    path = ROOT / name

    assert path.exists() or path.with_suffix(".py").exists()


@pytest.mark.parametrize("line", re.findall(r"^( *)([\w.]+)/? {2,}\w", PAGE, re.MULTILINE))
def test_the_tree_shows_what_is_there(line: tuple[str, str]) -> None:
    indented, name = line

    assert (ROOT / "shared" / name if indented else ROOT / name).exists()
