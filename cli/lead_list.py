"""What people see of a list of leads: a table where there is room, else a block a lead; or CSV."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from cli.console import cell, minute, printable, say, say_table, state_cell, width
from cli.csv_rows import print_rows
from shared.domain.actions import action_words
from shared.domain.planning import owner_words
from shared.operations.lead_views import InterestView, LeadView
from shared.operations.words import counted

ID_DIGITS = 8
"""Of an id, in a list: enough to name it by."""

WIDE = 120
"""Columns of a terminal from which on a line can hold all that a list says of a lead."""

WIDEST = {"contact": 56, "action": 24, "offer": 28, "country": 12}
MARKS = {
    "test": "test",
    "anonymous": "anonymous",
    "do_not_contact": "do not contact",
    "merged_into": "merged",
}

CSV_COLUMNS = (
    *("lead_id", "created_at", "first_name", "last_name", "company", "email", "phone", "country"),
    *("actions", "offers", "stage", "delivery", "follow_up", "follow_up_due_at", "test"),
    *("owner", "team"),
)


def print_leads(views: Sequence[LeadView], now: datetime) -> None:
    """Print leads, newest first."""
    if not views:
        say("no leads")
    elif width() >= WIDE:
        _print_table(views, now)
    else:
        _print_blocks(views, now)


def print_csv(views: Iterable[LeadView]) -> None:
    """Print leads as CSV with a header."""
    rows = ({**dict(v), "actions": _actions(v), "offers": _offers(v)} for v in views)
    print_rows(CSV_COLUMNS, rows)


def marks(view: LeadView) -> list[str]:
    """Return what is special about a lead."""
    return [mark for name, mark in MARKS.items() if getattr(view, name)]


def clock_words(view: LeadView, now: datetime) -> str:
    """Return where a lead stands with those who must answer it: due in, late by, or done."""
    due_at = view.follow_up_due_at
    if view.follow_up in {"waiting", "overdue"} and due_at is not None:
        return (
            f"due in {span_words(due_at - now)}"
            if due_at > now
            else f"late by {span_words(now - due_at)}"
        )
    return "" if view.follow_up == "none" else view.follow_up.replace("_", " ")


def span_words(span: timedelta) -> str:
    """Return a span of time in its largest unit."""
    hours = span // timedelta(hours=1)
    if hours >= 2 * 24:
        return f"{hours // 24} d"
    return f"{hours} h" if hours else f"{span // timedelta(minutes=1)} min"


def _print_table(views: Sequence[LeadView], now: datetime) -> None:
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="bold")
    names = ("received (UTC)", "lead", "contact", "action", "offer", "country", "stage")
    owned = any(view.owner for view in views)
    owner_column = ("owner",) if owned else ()
    for name in (*names, "delivery", *owner_column, "follow-up"):
        table.add_column(name, no_wrap=name not in WIDEST, max_width=WIDEST.get(name))
    for view in views:
        table.add_row(
            minute(view.created_at),
            view.lead_id[:ID_DIGITS],
            cell(_contact(view)),
            cell(_actions(view)),
            cell(_offers(view)),
            cell(view.country_code or view.country),
            cell(view.stage),
            state_cell(view.delivery),
            *([cell(owner_words(view.owner))] if owned else []),
            _clock_cell(view, now),
        )
    say_table(table)


def _print_blocks(views: Sequence[LeadView], now: datetime) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for view in views:
        facts = (
            ": ".join(part for part in (_actions(view), _offers(view)) if part),
            view.country_code or view.country,
            view.stage,
            view.delivery,
            owner_words(view.owner),
            clock_words(view, now),
            f"{minute(view.created_at)} UTC",
        )
        told = " · ".join(" ".join(printable(fact).split()) for fact in facts if fact)
        lead = Text(printable(" ".join(_contact(view).split())), style="bold")
        table.add_row(view.lead_id[:ID_DIGITS], Text.assemble(lead, "\n", told))
    say_table(table)


def _clock_cell(view: LeadView, now: datetime) -> Text:
    words = clock_words(view, now)
    return state_cell(words, "overdue" if words.startswith("late") else view.follow_up)


def _contact(view: LeadView) -> str:
    name = " ".join(dict.fromkeys(part for part in (view.first_name, view.last_name) if part))
    parts = dict.fromkeys((name, view.company, view.email or view.phone))
    marked = "".join(f"({mark}) " for mark in marks(view))
    return marked + ", ".join(part for part in parts if part)


def _actions(view: LeadView) -> str:
    return ", ".join(map(_action, view.interests))


def _action(interest: InterestView) -> str:
    times = f" ×{interest.repeats + 1}" if interest.repeats else ""
    return (action_words(interest.action) or interest.source) + times


def _offers(view: LeadView) -> str:
    offers = dict.fromkeys(i.offer_title or i.offer for i in view.interests)
    first, *more = [offer for offer in offers if offer] or [""]
    return first + (f" and {counted(len(more), 'more', 'more')}" if more else "")
