"""``leads team away``, ``back``, ``show`` and ``reassign``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli import console
from cli.asking import confirm
from cli.command import run
from cli.lead_commands import Json, Yes
from cli.lead_list import ID_DIGITS
from cli.wiring import open_stores, rules_as_stored
from shared.bootstrap import owners, rules_by_settings
from shared.domain.absences import Absence
from shared.domain.rules import Rules
from shared.domain.zones import zone
from shared.operations.absences import (
    MemberStanding,
    bring_back,
    member_named,
    send_away,
    standings,
)
from shared.operations.errors import UsageError
from shared.operations.leavers import Given, give_away, mark_left
from shared.operations.stores import Stores
from shared.operations.team_views import GivenView, MemberView
from shared.operations.words import counted

MOST_NAMED = 10

Member = Annotated[str, typer.Argument(metavar="MEMBER", help="Who, by their id in routing.toml.")]
From = Annotated[
    str, typer.Argument(metavar="FROM", help="The first day, or a time: 2026-12-24T12:00.")
]
To = Annotated[str, typer.Argument(metavar="TO", help="The last day, or a time.")]


def away(member: Member, start: From, end: To, *, as_json: Json = False) -> None:
    """Give a member no new leads for a while.

    They keep those that they have.
    """

    async def command() -> None:
        stores = await open_stores()
        rules = await rules_as_stored(stores)
        team = member_named(rules, member)
        local = zone(team.zone)
        absence = Absence(
            member=member, from_at=_moment(start, local), until_at=_moment(end, local, last=True)
        )
        await send_away(stores, absence)
        if as_json:
            console.print_array(await _standing(stores, rules, member))
        else:
            console.say(f"{member} gets no new leads {_span(absence)}")

    run(command())


def back(
    member: Member,
    *,
    planned: Annotated[
        bool, typer.Option("--planned", help="Cancel the absences to come as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give a member new leads again, as of now.

    Also one who was marked as having left.
    """

    async def command() -> None:
        stores = await open_stores()
        had_left = member in await stores.teams.left()
        rules = await rules_as_stored(stores)
        if not had_left:
            member_named(rules, member)
        ended = await bring_back(stores, member, planned=planned)
        if as_json:
            console.print_array(await _standing(stores, rules, member))
            return
        for absence in ended:
            console.say(f"ended: {member} {_span(absence)}")
        if had_left:
            console.say(f"{member} no longer counts as having left")
        elif not ended:
            console.say(f"{member} is not away")

    run(command())


def show(*, as_json: Json = False) -> None:
    """Show who is in a team, who is away, and who is next."""

    async def command() -> None:
        stores = await open_stores()
        found = await standings(stores, await rules_as_stored(stores))
        if as_json:
            console.print_array(map(MemberView.of, found))
        elif not found:
            console.note("the rules in force have no teams: see `leads routing show`")
        else:
            _print(found)

    run(command())


def reassign(member: Member, *, yes: Yes = False, as_json: Json = False) -> None:
    """Give the open leads of somebody who leaves to others, in turn.

    The member is marked as having left and gets no leads.
    """

    async def command() -> None:
        stores = await open_stores()
        rules = await rules_as_stored(stores, rules_by_settings())
        confirm(f"{member} leaves: this gives all their open leads to others", yes=yes)
        await mark_left(stores, rules, member)
        by_turns = replace(owners(), secret=stores.secret)
        given = [one async for one in give_away(stores, by_turns, rules, member)]
        if as_json:
            console.print_array(map(GivenView.of, given))
        else:
            _print_given(member, given)

    run(command())


async def _standing(stores: Stores, rules: Rules, member: str) -> list[MemberView]:
    """Return how a member stands in each of their teams now."""
    found = await standings(stores, rules)
    return [MemberView.of(one) for one in found if one.member == member]


def _moment(text: str, local: tzinfo, *, last: bool = False) -> datetime:
    """Return a time in UTC, of the zone of a team where none is given.

    A day begins at midnight, and the last one counts as a whole.
    """
    try:
        return _local(text, local, last=last).astimezone(UTC)
    except (ValueError, OverflowError):
        wanted = "2026-12-24, or 2026-12-24T12:00 in the time zone of the team"
        raise UsageError(f"{text!r} is not a day: write {wanted}") from None


def _local(text: str, local: tzinfo, *, last: bool) -> datetime:
    if len(text) == len("2026-12-24"):
        day = date.fromisoformat(text) + timedelta(days=last)
        return datetime.combine(day, time(), local)
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=local)


def _span(absence: Absence) -> str:
    return f"from {console.minute(absence.from_at)} until {console.minute(absence.until_at)} UTC"


def _print(found: Sequence[MemberStanding]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("team", "member", "weight"):
        table.add_column(name)
    table.add_column("new leads", overflow="fold")
    for one in found:
        spans = [f"none {_span(absence)}" for absence in one.absences]
        state = "none: has left" if one.left else "; ".join(spans) or ("next" if one.next else "")
        cells = map(console.cell, (one.team, one.member, str(one.weight)))
        table.add_row(*cells, Text(console.printable(state)))
    console.say_table(table)


def _print_given(member: str, given: Sequence[Given]) -> None:
    """Print one list for each new owner: the first ten leads, and how many more there are."""
    if not given:
        console.say(f"{member} has left and has no open leads")
    by_owner: dict[str, list[Given]] = defaultdict(list)
    for one in given:
        by_owner[one.owner].append(one)
    for owner, leads in sorted(by_owner.items()):
        shown = ", ".join(one.lead.lead_id[:ID_DIGITS] for one in leads[:MOST_NAMED])
        more = f" and {len(leads) - MOST_NAMED:,} more" if len(leads) > MOST_NAMED else ""
        who = owner or "nobody (no other member is left)"
        console.say(f"{who}: {counted(len(leads), 'lead')}: {shown}{more}")
