"""``python -m local channel NAME``: a fake channel to send notices to, which shows what arrives.

It is the one that the tests use: it has the vendor's limits and errors, in memory, and nobody but
the terminal is told anything.
"""

import asyncio

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from local.crm import settings_command
from local.errors import StartError
from local.fakes.channels import CHANNELS, fake_channel
from local.fakes.channels.server import Arrived, ChannelServer
from local.serving import listening, serve

LOOK_EVERY_SECONDS = 0.2


def channel(name: str, port: int) -> int:
    """Serve until Ctrl-C, and return the exit code."""
    return serve(
        lambda: _serve(fake_of_channel(name), port, Console(highlight=False)),
        "Stopped; what arrived is gone.",
    )


def fake_of_channel(name: str) -> ChannelServer:
    """Return the fake of a channel; raise ``StartError`` for one that has none."""
    if name not in CHANNELS:
        raise StartError(f"There is no fake of {name!r}, only of: {', '.join(CHANNELS)}.")
    return fake_channel(name)


def message_panel(arrived: Arrived) -> Panel:
    """Return a message as its readers see it, with what they can click below."""
    lines = [arrived.text.strip(), "", *(f"-> {link}" for link in arrived.links)]
    pinged = f"pings {', '.join(arrived.mentions)}" if arrived.mentions else "pings nobody"
    return Panel(Text("\n".join(lines).strip()), title=Text(pinged), title_align="left")


async def _serve(server: ChannelServer, port: int, console: Console) -> None:
    async with listening(server, port):
        _introduce(server, console)
        await _show(server, console)


def _introduce(server: ChannelServer, console: Console) -> None:
    console.print(f"A FAKE of {server.name} at {server.url}, in memory. Nobody is told anything.")
    console.print("In another terminal, send it a test message, or run the app with it:\n")
    for last in ("leads check --send-notice", "make run"):
        for line in settings_command(server.settings(), last):
            console.print(f"  {line}", soft_wrap=True, markup=False)
        console.print()
    console.print("Messages are shown here as they arrive. Ctrl-C stops.\n")


async def _show(server: ChannelServer, console: Console) -> None:
    shown = failed = 0
    while True:
        for arrived in server.arrived[shown:]:
            console.print(message_panel(arrived))
        shown = len(server.arrived)
        for why in server.failed_runs[failed:]:
            console.print(f"The flow took a card, and its run failed: {why}", markup=False)
        failed = len(server.failed_runs)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
