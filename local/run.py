"""One run: storage, app, triggers; and a clean end on Ctrl-C.

Requests in flight get ten seconds; functions that run for a message or a tick are waited for as
long as they need, as the platform's listeners do. A message whose function was cut off by a second
Ctrl-C comes again once its ten minutes are over.
"""

import asyncio
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local.azurite import Azurite, running_azurite
from local.console import log_to_console, show_banner, silence_unclosed_clients
from local.errors import AzuriteEndedError, LocalRunError, StartError
from local.host_json import HostOptions, read_host_json
from local.http import HttpServer, HttpTriggers, listen
from local.queues import Wakes
from local.runtime import Runtime
from local.settings import DEFAULTS, OWN, STORAGE, read_settings, wants_azurite, with_azurite
from local.stopping import set_by_signals
from local.triggers import Triggers, describe, open_listener, open_timer, read_triggers

RUN_FILE = "run.json"

HOST_NAME = "WEBSITE_HOSTNAME"
"""The setting that the platform and Core Tools make, by which the app knows its address."""

_LOG = logging.getLogger("host")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The command line of ``python -m local run``; without a ``data`` folder, data is in memory."""

    port: int
    data: Path | None
    app_dir: Path
    ready_file: Path | None
    use_settings_file: bool

    @property
    def ready_files(self) -> list[Path]:
        """Return where URL and connection stand while the app runs, for other programs."""
        run_file = self.data / RUN_FILE if self.data else None
        return [path for path in (run_file, self.ready_file) if path]  # ready comes last


@dataclass(frozen=True, slots=True)
class _App:
    """The app with its surroundings, ready to be served."""

    host: HostOptions
    settings: Mapping[str, str]
    runtime: Runtime
    triggers: Triggers


class _Source(Protocol):
    """Where invocations come from."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Invoke functions until ``stopping``, then wait for those that are running."""


def run(options: RunOptions) -> int:
    """Run until a signal, and return the exit code."""
    code = 0
    try:
        asyncio.run(_run(options))
    except LocalRunError as error:
        print(error, file=sys.stderr)
        code = error.exit_code
    if _threads_left():
        sys.stdout.flush()
        os._exit(code)  # a synchronous function that hangs can't be ended in any other way
    return code


async def _run(options: RunOptions) -> None:
    async with AsyncExitStack() as stack:
        stopping = stack.enter_context(set_by_signals())
        host = read_host_json(options.app_dir)
        files = (DEFAULTS, OWN) if options.use_settings_file else (DEFAULTS,)
        settings = read_settings(options.app_dir, os.environ, files)
        listening = stack.enter_context(closing(listen(options.port)))
        settings = {HOST_NAME: "{}:{}".format(*listening.getsockname()), **settings}
        azurite = None
        if wants_azurite(settings):
            data = options.data and options.data / "azurite"
            azurite = await stack.enter_async_context(running_azurite(data))
            settings = with_azurite(settings, azurite.connection)
        app = await _start_app(options.app_dir, host, settings, stack)
        sources = await _sources(app, listening, stack)
        _announce(options, app, listening, azurite)
        for path in options.ready_files:
            stack.callback(path.unlink, missing_ok=True)
        await _until_stopped(sources, stopping, azurite)


async def _start_app(
    app_dir: Path, host: HostOptions, settings: Mapping[str, str], stack: AsyncExitStack
) -> _App:
    os.environ.update(settings)
    runtime = await Runtime.start(app_dir)
    stack.callback(runtime.stop)
    log_to_console(runtime.current_function)
    return _App(host, settings, runtime, read_triggers(runtime.functions, host, settings))


async def _sources(app: _App, listening: socket.socket, stack: AsyncExitStack) -> list[_Source]:
    wakes = Wakes()
    listeners = [
        await open_listener(trigger, app.host, app.settings, app.runtime, stack, wakes)
        for trigger in app.triggers.queues
    ]
    timers = [open_timer(trigger, app.runtime) for trigger in app.triggers.timers]
    return [
        HttpServer(HttpTriggers(app.triggers.http, app.runtime), listening),
        *listeners,
        *timers,
    ]


def _announce(
    options: RunOptions, app: _App, listening: socket.socket, azurite: Azurite | None
) -> None:
    port = listening.getsockname()[1]
    url = f"http://localhost:{port}"
    leads = [url + route.path for route in app.triggers.http if route.path.endswith("/leads")]
    show_banner(describe(app.triggers, url), leads, _storage(options, azurite))
    ready = {"url": f"http://127.0.0.1:{port}", "connection": app.settings.get(STORAGE, "")}
    for path in options.ready_files:
        _write_whole(path, json.dumps(ready))


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever waits for it never reads half of it."""
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise StartError(f"{path} can't be written: {error.strerror}") from None


def _storage(options: RunOptions, azurite: Azurite | None) -> str:
    if azurite is None:
        return f"the account that {STORAGE} names"
    return f"Azurite, data in {options.data}" if options.data else "Azurite, in memory only"


async def _until_stopped(
    sources: list[_Source], stopping: asyncio.Event, azurite: Azurite | None
) -> None:
    tasks = [asyncio.create_task(source.run(stopping)) for source in sources]
    watched: list[asyncio.Task[Any]] = [asyncio.create_task(stopping.wait()), *tasks]
    if azurite:
        watched.append(asyncio.create_task(azurite.process.wait()))
    await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
    died = azurite and azurite.process.returncode is not None
    stopping.set()
    if not died:
        _LOG.info("Stopping once what runs is done; Ctrl-C again ends at once.")
    await _finish(tasks, grace=1 if died else None)
    silence_unclosed_clients()
    if died:
        raise AzuriteEndedError(
            "Azurite ended by itself, so this run had to end, too. Start again."
        )


async def _finish(tasks: list[asyncio.Task[None]], grace: float | None) -> None:
    """Let ``tasks`` finish, cut off after ``grace`` seconds if any; a defect of ours is raised."""
    done, late = await asyncio.wait(tasks, timeout=grace)
    if late:
        _LOG.warning("Cutting off what is still running.")
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        task.result()


def _threads_left() -> bool:
    others = [
        thread
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and not thread.daemon
    ]
    for thread in others:
        thread.join(timeout=1)
    return any(thread.is_alive() for thread in others)
