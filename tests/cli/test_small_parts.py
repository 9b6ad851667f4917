"""What the commands are made of and needs no storage."""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli import console, files, where
from cli.console import printable
from cli.times import parse_past, parse_time
from shared.operations.errors import UsageError
from shared.operations.views import View
from shared.operations.words import counted

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = "c2VjcmV0"


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in where.STORAGE:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30d", NOW - timedelta(days=30)),
        (" 2h ", NOW - timedelta(hours=2)),
        ("30d ago", NOW - timedelta(days=30)),
        ("-30d", NOW - timedelta(days=30)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_a_time_that_can_only_be_past_needs_no_direction(text: str, meant: datetime) -> None:
    assert parse_past(text, NOW) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        (" 2026-11-20T09:30 ", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ("2026-11-20T09:30+02:00", datetime(2026, 11, 20, 7, 30, tzinfo=UTC)),
        ("30m ago", NOW - timedelta(minutes=30)),
        ("2 d ago", NOW - timedelta(days=2)),
        ("-25h", NOW - timedelta(hours=25)),
        ("+2d", NOW + timedelta(days=2)),
        ("in 25h", NOW + timedelta(hours=25)),
    ],
)
def test_a_time_is_understood(text: str, meant: datetime) -> None:
    assert parse_time(text, NOW) == meant


@pytest.mark.parametrize("text", ["5h", "30m", "+2d ago", "in 2d ago"])
def test_what_could_be_past_or_future_is_asked_about(text: str) -> None:
    with pytest.raises(UsageError, match=r"could be past or future: write '.* ago' or \+"):
        parse_time(text, NOW)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2h before", "-99999999999d", "0001-01-01", "2026-13-01", "٣d ago"]
)
def test_what_is_not_a_time_is_told_how_times_are_written(text: str) -> None:
    told = r"is not a time: write 2026-11-21, 2026-11-21T09:30Z, '2d ago' or \+25h"
    with pytest.raises(UsageError, match=told):
        parse_time(text, NOW)


def test_a_body_can_not_steer_the_terminal() -> None:
    assert printable("zoë\x1b[2J\x07\x9b1m\r\nBcc: 花子\t🙂") == (
        r"zoë\x1b[2J\x07\x9b1m\r" + "\nBcc: 花子\t🙂"
    )


def test_a_text_can_not_turn_the_direction_of_a_line() -> None:
    assert printable("a\u202eb\u2066c\u200f") == r"a\u202eb\u2066c\u200f"
    assert printable("नम\u200cस्ते 👩\u200d💻") == "नम\u200cस्ते 👩\u200d💻"


def test_json_steers_no_terminal_and_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    class Said(View):
        text: str

    console.print_object(Said(text="a\u202eb\x9b1m\x7f 花子 \u200d"))

    printed = capsys.readouterr().out
    assert r"a\u202eb\u009b1m\u007f 花子" in printed
    assert json.loads(printed) == {"text": "a\u202eb\x9b1m\x7f 花子 \u200d"}


def test_numbers_have_their_nouns() -> None:
    assert counted(1, "lead") == "1 lead"
    assert counted(1_234, "lead") == "1,234 leads"
    assert counted(2, "body is", "bodies are") == "2 bodies are"


def test_a_file_takes_its_name_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "backup.jsonl"
    path.write_text("old")

    with pytest.raises(UnicodeEncodeError), files.writing(path) as to:
        to.write("half \udcff")
    assert path.read_text() == "old"
    with files.writing(path) as to:
        to.write("new ü")

    assert path.read_text("utf-8") == "new ü"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "backup.jsonl"

    with (
        pytest.raises(UsageError, match=r"backup\.jsonl can't be written: No such file"),
        files.writing(nowhere),
    ):
        pass
    with pytest.raises(UsageError, match="is a folder"), files.writing(tmp_path):
        pass


def test_without_a_setting_it_is_the_storage_of_the_app_that_runs_here(
    tmp_path: Path, nothing_set: pytest.MonkeyPatch
) -> None:
    run_file = tmp_path / "run.json"
    nothing_set.setenv("LeadStorage", "")
    for wrong in ("", "[]", "{}"):
        run_file.write_text(wrong)
        with pytest.raises(UsageError, match=r"LeadStorage is not set: .* `make run`"):
            where.find_storage(run_file)
        with pytest.raises(UsageError, match="no app is running here: use --to URL"):
            where.local_url(run_file)
    run_file.write_text(json.dumps({"url": "http://127.0.0.1:7071", "connection": "here"}))

    where.find_storage(run_file)

    assert os.environ[where.STORAGE[0]] == "here"
    assert where.local_url(run_file) == "http://127.0.0.1:7071/api/leads"


def test_a_setting_is_left_as_it_is(tmp_path: Path, nothing_set: pytest.MonkeyPatch) -> None:
    run_file = tmp_path / "run.json"
    run_file.write_text(json.dumps({"connection": "here"}))
    nothing_set.setenv("LeadStorage__tableServiceUri", "https://there.example")

    where.find_storage(run_file)

    assert "LeadStorage" not in os.environ


@pytest.mark.parametrize(
    ("name", "value", "shown", "for_development"),
    [
        ("LeadStorage", "UseDevelopmentStorage=true", "development storage", True),
        (
            "LeadStorage",
            f"AccountName=devstoreaccount1;AccountKey={KEY};TableEndpoint=http://127.0.0.1:1/dev",
            "127.0.0.1:1",
            True,
        ),
        ("LeadStorage", f"AccountName=contoso;AccountKey={KEY}", "contoso", False),
        ("LeadStorage__tableServiceUri", "https://c.example/?sig=KEY", "c.example", False),
        ("LeadStorage", f"TableEndpoint=https://[{KEY}", "an account without a name", False),
        ("LeadStorage", KEY, "an account without a name", False),
    ],
)
def test_storage_is_named_without_its_key(
    nothing_set: pytest.MonkeyPatch,
    name: str,
    value: str,
    shown: str,
    for_development: bool,  # noqa: FBT001 - a parameter
) -> None:
    nothing_set.setenv(name, value)

    assert where.storage_name() == shown
    assert where.is_development_storage() is for_development
