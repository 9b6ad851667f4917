"""What is wrong with a command line is told in one line, with exit code 2, before any request."""

import pytest
from typer.testing import CliRunner

from cli.app import app

FAULTS = {
    ("list", "--frob"): "No such option: --frob",
    ("list", "--limit", "-1"): "Invalid value for '--limit'",
    ("list", "--state", "lost"): "Invalid value for '--state'",
    ("list", "--since", "yesterday"): "leads: 'yesterday' is no time",
    ("list", "--since", "99999999999d"): "leads: '99999999999d' is no time",
    ("show",): "Missing argument 'who'",
    ("release",): "leads: name one lead, or say --all",
    ("release", "5a5a5a5a", "--all"): "leads: name one lead, or say --all",
    ("deliver",): "leads: say --pending",
    ("follow-up", "zoe@example.com", "--at", "soon"): "leads: 'soon' is no time",
    ("quarantine",): "Usage: leads quarantine",
    ("quarantine", "list", "--since", "soon"): "leads: 'soon' is no time",
    ("quarantine", "discard", "5a5a5a5a"): "Missing option '--reason'",
    ("quarantine", "discard", "5a5a5a5a", "--reason", " "): "leads: --reason is empty",
    ("quarantine", "release", "5a5a5a5a", "--body", "/nowhere"): "leads: /nowhere can't be read",
    ("sweep", "--at", "soon"): "leads: 'soon' is no time",
    ("send",): "leads: say one of FILE, --sample NAME, --test",
    ("send", "/nowhere", "--test"): "leads: say one of FILE, --sample NAME, --test",
    ("send", "/nowhere"): "leads: /nowhere can't be read: No such file or directory",
    ("send", "/"): "leads: / can't be read: Is a directory",
    ("send", "--sample", "nope"): "leads: there is no sample 'nope'",
    ("send", "--test", "--to", "localhost:7071/api?code=KEY"): "leads: localhost:7071/api is no",
    ("send", "--test", "--to", "http://[::1/api?code=KEY"): "leads: http://[::1/api is no URL",
    (
        "send",
        "--test",
        "--to",
        "http://x:99999/api?code=KEY",
    ): "leads: http://x:99999/api is no URL",
    ("check", "--to", "http://x/?code=KEY"): "leads: --to and --within are about the test lead: ",
    ("check", "--within", "5"): "leads: --to and --within are about the test lead: say --send-test",
    ("check", "--send-test", "--within", "0"): "Invalid value for '--within'",
    ("check", "--send-test", "--to", "ftp://x/?code=KEY"): "leads: ftp://x/ is no URL that begins",
    ("export",): "leads: say --all",
    ("import",): "Missing argument 'file'",
    ("import", "/nowhere"): "Invalid value for 'file'",
    ("frob",): "No such command 'frob'",
    (): "Usage: leads",
}


@pytest.mark.parametrize("arguments", FAULTS, ids=" ".join)
def test_a_wrong_command_line_ends_with_2_and_says_why(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, arguments)

    told = done.output
    assert FAULTS[arguments] in told
    assert done.exit_code == 2
    assert "Traceback" not in told
    assert "KEY" not in told


def test_the_samples_are_listed_without_an_app() -> None:
    done = CliRunner().invoke(app, ["send", "--list"])

    assert done.exit_code == 0
    assert "partner-center-test" in done.output


def test_nobody_who_listens_is_told_without_the_key() -> None:
    url = "http://user:KEY@127.0.0.1:1/api/leads?code=KEY#KEY"

    done = CliRunner().invoke(app, ["send", "--test"], env={"LEADS_URL": url})

    assert done.exit_code == 1
    assert done.output == (
        "leads: nobody listens at http://127.0.0.1:1/api/leads: does the app run?\n"
    )
