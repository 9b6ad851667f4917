"""Where the commands print to: text and JSON on standard output, progress on standard error."""

import os
import sys
import unicodedata
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime

from rich.cells import cell_len
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from shared.operations.views import View

PIPED_WIDTH = 160
"""Of tables that go to a file or another program, unless COLUMNS says otherwise."""

UNPRINTABLE = frozenset({"Cc", "Cs"})
LINE = frozenset("\n\t")
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""What turns the direction of the text after it, so that a line says what it does not hold."""

STEERING = BIDI_CONTROLS | frozenset(map(chr, range(0x7F, 0xA0)))
"""These, DEL and the C1 controls; JSON escapes the other control characters by itself."""

COLOURS = {"overdue": "red", "parked": "red", "pending": "yellow", "waiting": "yellow"}


def _has_width() -> bool:
    return sys.stdout.isatty() or "COLUMNS" in os.environ


def _console() -> Console:
    return Console(highlight=False, width=None if _has_width() else PIPED_WIDTH)


def width() -> int:
    """Return how many columns a line has."""
    return _console().width


def say(text: str, colour: str = "") -> None:
    """Print a text as it is."""
    _console().print(Text(printable(text), colour), soft_wrap=True)


def say_fact(label: str, told: str, colour: str = "") -> None:
    """Print a text beside its label, which has its blanks after it.

    Where lines have a width, they end between words, and all begin below the first: what has no
    blanks, such as an address, stays whole. A file gets each line as it is.
    """
    room = _console().width - len(label) if _has_width() else sys.maxsize
    lines = [part for line in told.split("\n") for part in _parts(line, room)]
    say("\n".join([label + lines[0], *(" " * len(label) + line for line in lines[1:])]), colour)


def _parts(line: str, room: int) -> Iterator[str]:
    part, *words = line.split(" ")
    for word in words:
        longer = f"{part} {word}"
        if cell_len(longer) <= room:
            part = longer
        else:
            yield part
            part = word
    yield part


def note(text: str, colour: str = "") -> None:
    """Print a line on standard error, beside what is the command's output."""
    Console(stderr=True, highlight=False).print(Text(printable(text), colour), soft_wrap=True)


def say_table(table: Table) -> None:
    """Print a table without blanks at the ends of its lines."""
    console = _console()
    with console.capture() as captured:
        console.print(table)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def printable(text: str) -> str:
    """Return the text with control characters written out: a body must not steer a terminal."""
    return "".join(repr(char)[1:-1] if _steers(char) else char for char in text)


def _steers(char: str) -> bool:
    controls = unicodedata.category(char) in UNPRINTABLE and char not in LINE
    return controls or char in BIDI_CONTROLS


def cell(text: str, colour: str = "") -> Text:
    """Return a text of one line for a table, which may cut it short."""
    return Text(printable(" ".join(text.split())), colour, no_wrap=True, overflow="ellipsis")


def state_cell(words: str, state: str = "") -> Text:
    """Return a state for a table, in the colour of a state (its own by default)."""
    return Text(words.replace("_", " "), COLOURS.get(state or words, ""))


def minute(at: datetime | None) -> str:
    """Return a time in UTC to the minute."""
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"


def print_object(view: View) -> None:
    """Print one JSON object."""
    print(_json(view, indent=2))


def print_array(views: Iterable[View]) -> None:
    """Print a JSON array, an object a line."""
    print("[" + ",".join("\n " + _json(view) for view in views) + "\n]")


def _json(view: View, indent: int | None = None) -> str:
    """Return JSON in which what could steer a terminal is written as an escape."""
    return "".join(
        f"\\u{ord(char):04x}" if char in STEERING else char
        for char in view.model_dump_json(indent=indent)
    )


async def print_as_found(views: AsyncIterator[View]) -> None:
    """Print a JSON array, each object as soon as it is found."""
    separator = "[\n "
    async for view in views:
        print(separator + _json(view), end="")
        separator = ",\n "
    print("[\n]" if separator == "[\n " else "\n]")


async def all_of[T](items: AsyncIterator[T], what: str) -> list[T]:
    """Return all items, with a bar on standard error while they come."""
    found = []
    with progress() as bar:
        task = bar.add_task(what, total=None)
        async for item in items:
            found.append(item)
            bar.advance(task)
    return found


def progress() -> Progress:
    """Return a bar on standard error, which is gone when it is done."""
    err = Console(stderr=True)
    return Progress(console=err, transient=True, disable=not err.is_terminal)
