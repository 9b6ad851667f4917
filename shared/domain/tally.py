"""Counts waits, of one group or of all; 16 bytes of each that was answered are kept. Pure."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.domain.acts import Outcome
from shared.domain.delivery import Delivery
from shared.domain.figures import Wait

A_SECOND = timedelta(seconds=1)


class Spans:
    """Lengths of time, in whole seconds."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seconds = array("q")

    def add(self, length: timedelta) -> None:
        """Add one."""
        self._seconds.append(length // A_SECOND)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._seconds)

    def median(self) -> int | None:
        """Return the middle one, or the mean of the two in the middle; None of none."""
        ordered = sorted(self._seconds)
        if not ordered:
            return None
        middle = len(ordered) // 2
        return (ordered[middle] + ordered[-middle - 1]) // 2

    def ninetieth(self) -> int | None:
        """Return the least within which nine in ten of them are; None of none."""
        ordered = sorted(self._seconds)
        return ordered[-(-9 * len(ordered) // 10) - 1] if ordered else None


@dataclass(slots=True)
class Tally:
    """What is counted of some waits; ``reached`` is by destination."""

    leads: int = 0
    interests: int = 0
    waits: int = 0
    answered: int = 0
    in_time: int = 0
    at_most: int = 0
    perhaps_in_time: int = 0
    late: int = 0
    lengths: Spans = field(default_factory=Spans)
    worked: Spans = field(default_factory=Spans)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    goes_to: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)

    @property
    def decided(self) -> int:
        """Return of how many it is known whether somebody followed up in time."""
        return self.answered + self.late

    def add(self, deliveries: Iterable[Delivery], waits: Collection[Wait], now: datetime) -> None:
        """Count one lead with its waits, of which there is one at least."""
        self.leads += 1
        for delivery in deliveries:
            self.goes_to[delivery.destination] += 1
            self.reached[delivery.destination] += delivery.delivered_version > 0
        for wait in waits:
            self._add(wait, now)

    def _add(self, wait: Wait, now: datetime) -> None:
        self.waits += 1
        self.interests += len(wait.interests)
        self.late += wait.is_late(now)
        if wait.length is None:
            return
        self.answered += 1
        self.in_time += wait.in_time
        self.at_most += wait.at_most
        self.perhaps_in_time += wait.at_most and not wait.in_time
        self.lengths.add(wait.length)
        if wait.working_time is not None:
            self.worked.add(wait.working_time)
        if wait.outcome is not None:
            self.outcomes[wait.outcome] += 1
