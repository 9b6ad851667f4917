"""What the commands print: tables for people, JSON for programs, progress on standard error."""

import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from ops.status import StatusView
from ops.views import LeadDetails, LeadView, QuarantineView, StepView, View

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

COLOURS = {"overdue": "red", "parked": "red", "pending": "yellow", "waiting": "yellow"}


def say(text: str) -> None:
    """Print one line."""
    out.print(escape(text), soft_wrap=True)


def print_object(view: View) -> None:
    """Print one JSON object."""
    sys.stdout.write(view.model_dump_json(indent=2) + "\n")


def print_objects(views: Iterable[View]) -> None:
    """Print a JSON array."""
    sys.stdout.writelines(_array(view.model_dump_json() for view in views))


async def print_array(views: AsyncIterator[View], most: int) -> None:
    """Print a JSON array as its objects come; ``most`` 0 is all."""
    shown = [view.model_dump_json() async for view in _at_most(views, most)]
    sys.stdout.writelines(_array(shown))


def _array(objects: Iterable[str]) -> Iterator[str]:
    yield "["
    for number, text in enumerate(objects):
        yield (",\n " if number else "\n ") + text
    yield "\n]\n"


async def print_leads(views: AsyncIterator[LeadView], most: int) -> None:
    """Print leads as a table, and whether there are more."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("came (UTC)", "lead", "who", "did", "delivery", "follow-up"):
        grows = name in {"who", "did"}
        table.add_column(name, no_wrap=True, min_width=None if grows else 8)
    more = False
    async for view in _at_most(views, most + 1 if most else 0):
        if most and table.row_count == most:
            more = True
            break
        table.add_row(*_lead_cells(view))
    out.print(table if table.row_count else "no leads")
    if more:
        err.print(f"the newest {most}; --limit 0 lists all")


def _lead_cells(view: LeadView) -> tuple[str, ...]:
    name = " ".join(part for part in (view.first_name, view.last_name) if part)
    who = ", ".join(part for part in (name, view.company, view.email or view.phone) if part)
    marks = {"test": view.test, "anonymous": view.anonymous, "do not contact": view.do_not_contact}
    marked = "".join(f"[dim]({mark})[/] " for mark, holds in marks.items() if holds)
    did = ", ".join(
        (i.action or i.source) + (f" ×{i.repeats + 1}" if i.repeats else "") for i in view.interests
    )
    return (
        _time(view.created_at),
        view.lead_id[:8],
        marked + escape(who),
        escape(did),
        _coloured(view.delivery),
        _coloured(view.follow_up),
    )


def print_details(details: LeadDetails) -> None:
    """Print one lead with all that is known."""
    shown = details.model_dump(mode="json")
    say(f"lead {details.lead_id}, version {details.version}, known by {details.identified_by}")
    for name in ("first_name", "last_name", "email", "phone", "country", "company", "title"):
        if shown[name]:
            say(f"  {name.replace('_', ' '):<12} {shown[name]}")
    for conflict in details.name_conflicts:
        say(f"  also named   {conflict}")
    due = f", due {_time(details.follow_up_due_at)}" if details.follow_up_due_at else ""
    say(f"  follow-up    {details.follow_up}{due}")
    for delivery in details.deliveries:
        why = delivery.parked_reason or delivery.last_error
        record = f", record {delivery.record_id}" if delivery.record_id else ""
        say(f"  {delivery.name:<12} {delivery.state}{record}{f': {why}' if why else ''}")
    _print_history(details)
    _print_events(details)


def _print_history(details: LeadDetails) -> None:
    table = Table(title="submissions", box=None, title_justify="left", header_style="bold")
    for name in ("received (UTC)", "submission", "action", "source", "offer", "said"):
        table.add_column(name, overflow="fold")
    for one in details.history:
        said = f"repeat of {one.repeat_of[:8]}" if one.repeat_of else one.description
        cells = (one.submission_id[:8], one.action, one.lead_source, one.offer_title, said)
        table.add_row(_time(one.received_at), *(escape(cell) for cell in cells))
    out.print(table)


def _print_events(details: LeadDetails) -> None:
    table = Table(title="events", box=None, title_justify="left", header_style="bold")
    for name in ("at (UTC)", "event", "destination", "detail"):
        table.add_column(name, overflow="fold")
    for event in details.events:
        table.add_row(_time(event.at), event.kind, event.destination, escape(event.detail))
    out.print(table)


def print_quarantine(views: list[QuarantineView]) -> None:
    """Print entries as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("received (UTC)", "id", "state", "bytes", "why"):
        table.add_column(name, overflow="fold", no_wrap=name in {"received (UTC)", "id"})
    for view in views:
        why = "; ".join(view.faults) + (f" ({view.note})" if view.note else "")
        size = f"{view.size:,}"
        table.add_row(_time(view.received_at), view.quarantine_id, view.state, size, escape(why))
    out.print(table if views else "nothing is in quarantine")


def print_entry(view: QuarantineView, body: bytes) -> None:
    """Print one entry with its body; what is no UTF-8 is shown as escapes."""
    print_quarantine([view])
    out.print()
    say(body.decode(errors="backslashreplace"))


def print_status(view: StatusView) -> None:
    """Print what is going on, the warnings last."""
    for queue in view.queues:
        oldest = f", the first since {_time(queue.oldest_at)}" if queue.oldest_at else ""
        say(f"queue {queue.name:<16} {queue.messages} messages{oldest}")
    leads = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in dict(view.leads).items())
    say(f"leads                  {leads}")
    say(f"quarantine             {view.quarantined} held")
    say(f"outbox                 {view.outbox} waiting")
    say(f"last lead              {_time(view.last_lead_at)}")
    say(f"last sweep             {_time(view.last_sweep.at if view.last_sweep else None)}")
    for warning in view.warnings:
        out.print(f"[yellow]! {escape(warning)}[/]", soft_wrap=True)


def print_steps(views: list[StepView], *, at: datetime, done: bool) -> None:
    """Print what a sweep did or would do, a line a lead."""
    for view in views:
        what = {
            "flagged": view.flagged,
            "followed up": view.followed_up,
            "queued again": view.requeued,
            f"parked for {', '.join(view.parked)}": bool(view.parked),
        }
        told = ", ".join(text for text, holds in what.items() if holds) or "put off"
        say(f"lead {view.lead_id}: {told}, next look {_time(view.next_due_at)}")
    said = "dealt with" if done else "due; nothing was changed"
    say(f"{len(views)} leads {said}, as of {_time(at)} UTC")


async def count[T](items: AsyncIterator[T], what: str) -> int:
    """Go through all items with a bar on standard error; return how many there were."""
    done = 0
    with progress() as bar:
        task = bar.add_task(what, total=None)
        async for _ in items:
            done += 1
            advance(bar, task)
    return done


def progress() -> Progress:
    """Return a bar on standard error, which is gone when it is done."""
    return Progress(console=err, transient=True)


def advance(bar: Progress, task: TaskID, by: int = 1) -> None:
    """Move a bar on."""
    bar.update(task, advance=by)


async def _at_most[T](items: AsyncIterator[T], most: int) -> AsyncIterator[T]:
    number = 0
    async for item in items:
        yield item
        number += 1
        if number == most:
            return


def _coloured(state: str) -> str:
    colour = COLOURS.get(state)
    return f"[{colour}]{state}[/]" if colour else state


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"
