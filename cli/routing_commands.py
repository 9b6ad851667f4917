"""``leads routing check``, ``apply`` and ``show``."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from cli import console, files
from cli.asking import confirm
from cli.check_views import FaultView
from cli.command import run
from cli.lead_commands import Json, Yes
from cli.toml_lines import locator
from cli.wiring import open_stores
from shared import bootstrap
from shared.domain.rules import Rules
from shared.operations.errors import RefusedError, UsageError
from shared.operations.rules import RulesView, apply_rules, show_rules, why_not
from shared.operations.words import counted
from shared.routing.faults import Fault
from shared.routing.parsing import Checked, check_rules
from shared.settings import DESTINATIONS

File = Annotated[Path, typer.Argument(metavar="FILE", help="File with rules; - is standard input.")]


def check(file: File, *, as_json: Json = False) -> None:
    """Check a file of rules.

    Reports every fault with its line, and probable mistakes. Reads no storage.
    """

    async def command() -> None:
        text = read_rules(file)
        if as_json:
            checked = _checked(file, text)
            faults = [FaultView.of(fault, warning=False) for fault in checked.faults]
            doubts = [FaultView.of(doubt, warning=True) for doubt in checked.doubts]
            console.print_array([*faults, *doubts])
            _refuse(file, checked)
        else:
            console.say(f"{_name(file)} can be applied: {_summary(checked_rules(file, text))}")

    run(command())


def apply(
    file: File,
    *,
    by: Annotated[
        str, typer.Option(metavar="NAME", help="Who applies it. Default: your user name.")
    ] = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put a file of rules in force; the app notices within a minute."""

    async def command() -> None:
        text = read_rules(file)
        rules = checked_rules(file, text, beside=as_json)
        stores = await open_stores()
        confirm("this changes who gets leads, and by when they must be answered,", yes=yes)
        applied = await apply_rules(stores.rules, text, by=by or _user(), at=bootstrap.utc_now())
        if as_json:
            console.print_object(await show_rules(stores.rules))
            return
        if applied:
            console.say(f"{_name(file)} is in force: {_summary(rules)}")
        else:
            console.say(f"{_name(file)} is in force already")
        for member in sorted(_members(rules) & await stores.teams.left()):
            again = f"if that is wrong, `leads team back {member}`"
            console.say(f"{member} is marked as having left and gets no leads; {again}", "yellow")

    run(command())


def show(*, as_json: Json = False) -> None:
    """Show the rules in force, who applied them and when."""

    async def command() -> None:
        view = await show_rules((await open_stores()).rules)
        if as_json:
            console.print_object(view)
        else:
            _print(view)

    run(command())


def read_rules(file: Path) -> str:
    """Return the text of a file of rules; raise ``UsageError``."""
    try:
        return files.read(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{_name(file)} is not UTF-8: see byte {error.start + 1}") from None


def checked_rules(file: Path, text: str, *, beside: bool = False) -> Rules:
    """Return rules, and print what is wrong or doubtful; raise ``RefusedError`` for faults.

    With ``beside``, on standard error: what the command prints is JSON.
    """
    checked = _checked(file, text)
    say = console.note if beside else console.say
    for fault in checked.faults:
        say(_line(file, fault), "red")
    for doubt in checked.doubts:
        say(f"{_line(file, doubt)} (warning)", "yellow")
    return _refuse(file, checked)


def _checked(file: Path, text: str) -> Checked:
    return check_rules(text, destinations=DESTINATIONS, source=_name(file), locate=locator(text))


def _refuse(file: Path, checked: Checked) -> Rules:
    """Return rules without a fault; raise ``RefusedError``."""
    if checked.rules is None:
        raise RefusedError(f"{_name(file)} has {counted(len(checked.faults), 'fault')}")
    return checked.rules


def _name(file: Path) -> str:
    return "standard input" if file == files.STANDARD else str(file)


def _line(file: Path, fault: Fault) -> str:
    """Return a fault as editors and terminals know how to open: file:line:column."""
    place = f":{fault.position.line}:{fault.position.column}" if fault.position else ""
    return ": ".join(part for part in (f"{_name(file)}{place}", fault.key, fault.message) if part)


def _summary(rules: Rules) -> str:
    return ", ".join(
        [
            counted(len(rules.rules), "rule"),
            counted(len(rules.teams), "team"),
            counted(len(_members(rules)), "member"),
        ]
    )


def _members(rules: Rules) -> set[str]:
    return {member.id for team in rules.teams.values() for member in team.members}


def _print(view: RulesView) -> None:
    if view.in_force is None:
        console.note("no rules were applied: the settings decide")
    else:
        at = console.minute(view.in_force.applied_at)
        console.note(f"in force since {at} UTC, by {view.in_force.applied_by}")
        console.say(view.text.rstrip("\n"))
    if file := view.not_in_force:
        console.note(why_not(file))


def _user() -> str:
    try:
        return getpass.getuser()
    except OSError:  # a container may have no user names
        return "unknown"
