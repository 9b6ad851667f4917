"""``leads send``."""

from pathlib import Path
from typing import Annotated

import typer

from cli import console, files
from cli.asking import confirm
from cli.command import run
from cli.lead_commands import Yes
from cli.send import checked_url, is_loopback, partner_center_test, send, without_key
from cli.where import push_url
from samples import load as load_samples
from shared.bootstrap import utc_now
from shared.operations.errors import RefusedError, UsageError
from shared.operations.words import counted

type Body = tuple[bytes, str]

JSON = "application/json"


def send_push(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="File with a body; - is standard input.")
    ] = None,
    *,
    sample: Annotated[
        str, typer.Option(metavar="NAME", help="One of the samples, see --list.")
    ] = "",
    test: Annotated[
        bool, typer.Option("--test", help="A test lead like Partner Center's.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the samples.")] = False,
    to: Annotated[
        str,
        typer.Option(
            metavar="URL", help="URL with its code. Default: LEADS_URL, or that of `make run`."
        ),
    ] = "",
    yes: Yes = False,
) -> None:
    """Send a request to the endpoint, as Microsoft does."""

    async def command() -> None:
        if listing:
            for name, one in load_samples().items():
                console.say(f"{name:<28} {one.about}")
            return
        bodies = _bodies(file, sample, test=test)
        url = checked_url(push_url(to))
        console.note(f"endpoint: {without_key(url)}")
        if sample and not is_loopback(url):
            confirm("this sends made-up customers as leads", yes=yes, where=without_key(url))
        refused = 0
        for body, content_type in bodies:
            sent = await send(url, body, content_type)
            console.say(f"{sent.status} {sent.text}")
            refused += not sent.accepted
        if refused:
            pushes = counted(len(bodies), "push was", "pushes were")
            raise RefusedError(f"{refused} of {pushes} not accepted")

    run(command())


def _bodies(file: Path | None, sample: str, *, test: bool) -> list[Body]:
    if sum((file is not None, bool(sample), test)) != 1:
        raise UsageError("give one of FILE, --sample NAME and --test; --list lists the samples")
    if file is not None:
        return [(files.read(file), JSON)]
    if test:
        return [(partner_center_test(utc_now()), JSON)]
    samples = load_samples()
    if sample not in samples:
        raise UsageError(f"there is no sample {sample!r}: see `leads send --list`")
    return [(push.body, push.content_type) for push in samples[sample].pushes]
