"""What people see of leads and bodies: tables of 80 columns or more, and details."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from cli.console import cell, minute, printable, say, say_table, state_cell
from shared.operations.identity_review import IdentityChange
from shared.operations.lead_views import DeliveryView, LeadDetails, LeadView, SubmissionView
from shared.operations.quarantine_views import QuarantineView
from shared.operations.words import counted

ID_DIGITS = 8
"""Of an id, in a table: enough to name it by."""

WIDEST = {"who": 64, "did": 14}
"""Columns that give way where a line is too short for all."""

CONTACT = ("email", "phone", "country", "company", "title")
MARKS = {"test": "test", "anonymous": "anonymous", "do_not_contact": "do not contact"}


def print_leads(views: Sequence[LeadView]) -> None:
    """Print leads as a table, a line a lead."""
    if not views:
        say("no leads")
        return
    table = _table("came (UTC)", "lead", "who", "did", "delivery", "follow-up")
    for column in table.columns:
        if column.header in WIDEST:
            column.no_wrap, column.max_width = False, WIDEST[str(column.header)]
    for view in views:
        table.add_row(
            minute(view.created_at),
            view.lead_id[:ID_DIGITS],
            cell(_who(view)),
            cell(_did(view)),
            state_cell(view.delivery),
            state_cell(view.follow_up),
        )
    say_table(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table


def _who(view: LeadView) -> str:
    name = " ".join(dict.fromkeys(part for part in (view.first_name, view.last_name) if part))
    parts = dict.fromkeys((name, view.company, view.email or view.phone))
    marked = "".join(f"({mark}) " for mark in _marks(view))
    return marked + ", ".join(part for part in parts if part)


def _marks(view: LeadView) -> list[str]:
    return [mark for name, mark in MARKS.items() if getattr(view, name)]


def _did(view: LeadView) -> str:
    return ", ".join(
        (i.action or i.source) + (f" ×{i.repeats + 1}" if i.repeats else "") for i in view.interests
    )


async def print_identity(changes: AsyncIterator[IdentityChange]) -> None:
    """Print what the newest identity rule would join and split, as it is found."""
    found = False
    async for change in changes:
        found = True
        say(f"{change.change} {', '.join(i[:ID_DIGITS] for i in change.lead_ids)}: {change.reason}")
    if not found:
        say("today's rules of identity would join and split no lead")


def print_details(details: LeadDetails) -> None:
    """Print one lead with all that is known."""
    say(f"lead {details.lead_id}, version {details.version}, known by {details.identified_by}")
    for name, text in _details(details):
        say(f"  {name:<12} " + text.replace("\n", f"\n{'':<15}"))
    _say_lines("submissions", (_submission(one) for one in details.history))
    _say_lines(
        "events",
        (
            (minute(event.at), event.kind.replace("_", " "), f"{event.destination} {event.detail}")
            for event in details.events
        ),
    )


def _details(details: LeadDetails) -> Iterator[tuple[str, str]]:
    name = " ".join(part for part in (details.first_name, details.last_name) if part)
    given = {"name": name, **{field: getattr(details, field) for field in CONTACT}}
    yield from ((label, value) for label, value in given.items() if value)
    yield from (("also named", conflict) for conflict in details.name_conflicts)
    yield from (("is", ", ".join(marks)) for marks in [_marks(details)] if marks)
    yield "stage", details.stage
    yield "came", f"{minute(details.created_at)} UTC"
    due = f", due {minute(details.follow_up_due_at)} UTC" if details.follow_up_due_at else ""
    yield "follow-up", details.follow_up.replace("_", " ") + due
    for delivery in details.deliveries:
        yield delivery.name, _delivery(delivery)


def _delivery(delivery: DeliveryView) -> str:
    record = ", ".join(part for part in (delivery.record_id, delivery.url) if part)
    parts = (
        delivery.state + (f" ({record})" if record else ""),
        delivery.parked_reason or delivery.last_error,
        f"next attempt {minute(delivery.next_attempt_at)} UTC" if delivery.next_attempt_at else "",
    )
    return "; ".join(part for part in parts if part)


def _submission(one: SubmissionView) -> tuple[str, str, str]:
    did = " ".join(part for part in (one.action, one.lead_source) if part)
    lines = (
        ": ".join(part for part in (did, one.offer_title) if part),
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


def print_quarantine(views: Sequence[QuarantineView]) -> None:
    """Print entries as a table."""
    if not views:
        say("nothing is in quarantine")
        return
    table = _table("received (UTC)", "id", "state", "bytes")
    table.add_column("why", overflow="fold")
    for view in views:
        why = "; ".join(view.faults) + (f" ({view.note})" if view.note else "")
        table.add_row(
            minute(view.received_at),
            view.quarantine_id[:ID_DIGITS],
            view.state,
            f"{view.size:,}",
            Text(printable(why)),
        )
    say_table(table)


def print_entry(view: QuarantineView, body: bytes) -> None:
    """Print one entry with its body; what can't be printed is written out."""
    cut = f", the first {len(body):,} of them kept" if view.truncated else ""
    decided = f" at {minute(view.decided_at)} UTC" if view.decided_at else ""
    note = f": {view.note}" if view.note else ""
    say(f"quarantine {view.quarantine_id}, {view.state}{decided}{note}")
    say(f"  received {minute(view.received_at)} UTC")
    say(f"  {counted(view.size, 'byte')}{cut}, {view.content_type or 'without a content type'}")
    for fault in view.faults:
        say(f"  {fault}")
    say("")
    say(body.decode(errors="backslashreplace"))
