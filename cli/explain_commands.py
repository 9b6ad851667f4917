"""``leads explain``."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli import console, files
from cli.command import run
from cli.explain_text import print_explanation
from cli.lead_commands import Json, LastName
from cli.routing_commands import checked_rules, read_rules
from cli.send_commands import JSON, Body
from cli.wiring import open_stores, rules_as_stored
from samples import load as load_samples
from shared.bootstrap import destination_names, owners, utc_now
from shared.domain.errors import InvalidPushError
from shared.operations.errors import UsageError
from shared.operations.explaining import Preview, asked_about, asked_lead, explain
from shared.operations.explaining_clock import Asked, BySettings
from shared.operations.stores import Stores
from shared.settings import DueSettings, load


def explain_routing(
    what: Annotated[
        str,
        typer.Argument(
            metavar="LEAD", help="A lead, as in show; or a file with a push, - for standard input."
        ),
    ] = "",
    *,
    sample: Annotated[
        str, typer.Option(metavar="NAME", help="One of the samples, see `leads send --list`.")
    ] = "",
    rules: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rules to try. Default: those in force.")
    ] = None,
    last_name: LastName = "",
    as_json: Json = False,
) -> None:
    """Show who gets a lead, how soon to answer, and why. Nothing is written."""

    async def command() -> None:
        if bool(what) == bool(sample):
            raise UsageError("name one of LEAD, FILE and --sample NAME")
        push = _push(what, sample)
        by_settings = _by_settings()
        given = checked_rules(rules, read_rules(rules), beside=as_json) if rules else None
        if push and given:  # which need no storage
            view = await explain(_asked(push), given, by_settings, None)
        else:
            stores = await open_stores()
            ruling = given or await rules_as_stored(stores)
            asked = _asked(push) if push else await asked_lead(stores, what, last_name)
            view = await explain(asked, ruling, by_settings, _preview(stores))
        if as_json:
            console.print_object(view)
        else:
            print_explanation(view)

    run(command())


def _push(what: str, sample: str) -> Body | None:
    """Return the push that is asked about, None for a stored lead."""
    if sample:
        return _sample(sample)
    is_file = what == str(files.STANDARD) or Path(what).is_file()
    return (files.read(Path(what)), JSON) if is_file else None


def _by_settings() -> BySettings:
    return BySettings(
        destinations=destination_names(), follow_up_within=load(DueSettings).follow_up_within
    )


def _asked(push: Body) -> Asked:
    try:
        return asked_about(*push, utc_now())
    except InvalidPushError as error:
        raise UsageError(f"this is not a lead, so no rule is asked: {error}") from None


def _preview(stores: Stores) -> Preview:
    """Return who would own a lead, by turns as they are stored; the secret is read, never made."""
    return replace(owners(), secret=stores.secret).preview


def _sample(name: str) -> tuple[bytes, str]:
    samples = load_samples()
    if name not in samples:
        raise UsageError(f"there is no sample {name!r}: see `leads send --list`")
    last = samples[name].pushes[-1]
    return last.body, last.content_type
