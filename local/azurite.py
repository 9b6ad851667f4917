"""Azurite, Microsoft's storage emulator, as a process of ours on free ports.

It runs in a session of its own, so that Ctrl-C reaches only us and invocations in flight keep their
storage, and ends when the pipe to it closes, which happens however this process ends.
Source: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
"""

import asyncio
import re
import shutil
import sqlite3
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from local.errors import StartError

OLDEST_NODE = 20
STOP_SECONDS = 5
WELL_KNOWN_PORTS = {"Blob": 10000, "Queue": 10001, "Table": 10002}

PRELOADED = Path(__file__).with_suffix(".mjs").resolve().as_uri()

_SCRIPT = Path(__file__).parent.parent / "node_modules/azurite/dist/src/azurite.js"
_LISTENING = re.compile(rb"Azurite (\w+) service is successfully listening at \S+:(\d+)")

# Published by Microsoft, the same for every Azurite, and no secret.
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running Azurite."""

    connection: str
    process: Process


def connection_string(ports: Mapping[str, int]) -> str:
    """Write out the connection string of an Azurite that listens on ``ports`` (of each service)."""
    endpoints = (
        f"{name}Endpoint=http://127.0.0.1:{port}/{_ACCOUNT};" for name, port in ports.items()
    )
    account = f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};"
    return account + "".join(endpoints)


@asynccontextmanager
async def running_azurite(data: Path | None) -> AsyncIterator[Azurite]:
    """Start Azurite, keep its data in the folder ``data`` or else in memory, and stop it again."""
    node = await _node()
    with nullcontext() if data is None else _locked(data):
        where = ["--inMemoryPersistence"] if data is None else ["--location", str(data)]
        process = await _start(node, where)
        try:
            ports = await _ports(process)
            # What it still prints is read, or it would block on a full pipe.
            reading = asyncio.create_task(_stdout(process).read())
            yield Azurite(connection_string(ports), process)
        finally:
            await _stop(process)
        await reading


async def _node() -> str:
    if not _SCRIPT.exists():
        raise StartError("Azurite isn't installed: run `npm ci` (or `make setup`).")
    node = shutil.which("node")
    if node is None:
        raise StartError(f"Node.js isn't installed, and Azurite needs it: {_INSTALL_NODE}")
    process = await asyncio.create_subprocess_exec(node, "--version", stdin=DEVNULL, stdout=PIPE)
    version = (await process.communicate())[0].decode().strip()
    major = re.match(r"v(\d+)\.", version)
    if major is None or int(major[1]) < OLDEST_NODE:
        raise StartError(f"{node} is {version or 'broken'}, too old for Azurite: {_INSTALL_NODE}")
    return node


_INSTALL_NODE = f"install Node {OLDEST_NODE} or newer, or set LeadStorage to a storage account."


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Hold the folder against a second Azurite; SQLite's lock goes with the process."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(data / "in-use.lock", timeout=0, isolation_level=None)
    except (OSError, sqlite3.OperationalError) as error:
        raise StartError(f"Data can't be kept in {data}: {error}") from None
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise StartError(
                f"{data} is in use by another run: stop that one, or give --data or --memory."
            ) from None
        yield


async def _start(node: str, where: list[str]) -> Process:
    ports = [f"--{service}Port=0" for service in ("blob", "queue", "table")]
    # --skipApiVersionCheck: the newest clients speak a version that Azurite doesn't know yet.
    flags = ["--silent", "--skipApiVersionCheck", "--disableTelemetry", *ports, *where]
    return await asyncio.create_subprocess_exec(
        node,
        *("--import", PRELOADED, str(_SCRIPT), *flags),
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
    )


async def _ports(process: Process) -> dict[str, int]:
    ports: dict[str, int] = {}
    output = b""
    while len(ports) < len(WELL_KNOWN_PORTS):
        line = await _stdout(process).readline()
        if not line:
            raise StartError(f"Azurite didn't start: {output.decode(errors='replace').strip()}")
        if listening := _LISTENING.search(line):
            ports[listening[1].decode()] = int(listening[2])
        output += line
    return ports


def _stdout(process: Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise TypeError("Azurite was started without a pipe.")
    return process.stdout


async def _stop(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
