"""Every call of ``leads`` that a document, a help text or a message shows works as it is printed.

They run against an app on this machine, with its own Azurite. What is meant to be filled in (ID,
FILE, …) is filled in; what is left of a pipe is run, the rest is not. Calls of ``az`` and ``azd``
need Azure and are only read by a shell, those of ``make`` by make, and ``python -m local`` by its
parser.
"""

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cli.times import parse_time
from local.__main__ import parse_arguments
from local.app_process import RunningApp
from local.demo.run import app_settings
from tests.docs.command_lines import DOCUMENTS, Example, helps, shell_blocks, shown
from tests.docs.documents import ROOT
from tests.fakes import START
from tests.forked_app import forked
from tests.forking import Told
from tests.leads_process import run_leads

AT_A_TIME = 4
USAGE = 2

EXAMPLES = [example for example in shown() if not example.arguments[0].endswith("-completion")]
"""All but those that write into the start files of the user's shell, or depend on which it is."""

CUSTOMERS = tuple(
    json.dumps({"UserDetails": contact, "ActionCode": "INS"}).encode()
    for contact in (
        {"Email": "ada@example.com", "LastName": "Lovelace", "Phone": "+442079460123"},
        {"Email": "grace@example.com", "LastName": "Brewster"},
    )
)
FILES = {
    "corrected.json": json.dumps({"UserDetails": {"Email": "ada@example.com"}}),
    "missed.json": json.dumps({"UserDetails": {"Email": "grace@example.com"}}),
    "broken.json": '{"UserDetails": {}',
    "backup.jsonl": "",
    "move.jsonl": "",
    "routing.toml": (ROOT / "samples/routing.toml").read_text("utf-8"),
}
VALUES = {"--state": "waiting", "--since": "2d ago", "--at": "2h ago"}
"""What … stands for after an option; elsewhere it is any text."""

AS_THINGS_STAND = re.compile(
    "has nothing parked|was (released|discarded)|hold leads|is there already|awaits no follow-up"
    "|has no follow-up that could be withdrawn"
    "|delivers to |no sweep of this version|not accepted|still not a valid lead|was not changed"
    "|can't be merged|was merged into|things? needs? fixing|which is later|truncated"
)
"""Why a call may fail that is understood: another one was quicker, or the leads are not like that.
"""

TIMES = re.compile(r"'([^']* ago)'|(?<![\w+])(\+\d+[a-z])\b|\b(\d{4}-\d\d-\d\d(?:T[\d:]+Z?)?)")


@dataclass(frozen=True)
class World:
    """A running app with leads and a body in quarantine, and a folder with the files."""

    env: Mapping[str, str]
    folder: Path
    lead_id: str
    quarantine_id: str

    def filled_in(self, example: Example) -> list[str]:
        """Return the arguments with what a reader is meant to fill in."""
        arguments = example.arguments
        of_quarantine = arguments[0] == "quarantine"
        id_ = self.quarantine_id if of_quarantine else self.lead_id
        file = "backup.jsonl" if arguments[0] == "import" else "missed.json"
        file = "new.jsonl" if arguments[0] == "export" else file
        file = str(ROOT / "samples/routing.toml") if arguments[0] == "routing" else file
        name = "official" if "--sample" in arguments else "azure_table"
        words = {
            "ID": id_,
            "LEAD": id_,
            "LEAD_ID": id_,
            "NAME": name,
            "COMMAND": "list",
            "EMAIL": "ada@example.com",
            "INTO": "grace@example.com",
            "PHONE": "+442079460123",
            "TEXT": "any text",
            "URL": self.env["LEADS_URL"],
            "FILE": file,
            **dict.fromkeys(("MEMBER", "{member}"), "ada"),
            **dict.fromkeys(("FROM", "TO"), "2999-01-01"),
        }
        found = []
        for before, word in zip(("", *arguments), arguments, strict=False):
            filled = words.get(word, VALUES.get(before, "any") if word == "…" else word)
            found.append(id_ if re.fullmatch(r"[0-9a-f]{8}|\{.*\}", filled) else filled)
        return found


def opened(app: RunningApp, folder: Path) -> World:
    """Send customers and a body that is not a lead, and wait until all are kept."""
    env = {
        "PATH": os.environ["PATH"],
        "EDITOR": "true",
        "LeadStorage": app.connection,
        "LEADS_URL": f"{app.url}/api/leads",
    }
    for body in (*CUSTOMERS, b"not JSON"):
        httpx.post(env["LEADS_URL"], content=body)

    def listed(*arguments: str) -> list[dict[str, str]]:
        told = run_leads([*arguments, "--json"], env)
        found: list[dict[str, str]] = json.loads(told.out or "[]")
        return found

    while len(recorded := listed("list")) < len(CUSTOMERS):
        pass
    [held] = listed("quarantine", "list")
    rules = ["routing", "apply", str(ROOT / "samples/routing.toml")]
    assert run_leads(rules, env).code == 0
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return World(env, folder, recorded[0]["lead_id"], held["quarantine_id"])


@pytest.fixture(scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[Example, Told]]:
    """Run every example once, some side by side."""
    async with RunningApp(env=app_settings(), start=forked) as app:
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            folder = tmp_path_factory.mktemp("examples")
            world = await asyncio.to_thread(opened, app, folder)
            calls = {
                one: pool.submit(
                    run_leads,
                    world.filled_in(one),
                    {**world.env, **dict(one.settings)},
                    folder=folder,
                )
                for one in EXAMPLES
            }
            yield {one: await asyncio.wrap_future(running) for one, running in calls.items()}


@pytest.mark.thorough
@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_call_that_is_shown_works(told: Mapping[Example, Told], example: Example) -> None:
    one = told[example]

    assert "Traceback" not in one.err
    assert one.code != USAGE, f"{example.source}: {one.err}"
    assert one.code == 0 or AS_THINGS_STAND.search(one.err), f"{example.source}: {one.err}"


@pytest.mark.parametrize(("about", "text"), helps())
def test_times_in_help_are_times(about: str, text: str) -> None:
    for time in TIMES.findall(text):
        assert parse_time("".join(time), START).tzinfo, about


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_shell_can_read_what_is_shown(path: str) -> None:
    for block in shell_blocks(path):
        bash = [shutil.which("bash") or "bash", "-n", "-c", block]
        read = subprocess.run(bash, check=False, capture_output=True, text=True)
        assert (read.returncode, read.stderr) == (0, ""), block


def lines_of(*programs: str) -> list[list[str]]:
    """Return what is shown to be run with a program, without comments."""
    lines = [
        line for path in DOCUMENTS for block in shell_blocks(path) for line in block.split("\n")
    ]
    words = [shlex.split(line, comments=True) for line in lines if line.startswith(programs)]
    return [list(one) for one in dict.fromkeys(map(tuple, words))]


@pytest.mark.parametrize("words", lines_of("make "), ids=" ".join)
def test_make_knows_the_target_that_is_shown(words: list[str]) -> None:
    make = [shutil.which("make") or "make", "--dry-run", *words[1:]]
    told = subprocess.run(make, cwd=ROOT, check=False, capture_output=True, text=True)

    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize(
    "words", lines_of("python -m local", ".venv/bin/python -m local"), ids=" ".join
)
def test_the_local_run_takes_the_arguments_that_are_shown(words: list[str]) -> None:
    assert parse_arguments(words[3:]).command == words[3]
