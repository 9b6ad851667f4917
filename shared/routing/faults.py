"""What is wrong or doubtful in a file of rules, and where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

type Loc = tuple[str | int, ...]
"""The way to a value: keys of tables, and places in arrays from 0."""


class Position(NamedTuple):
    """A place in the text, both from 1."""

    line: int
    column: int


type Locate = Callable[[Loc], Position | None]
"""Finds a value in the text, or the nearest table around it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault or doubt; the message says what the value should be."""

    loc: Loc
    message: str
    position: Position | None = None

    @property
    def key(self) -> str:
        """Return the way to the value as in TOML; places in arrays count from 1."""
        parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in self.loc]
        return "".join(parts).removeprefix(".")

    def __str__(self) -> str:
        """Return the fault in one line."""
        place = f"line {self.position.line}, column {self.position.column}" if self.position else ""
        return ": ".join(part for part in (place, self.key, self.message) if part)


URL_MARK = "://"
URL_FAULT = "should not hold a URL, which may be secret: name the setting that holds it"


@dataclass(slots=True)
class Findings:
    """Collects faults, which make a file wrong, and doubts, which don't; tells no URL."""

    faults: list[Fault] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)

    def fault(self, loc: Loc, message: str) -> None:
        """Add what makes the file wrong."""
        self.faults.append(_without_url(Fault(loc, message)))

    def doubt(self, loc: Loc, message: str) -> None:
        """Add what is probably not meant so."""
        self.doubts.append(_without_url(Fault(loc, message)))


def _without_url(fault: Fault) -> Fault:
    loc = tuple("…" if isinstance(part, str) and URL_MARK in part else part for part in fault.loc)
    return Fault(loc, URL_FAULT if URL_MARK in fault.message else fault.message)
