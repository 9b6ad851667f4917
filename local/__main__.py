"""``python -m local``: run the app without Core Tools, a demo, or a fake CRM or channel.

It is a simulation around Microsoft's own runtime library: no scaling, no leases, no keys, and
``functionTimeout`` isn't enforced. This module must parse on any Python 3, to say which one is
needed.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OLDEST_PYTHON = (3, 13)


def too_old(version: tuple[int, ...]) -> str | None:
    """Say what to do about a Python that is too old, or nothing."""
    if version >= OLDEST_PYTHON:
        return None
    needed, given = (".".join(map(str, numbers)) for numbers in (OLDEST_PYTHON, version))
    return (
        f"Python {needed} or newer is needed, this is {given}: run `make setup`, then `make run`."
    )


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the app until Ctrl-C")
    run.add_argument("--port", type=_port, default=7071, help="0 picks a free one (default: 7071)")
    storage = run.add_mutually_exclusive_group()
    storage.add_argument("--memory", action="store_true", help="keep no data")
    storage.add_argument(
        "--data", type=_path, default=_path(".local"), help="folder for data (default: .local)"
    )
    run.add_argument(
        "--app",
        type=_path,
        default=Path(__file__).resolve().parent.parent,
        help="folder with host.json and function_app.py (default: this repository)",
    )
    run.add_argument(
        "--ready-file", type=_path, help="write URL and connection there, once it runs"
    )
    run.add_argument(
        "--no-settings-file", action="store_true", help="don't read local.settings.json"
    )
    demo = commands.add_parser("demo", help="show what becomes of samples, all in memory")
    demo.add_argument("--samples", type=_path, help="folder with samples.toml (default: ours)")
    crm = commands.add_parser("crm", help="start a fake CRM to deliver to, and show its records")
    crm.add_argument("name", help="dynamics, hubspot, https_endpoint, marketo or salesforce")
    crm.add_argument("--port", type=_port, default=0, help="default: a free one")
    channel = commands.add_parser(
        "channel", help="start a fake channel to send notices to, and show what arrives"
    )
    channel.add_argument("name", help="email, https_endpoint, slack or teams")
    channel.add_argument("--port", type=_port, default=0, help="default: a free one")
    return parser.parse_args(arguments)


def _path(text: str) -> Path:
    """Make it absolute: the app runs in its own folder."""
    return Path(text).resolve()


def _port(text: str) -> int:
    port = int(text)
    if port not in range(1 << 16):
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (this process's own by default), and return the exit code."""
    complaint = too_old(sys.version_info[:3])
    if complaint:
        print(complaint, file=sys.stderr)
        return 2
    try:
        return _run(parse_arguments(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # before a command takes signals itself, or after
        return 130


def _run(given: argparse.Namespace) -> int:
    try:
        command = _command(given)
    except ModuleNotFoundError as error:
        print(f"The package {error.name} isn't installed: run `make setup`.", file=sys.stderr)
        return 2
    return command()


def _command(given: argparse.Namespace) -> Callable[[], int]:
    """Import what a command needs: that takes the version checked before, and the packages."""
    if given.command == "demo":
        from local.demo.run import demo  # noqa: PLC0415 - see above

        return partial(demo, given.samples) if given.samples else demo
    if given.command == "crm":
        from local.crm import crm  # noqa: PLC0415 - see above

        return partial(crm, given.name, given.port)
    if given.command == "channel":
        from local.channel import channel  # noqa: PLC0415 - see above

        return partial(channel, given.name, given.port)
    from local.run import RunOptions, run  # noqa: PLC0415 - see above

    options = RunOptions(
        port=given.port,
        data=None if given.memory else given.data,
        app_dir=given.app,
        ready_file=given.ready_file,
        use_settings_file=not given.no_settings_file,
    )
    return partial(run, options)


if __name__ == "__main__":
    sys.exit(main())
