import asyncio
import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.app_process import RunningApp
from local.azurite import PRELOADED, running_azurite
from local.errors import NotReadyError, StartError
from tests.forked_app import forked

type Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]

ROOT = Path(__file__).parents[2]
TOY_APP = Path(__file__).parent / "toy_app"
TOY_SETTINGS = {"TOY_QUEUE": "toy-too", "TOY_SCHEDULE": "0 0 0 1 1 *"}


async def contents(queue: QueueClient) -> list[str]:
    try:
        return [message.content for message in await queue.peek_messages(32)]
    except ResourceNotFoundError:
        return []


async def answers(connection: str) -> bool:
    """Tell whether the queue service behind a connection string still listens."""
    async with QueueServiceClient.from_connection_string(connection) as service:
        address = urlsplit(service.url)
    with socket.socket() as trying:
        return trying.connect_ex((address.hostname or "", address.port or 0)) == 0


async def children(pid: int) -> list[int]:
    ps = await asyncio.create_subprocess_exec(
        *("ps", "-A", "-o", "pid=,ppid="), stdout=asyncio.subprocess.PIPE
    )
    rows = [line.split() for line in (await ps.communicate())[0].splitlines()]
    return [int(child) for child, parent in rows if int(parent) == pid]


async def test_the_folder_of_a_run_is_made_where_another_azurite_has_the_data(
    azurite: str, tmp_path: Path
) -> None:
    folder = tmp_path / "clean" / ".local"
    env = {**TOY_SETTINGS, "LeadStorage": azurite}

    async with RunningApp(app=TOY_APP, data=folder, env=env, start=forked) as app:
        told = json.loads((folder / "run.json").read_bytes())
        assert await app.stop() == 0

    assert told["connection"] == azurite


async def test_queue_and_timer_functions_run(
    toy: RunningApp, queue_service: QueueServiceClient, eventually: Eventually
) -> None:
    queue, seen = queue_service.get_queue_client("toy"), queue_service.get_queue_client("seen")
    poison = queue_service.get_queue_client("toy-poison")
    for created in (seen, queue):
        await created.create_queue()
    sent = await queue.send_message("grüß <dich>", time_to_live=3600)
    await queue.send_message("bad")

    async def all_done() -> bool:
        reported = len(await contents(seen)) == 1 and await contents(poison) == ["bad"]
        return reported and "INFO    tick           succeeded in " in toy.output

    await eventually(all_done)

    assert sent.expires_on is not None
    assert json.loads((await contents(seen))[0]) == {
        "id": sent.id,
        "text": "grüß <dich>",
        "tries": 1,
        "inserted": True,
        "expires": sent.expires_on.isoformat(),
        "hidden": True,
        "receipt": True,
    }
    assert "try 2: ValueError('bad on purpose')" in toy.output
    assert "Message has reached MaxDequeueCount of 2. Moving message to queue" in toy.output
    assert "tick False {'AdjustForDST': True} 20" in toy.output


async def test_the_banner_says_what_it_is_and_what_runs(toy: RunningApp) -> None:
    port = toy.url.rpartition(":")[2]

    assert "A simulation of the host" in toy.output
    assert f"POST http://localhost:{port}/api/fail" in toy.output
    assert "queue toy " in toy.output
    assert "timer * * * * * * " in toy.output


async def test_another_azurite_is_used_and_left_alone(toy: RunningApp, azurite: str) -> None:
    assert toy.connection == azurite
    assert await children(toy.process.pid) == []


async def test_ctrl_c_lets_requests_finish_and_stops_all(eventually: Eventually) -> None:
    async with (
        RunningApp(app=TOY_APP, env=TOY_SETTINGS, start=forked) as app,
        httpx.AsyncClient(base_url=app.url, timeout=30) as client,
    ):
        slow = asyncio.create_task(client.get("/api/slow"))

        async def has_started() -> bool:
            return "slow started" in app.output

        await eventually(has_started)
        assert await app.stop(signal.SIGINT) == 0

        assert (await slow).text == "done"
        assert "Traceback" not in app.output
        assert app.output.endswith("answered 200\n")
        assert not await answers(app.connection)


async def test_azurite_that_dies_ends_the_run_in_one_line() -> None:
    async with RunningApp(app=TOY_APP, env=TOY_SETTINGS, start=forked) as app:
        [azurite] = await children(app.process.pid)
        os.kill(azurite, signal.SIGKILL)

        assert await asyncio.wait_for(app.process.wait(), timeout=30) == 1
        assert app.output.endswith(
            "Azurite ended by itself, so this run had to end, too. Start again.\n"
        )
        assert "Traceback" not in app.output


async def test_azurite_ends_with_a_run_that_is_killed(eventually: Eventually) -> None:
    async with RunningApp(app=TOY_APP, env=TOY_SETTINGS, start=forked) as app:
        await app.stop(signal.SIGKILL)

        async def is_gone() -> bool:
            return not await answers(app.connection)

        await eventually(is_gone)


async def test_azurite_does_not_load_the_library_of_its_telemetry() -> None:
    node = await asyncio.create_subprocess_exec(
        *("node", f"--import={PRELOADED}", "--print"),
        'JSON.stringify([require("applicationinsights"), typeof require("express")])',
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert node.stdout

    assert json.loads(await node.stdout.read()) == [{}, "function"]
    assert await node.wait() == 0


async def test_a_run_that_can_not_start_is_reported_with_its_output(azurite: str) -> None:
    env = {"TOY_QUEUE": "toy", "TOY_SCHEDULE": "every day", "LeadStorage": azurite}

    with pytest.raises(NotReadyError, match="The schedule 'every day' can't be used: it has 2 fi"):
        async with RunningApp(app=TOY_APP, env=env, start=forked):
            pass


async def test_a_run_that_is_not_ready_in_time_says_how_long_it_was_given() -> None:
    with pytest.raises(NotReadyError, match="The app isn't ready after 0 s; its output:"):
        async with RunningApp(app=TOY_APP, env=TOY_SETTINGS, ready_within=0, start=forked):
            pass


async def test_data_is_kept_in_a_folder_for_one_run_at_a_time(tmp_path: Path) -> None:
    async with running_azurite(tmp_path) as first:
        async with QueueClient.from_connection_string(first.connection, "kept") as queue:
            await queue.create_queue()
            await queue.send_message("still here")
        with pytest.raises(StartError, match="is in use by another run"):
            async with running_azurite(tmp_path):
                pass

    async with (
        running_azurite(tmp_path) as second,
        QueueClient.from_connection_string(second.connection, "kept") as queue,
    ):
        assert await contents(queue) == ["still here"]
