"""What people see of bodies in quarantine, and of identities."""

from collections.abc import AsyncIterator, Sequence

from rich.table import Table
from rich.text import Text

from cli.console import minute, printable, say, say_fact, say_table
from cli.lead_list import ID_DIGITS
from shared.operations.identity_review import IdentityChange
from shared.operations.quarantine_views import QuarantineView
from shared.operations.words import counted


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="bold")
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table


async def print_identity(changes: AsyncIterator[IdentityChange]) -> None:
    """Print what the newest identity rule would join and split, as it is found."""
    found = joins = False
    async for change in changes:
        found, joins = True, joins or change.change == "join"
        say(f"{change.change} {', '.join(i[:ID_DIGITS] for i in change.lead_ids)}: {change.reason}")
    if joins:
        say("`leads merge LEAD INTO` makes one lead of two")
    if not found:
        say("today's identity rules would join or split no lead")


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
        say_fact("  ", fault)
    say("")
    say(body.decode(errors="backslashreplace"))
