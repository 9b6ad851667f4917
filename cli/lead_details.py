"""What people see of one lead with all that is known."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.table import Table
from rich.text import Text

from cli.console import minute, printable, say, say_fact, say_table
from cli.follow_up_words import act_words, event_words, notice_words
from cli.lead_list import ID_DIGITS, clock_words, marks
from shared.domain.actions import action_words
from shared.domain.lead import CONTACT_FIELDS, NAME_FIELDS
from shared.domain.planning import owner_words
from shared.operations.explaining_clock import NextView
from shared.operations.lead_details import DeliveryView, LeadDetails, SubmissionView

SHORTEST = 12
"""Columns that labels take up; a destination may have a longer name."""

CONTACT = tuple(name for name in CONTACT_FIELDS if name not in NAME_FIELDS)


def print_details(details: LeadDetails, now: datetime) -> None:
    """Print one lead with all that is known."""
    say(f"lead {details.lead_id}, version {details.version}, known by {details.identified_by}")
    facts = list(_details(details, now))
    longest = max(SHORTEST, *(len(name) for name, _ in facts))
    for name, text in facts:
        say_fact(f"  {name:<{longest}} ", text)
    if details.acts:
        _say_lines("acts", (act_words(act) for act in details.acts))
    if details.notices:
        _say_lines("unsent notices", (notice_words(notice) for notice in details.notices))
    _say_lines("submissions", (_submission(one) for one in details.history))
    _say_lines(
        "events",
        (
            (minute(event.at), event.kind.replace("_", " "), event_words(event))
            for event in details.events
        ),
    )


def _details(details: LeadDetails, now: datetime) -> Iterator[tuple[str, str]]:
    name = " ".join(part for part in (details.first_name, details.last_name) if part)
    given = {"name": name, **{field: getattr(details, field) for field in CONTACT}}
    yield from ((label, value) for label, value in given.items() if value)
    yield from (("also named", conflict) for conflict in details.name_conflicts)
    yield from (("is", ", ".join(found)) for found in [marks(details)] if found)
    if details.merged_into:
        yield "merged into", f"lead {details.merged_into}, {minute(details.merged_at)} UTC"
    if details.merged_from:
        yield "took in", "\n".join(f"lead {lead_id}" for lead_id in details.merged_from)
    yield "stage", details.stage
    yield "received", f"{minute(details.created_at)} UTC"
    yield from (
        (label, text)
        for label, text in {
            "owner": _named(details.owner, details.owner_name),
            "team": _named(details.team, details.team_name),
            "rule": details.rule,
            "priority": details.priority,
            "tags": ", ".join(details.tags),
            "qualified": _qualified(details),
        }.items()
        if text
    )
    yield "follow-up", _follow_up(details, now)
    yield from (("next", _next(one)) for one in details.next[:1])
    for delivery in details.deliveries:
        yield delivery.name, _delivery(delivery)


def _qualified(details: LeadDetails) -> str:
    decided = f"{details.qualification_by} decided so" if details.qualification_by else ""
    lacks = "; ".join(details.unqualified_because)
    why = ": ".join(filter(None, (lacks or decided, details.qualification_note)))
    return ("yes" if details.qualified else "no") + (f": {why}" if why else "")


def _named(member_id: str, name: str) -> str:
    return f"{name} ({member_id})" if name and member_id else owner_words(member_id)


def _next(one: NextView) -> str:
    return f"{minute(one.at)} UTC: {one.what}"


def _follow_up(details: LeadDetails, now: datetime) -> str:
    """Return the clock, and who followed up when and with which outcome."""
    due_at = details.follow_up_due_at
    due = f"{clock_words(details, now)} ({minute(due_at)} UTC)" if due_at else ""
    acted = ""
    if details.followed_up_at:
        by = f" by {details.followed_up_by}" if details.followed_up_by else ""
        told = "; ".join(filter(None, (details.follow_up_outcome, details.follow_up_note)))
        outcome = f": {told}" if told else ""
        acted = f"followed up {minute(details.followed_up_at)} UTC{by}{outcome}"
    parts = (details.follow_up.replace("_", " ") if not acted or due else "", due, acted)
    return ", ".join(part for part in parts if part)


def _delivery(delivery: DeliveryView) -> str:
    record = ", ".join(part for part in (delivery.record_id, delivery.url) if part)
    parts = (
        delivery.state + (f" ({record})" if record else ""),
        delivery.parked_reason or delivery.last_error,
        f"next attempt {minute(delivery.next_attempt_at)} UTC" if delivery.next_attempt_at else "",
    )
    return "; ".join(part for part in parts if part)


def _submission(one: SubmissionView) -> tuple[str, str, str]:
    did = action_words(one.action)
    lines = (
        ": ".join(part for part in (did, one.offer_title) if part),
        one.lead_source,
        f"repeat of {one.repeat_of[:ID_DIGITS]}" if one.repeat_of else one.description,
        *(f"warning: {warning}" for warning in one.warnings),
    )
    told = "\n".join(line for line in lines if line)
    return minute(one.received_at), one.submission_id[:ID_DIGITS], told


def _say_lines(title: str, lines: Iterable[tuple[str, str, str]]) -> None:
    table = Table(box=None, show_header=False, padding=(0, 0, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for at, what, told in lines:
        table.add_row(at, what, Text(printable(told.strip())))
    say(title)
    if table.row_count:
        say_table(table)
