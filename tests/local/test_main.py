import socket
from pathlib import Path

import pytest

from local.__main__ import parse_arguments, too_old
from tests.forked_app import run_local

ROOT = Path(__file__).parent.parent.parent
TOY_APP = Path(__file__).parent / "toy_app"


A_WRONG_PARAMETER = """
app = func.FunctionApp()
@app.queue_trigger("message", "leads", "LeadStorage")
async def take(other: func.QueueMessage) -> None: ...
"""
A_BLOB_TRIGGER = """
app = func.FunctionApp()
@app.blob_trigger("blob", "container/{name}", "LeadStorage")
async def take(blob: func.InputStream) -> None: ...
"""


async def fail(*arguments: str, **env: str) -> tuple[int | None, str]:
    """Start a run that must fail; give its exit code and what it wrote to stderr."""
    run = ("run", "--no-settings-file", "--port=0", "--memory")
    toy = {"LeadStorage": "", "TOY_QUEUE": "toy", "TOY_SCHEDULE": "00:05:00"}
    told = await run_local(*run, *arguments, **(toy | env))
    return told.code, told.err


def write_app(folder: Path, code: str) -> str:
    (folder / "host.json").write_text('{"version": "2.0"}')
    (folder / "function_app.py").write_text(f"import azure.functions as func\n{code}")
    return str(folder)


def test_a_python_that_is_too_old_is_told_which_one_is_needed() -> None:
    assert too_old((3, 12, 9)) == (
        "Python 3.13 or newer is needed, this is 3.12.9: run `make setup`, then `make run`."
    )
    assert too_old((3, 13, 0)) is None


def test_the_defaults_are_those_of_core_tools() -> None:
    given = parse_arguments(["run"])

    assert (given.port, given.app, given.data.name) == (7071, ROOT, ".local")


def test_a_port_must_be_one() -> None:
    with pytest.raises(SystemExit, match="2"):
        parse_arguments(["run", "--port", "70000"])


async def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, told = await fail(f"--port={port}", f"--app={TOY_APP}")

    assert (code, told) == (2, f"Port {port} is in use: choose another one by --port.\n")


async def test_a_missing_node_is_told(tmp_path: Path) -> None:
    code, told = await fail(f"--app={TOY_APP}", PATH=str(tmp_path))

    assert code == 2
    assert told == (
        "Node.js isn't installed, and Azurite needs it: "
        "install Node 20 or newer, or set LeadStorage to a storage account.\n"
    )


async def test_an_old_node_is_told(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v18.20.0\n")
    node.chmod(0o755)

    code, told = await fail(f"--app={TOY_APP}", PATH=str(tmp_path))

    assert code == 2
    assert told.startswith(f"{node} is v18.20.0, too old for Azurite: install Node 20")


async def test_a_folder_without_an_app_is_told(tmp_path: Path) -> None:
    code, told = await fail(f"--app={tmp_path}")

    assert code == 2
    assert (
        told == f"{tmp_path}/host.json is missing: --app must name the folder of a Functions app.\n"
    )


@pytest.mark.parametrize(
    ("code", "exit_code", "told"),
    [
        (A_WRONG_PARAMETER, 1, "The app can't be indexed: FunctionLoadError: cannot load the take"),
        ("import nowhere\n", 1, "The app can't be indexed: ModuleNotFoundError: "),
        ("app = func.FunctionApp()\n", 1, "There are no functions in "),
        (A_BLOB_TRIGGER, 2, "take is bound to blobTrigger, not simulated here."),
    ],
)
async def test_an_app_that_can_not_run_here_is_told(
    tmp_path: Path, azurite: str, code: str, exit_code: int, told: str
) -> None:
    app = write_app(tmp_path, code)

    given, message = await fail(f"--app={app}", LeadStorage=azurite)

    assert given == exit_code
    assert message.splitlines()[-1].startswith(told)
