"""Help is for people: what to put in is called by a word, not by a type of Python."""

import re

import pytest
from typer.testing import CliRunner

from cli.app import app
from tests.docs.command_lines import PATHS, command_of

OF_PYTHON = re.compile(
    r"<[a-z]+(?:\[| |>)|\{[a-z_]+\}|\[(?!default|required|OPTIONS|ARGS)[a-z_]+\]"
)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_names_what_to_put_in_by_a_word(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80"})

    assert told.exit_code == 0
    assert OF_PYTHON.findall(told.output) == []
    assert max(map(len, told.output.splitlines())) <= 80


@pytest.mark.parametrize("group", [(), ("quarantine",), ("routing",), ("team",)], ids=" ".join)
def test_what_a_command_does_is_said_whole_in_the_list_of_commands(group: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*group, "--help"], env={"COLUMNS": "80"})

    listed = told.output.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_no_help_shows_a_range_as_a_formula(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80"})

    assert not re.search("[<>]=", told.output)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_a_command_that_takes_something_shows_an_example_of_it(path: tuple[str, ...]) -> None:
    command, _ = command_of(path)
    if not any(param.param_type_name == "argument" for param in command.params):
        return

    assert command.epilog.startswith(f"Example: `leads {' '.join(path)} ")
