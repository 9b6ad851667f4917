"""``leads explain``."""

from pathlib import Path
from typing import Annotated

import typer

from cli import console, files
from cli.command import run
from cli.explain_text import print_explanation
from cli.lead_commands import Json, LastName
from cli.routing_commands import checked_rules, read_rules
from cli.send_commands import JSON
from cli.wiring import open_stores
from samples import load as load_samples
from shared.bootstrap import rule_sources, utc_now
from shared.domain.errors import InvalidPushError
from shared.domain.merging import MergeRules
from shared.domain.rules import Rules
from shared.operations.errors import UsageError
from shared.operations.explaining import Asked, BySettings, asked_about, asked_lead, explain
from shared.rules_in_force import readable
from shared.settings import RouteSettings, load


def explain_routing(
    what: Annotated[
        str, typer.Argument(help="File with a push, - for standard input; or a lead, as in show.")
    ] = "",
    *,
    sample: Annotated[str, typer.Option(help="One of the samples, see `leads send --list`.")] = "",
    rules: Annotated[
        Path | None, typer.Option(help="Rules to try. Default: those in force.")
    ] = None,
    last_name: LastName = "",
    as_json: Json = False,
) -> None:
    """Show who gets a lead, until when, and why. Nothing is written."""

    async def command() -> None:
        if bool(what) == bool(sample):
            raise UsageError("name one of FILE, LEAD and --sample NAME")
        settings = load(RouteSettings)
        ruling = checked_rules(rules, read_rules(rules)) if rules else await _in_force()
        asked = await _asked(what, sample, last_name, settings)
        by_settings = BySettings(
            destinations=settings.destinations, follow_up_within=settings.follow_up_within
        )
        view = explain(asked, ruling, by_settings)
        if as_json:
            console.print_object(view)
        else:
            print_explanation(view)

    run(command())


async def _in_force() -> Rules:
    """Return the rules in force, as they are stored: looking at them counts no deployed file."""
    sources = rule_sources()
    stored = await (await open_stores()).rules.in_force()
    return readable(stored, sources) if stored else sources.by_settings


async def _asked(what: str, sample: str, last_name: str, settings: RouteSettings) -> Asked:
    if not sample and what != str(files.STANDARD) and not Path(what).is_file():  # noqa: ASYNC240 - nobody waits
        return await asked_lead(await open_stores(), what, last_name)
    body, content_type = _sample(sample) if sample else (files.read(Path(what)), JSON)
    merging = MergeRules(
        repeat_window=settings.repeat_window, follow_up_within=settings.follow_up_within
    )
    try:
        return asked_about(body, content_type, merging, utc_now())
    except InvalidPushError as error:
        raise UsageError(f"this is not a lead, so no rule is asked: {error}") from None


def _sample(name: str) -> tuple[bytes, str]:
    samples = load_samples()
    if name not in samples:
        raise UsageError(f"there is no sample {name!r}: see `leads send --list`")
    last = samples[name].pushes[-1]
    return last.body, last.content_type
