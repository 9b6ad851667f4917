"""What people see of ``leads figures``: a summary, a table of groups, or CSV."""

from collections.abc import Iterator

from rich.table import Table

from cli.console import cell, minute, say, say_fact, say_table
from cli.csv_rows import print_rows
from shared.domain.planning import owner_words
from shared.operations.figure_views import FiguresView, FigureView, SpanView
from shared.operations.words import counted

LEFT_OUT = {
    "merged": ("merged lead", "merged leads"),
    "test": ("test lead", "test leads"),
    "do_not_contact": ("do-not-contact lead", "do-not-contact leads"),
    "unanswerable": ("lead that nobody could answer", "leads that nobody could answer"),
}
UNREADABLE = ("lead that can't be read", "leads that can't be read")
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60

COLUMNS = ("waits", "leads", "answered", "in time", "median", "9 in 10", "working", "open", "late")

CSV_COUNTS = (
    *("name", "leads", "interests", "waits", "answered", "in_time", "decided", "share_in_time"),
    *("at_most", "perhaps_in_time"),
)
CSV_SPANS = ("n", "median_seconds", "p90_seconds")


def print_figures(view: FiguresView) -> None:
    """Print the figures of all, then those of each group, then what they are made of."""
    total = view.total
    since = f"waits since {minute(view.since)}" if view.since else "all waits"
    _line("of", f"{since}, as of {minute(view.at)} UTC")
    _line("leads", f"{total.leads:,} with {counted(total.interests, 'interest')}")
    _line("waits", f"{total.waits:,}: {total.answered:,} answered, {total.open:,} open")
    _line("in time", _share(total))
    _line("first follow-up", _span(total.wall_clock, at_most=total.at_most > 0))
    _line("in working time", _span(total.working_time, at_most=total.at_most > 0))
    _line("late", f"{total.late:,} of {total.open:,} open")
    _line("outcomes", ", ".join(_outcomes(total)) or "none")
    _line("delivered", ", ".join(_delivered(total)) or "nowhere")
    if view.by:
        say("")
        say_table(_table(view))
        say("")
    for line in _made_of(view):
        say(line)


def print_figures_csv(view: FiguresView) -> None:
    """Print a line for each group, or one for all where there are none."""
    destinations = [to.destination for to in view.total.destinations]
    shown = view.groups if view.by else [view.total]
    rows = [_csv_row(one, destinations) for one in shown]
    print_rows(list(_csv_row(view.total, destinations)), rows)


def _csv_row(figure: FigureView, destinations: list[str]) -> dict[str, object]:
    reached = {to.destination: to for to in figure.destinations}
    wall, working = figure.wall_clock, figure.working_time
    return {
        **{name: getattr(figure, name) for name in CSV_COUNTS},
        **{f"wall_clock_{name}": getattr(wall, name) for name in CSV_SPANS},
        **{f"working_time_{name}": getattr(working, name) for name in CSV_SPANS},
        "open": figure.open,
        "late": figure.late,
        **{f"outcome_{name}": number for name, number in figure.outcomes.items()},
        **{
            f"{what}_{name}": getattr(reached[name], what) if name in reached else 0
            for name in destinations
            for what in ("leads", "delivered")
        },
    }


def _table(view: FiguresView) -> Table:
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="bold")
    table.add_column(view.by, max_width=40)
    for name in COLUMNS:
        table.add_column(name, no_wrap=True, justify="right")
    for one in view.groups:
        about = "≤ " if one.at_most else ""
        wall, working = one.wall_clock, one.working_time
        table.add_row(
            cell(_called(view.by, one.name)),
            *(f"{number:,}" for number in (one.waits, one.leads, one.answered)),
            f"{one.in_time:,} of {one.decided:,}",
            about + _length(wall.median_seconds) if wall.n else "–",
            about + _length(wall.p90_seconds) if wall.n else "–",
            f"{about}{_length(working.median_seconds)} (n={working.n})" if working.n else "–",
            f"{one.open:,}",
            f"{one.late:,}",
        )
    return table


def _called(by: str, name: str) -> str:
    return (owner_words(name) if by == "owner" else name) or "(none)"


def _share(figure: FigureView) -> str:
    if figure.share_in_time is None:
        return "none is answered or late yet"
    least = "at least " if figure.perhaps_in_time else ""
    perhaps = f"; {figure.perhaps_in_time:,} more may have been" if least else ""
    of = f"{figure.in_time:,} of {figure.decided:,} answered or late"
    return f"{least}{figure.share_in_time:.0%} ({of}{perhaps})"


def _span(span: SpanView, *, at_most: bool) -> str:
    if not span.n:
        return "not known for any"
    about = "at most " if at_most else ""
    return (
        f"{about}{_length(span.median_seconds)} in the median,"
        f" {about}{_length(span.p90_seconds)} for nine in ten (n = {span.n:,})"
    )


def _length(seconds: int | None) -> str:
    """Return a length of time in its two largest units."""
    whole = seconds or 0
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < 2 * DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"


def _outcomes(figure: FigureView) -> Iterator[str]:
    for name, number in figure.outcomes.items():
        if number:
            yield f"{number:,} {name.replace('_', ' ')}"


def _delivered(figure: FigureView) -> Iterator[str]:
    for to in figure.destinations:
        yield f"{to.delivered:,} of {counted(to.leads, 'lead')} to {to.destination}"


def _made_of(view: FiguresView) -> Iterator[str]:
    read = view.read
    yield (
        f"Read {counted(read.leads, 'lead')}, {counted(read.submissions, 'submission')} and"
        f" {counted(read.acts, 'act')}."
    )
    left = [
        counted(view.left_out[name], *words)
        for name, words in LEFT_OUT.items()
        if view.left_out[name]
    ]
    if view.read.unreadable:
        left.append(counted(view.read.unreadable, *UNREADABLE))
    if left:
        yield f"Not counted: {', '.join(left)}."
    if view.total.at_most:
        times = counted(view.total.at_most, "time is an upper bound", "times are upper bounds")
        yield f"{times}: an earlier follow-up may not be known."
    if view.complete_after:
        yield (
            f"Facts are complete for waits after {minute(view.complete_after)} UTC; an older"
            " version did not keep all of those before."
        )


def _line(what: str, told: str) -> None:
    say_fact(f"{what:<20}", told)
