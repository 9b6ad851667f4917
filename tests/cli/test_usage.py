"""What is wrong with a command line is told in one line, with exit code 2, before any request."""

import re
import tomllib
from pathlib import Path

import pytest

from cli.app import main

ROOT = Path(__file__).parents[2]
FAULTS = {
    ("list", "--frob"): "leads: No such option: --frob; see `leads list --help`",
    ("list", "--limit", "-1"): "leads: Invalid value for '--limit'",
    (
        "list",
        "--state",
        "lost",
    ): "leads: 'lost' is not a state; the states are: waiting, overdue, followed-up",
    ("list", "--since", "5h"): "leads: '5h' could be past or future: write '5h ago' or +5h",
    ("list", "--since", "yesterday"): "leads: 'yesterday' is not a time",
    ("list", "--since", "99999999999d ago"): "leads: '99999999999d ago' is not a time",
    ("show",): "leads: Missing argument 'LEAD'",
    ("release",): "leads: name one lead, or use --all",
    ("release", "5a5a5a5a", "--all"): "leads: name one lead, or use --all",
    ("deliver",): "leads: use --pending",
    ("follow-up", "zoe@example.com", "--at", "soon"): "leads: 'soon' is not a time",
    ("quarantine",): "Usage: leads quarantine",
    ("quarantine", "list", "--since", "soon"): "leads: 'soon' is not a time",
    ("quarantine", "discard", "5a5a5a5a"): "Missing option '--reason'",
    ("quarantine", "discard", "5a5a5a5a", "--reason", " "): "leads: --reason is empty",
    ("quarantine", "release", "5a5a5a5a", "--body", "/nowhere"): "leads: /nowhere can't be read",
    ("sweep", "--at", "soon"): "leads: 'soon' is not a time",
    ("send",): "leads: give one of FILE, --sample NAME and --test",
    ("send", "/nowhere", "--test"): "leads: give one of FILE, --sample NAME and --test",
    ("send", "/nowhere"): "leads: /nowhere can't be read: No such file or directory",
    ("send", "/"): "leads: / can't be read: Is a directory",
    ("send", "--sample", "nope"): "leads: there is no sample 'nope'",
    ("send", "--test", "--to", "localhost:7071/api?code=KEY"): "leads: localhost:7071/api is not",
    ("send", "--test", "--to", "http://[::1/api?code=KEY"): "leads: http://[::1/api is not a URL",
    (
        "send",
        "--test",
        "--to",
        "http://x:99999/api?code=KEY",
    ): "leads: http://x:99999/api is not a URL",
    ("check", "--to", "http://x/?code=KEY"): "leads: --to and --within go with ",
    ("check", "--within", "5"): "leads: --to and --within go with --send-test",
    ("check", "--send-test", "--within", "0"): "Invalid value for '--within'",
    (
        "check",
        "--send-test",
        "--to",
        "ftp://x/?code=KEY",
    ): "leads: ftp://x/ is not a URL that",
    ("export",): "leads: use --all",
    ("import",): "leads: Missing argument 'FILE'",
    ("import", "/nowhere"): "leads: Invalid value for 'FILE'",
    ("frob",): "No such command 'frob'",
    (): "Usage: leads",
}


@pytest.mark.parametrize("arguments", FAULTS, ids=" ".join)
def test_a_wrong_command_line_ends_with_2_and_says_why_in_one_line(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2

    told = capsys.readouterr()
    assert FAULTS[arguments] in told.err
    assert told.out == ""
    is_help = told.err.startswith("Usage: leads")
    assert is_help or told.err.count("\n") == 1
    assert not re.search(r"Traceback|Value error|Error\b|<class|KEY", told.err)


def test_the_samples_are_listed_without_an_app(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", "--list"]) == 0

    assert "partner-center-test" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], ["list", "-h"], ["quarantine", "-h"]])
def test_help_is_short(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0

    assert capsys.readouterr().out.startswith("Usage: leads")


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    assert main(["--version"]) == 0

    assert capsys.readouterr().out == f"leads {project['version']}\n"


def test_that_nothing_is_listening_is_told_without_the_key(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADS_URL", "http://user:KEY@127.0.0.1:1/api/leads?code=KEY#KEY")

    assert main(["send", "--test"]) == 1

    assert capsys.readouterr().err == (
        "endpoint: http://127.0.0.1:1/api/leads\n"
        "leads: nothing is listening at http://127.0.0.1:1/api/leads: is the app running?\n"
    )
