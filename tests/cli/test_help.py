"""Help is for people: what to put in is called by a word, not by a type of Python."""

import re

import pytest
from typer.testing import CliRunner

from cli.app import app
from tests.docs.command_lines import PATHS

OF_PYTHON = re.compile(
    r"<[a-z]+(?:\[| |>)|\{[a-z_]+\}|\[(?!default|required|OPTIONS|ARGS)[a-z_]+\]"
)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_names_what_to_put_in_by_a_word(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "80"})

    assert told.exit_code == 0
    assert OF_PYTHON.findall(told.output) == []
    assert max(map(len, told.output.splitlines())) <= 80
