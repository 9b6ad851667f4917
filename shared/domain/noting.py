"""Which of its interests a record holds already, in a form that stays small. Pure.

Notes are written in the order of versions, so nearly all that a record holds can be said by one
number. Ids of submissions are kept beside it for interests that a record held before their turn,
and for older versions of the app, which know ids only.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from shared.domain.delivery import Delivery
from shared.domain.lead import Interest

MOST_IDS = 500
"""Of at most 50 characters each: a column holds 32 K characters."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The record holds all interests up to the version ``to``, and the submissions ``ids``."""

    to: int = 0
    ids: tuple[str, ...] = ()

    def holds(self, interest: Interest) -> bool:
        """Tell whether the record holds an interest."""
        return interest.version <= self.to or interest.submission.submission_id in self.ids


def progress_of(delivery: Delivery) -> Progress:
    """Return how far a delivery is."""
    return Progress(to=delivery.noted_to, ids=delivery.noted)


def in_turn(interests: Iterable[Interest]) -> list[Interest]:
    """Return interests in the order in which they are noted."""
    return sorted(interests, key=attrgetter("version"))


def noted(before: Progress, new: Collection[str], interests: Sequence[Interest]) -> Progress:
    """Return the progress with new submissions; ``interests`` are all that are to be noted."""
    to, ids = before.to, {*before.ids, *new}
    held: list[str] = []
    for number, interest in enumerate(in_turn(interests)):
        if interest.version <= before.to or interest.submission.submission_id in ids:
            to = interest.version if len(held) == number else to
            held.append(interest.submission.submission_id)
    return Progress(to=to, ids=tuple(held[-MOST_IDS:]))
