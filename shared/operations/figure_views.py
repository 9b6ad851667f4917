"""What ``leads figures --json`` prints, as ``docs/operating.md`` describes it.

Fields are only ever added.
"""

from collections.abc import Sequence
from datetime import datetime

from shared.operations.views import View


class SpanView(View):
    """How long customers waited: of so many, in seconds; None where there are none."""

    n: int
    median_seconds: int | None
    p90_seconds: int | None


class DeliveredView(View):
    """How many leads have reached a destination, of those that go there."""

    destination: str
    leads: int
    delivered: int


class FigureView(View):
    """The figures of one group of waits, or of all; see ``docs/figures.md``.

    ``in_time`` are of ``decided``: what was answered, or is late by now. ``at_most`` counts those
    answered whose time is an upper bound, ``perhaps_in_time`` those of them that were not in time
    by it.
    """

    name: str
    leads: int
    interests: int
    waits: int
    answered: int
    in_time: int
    decided: int
    share_in_time: float | None
    at_most: int
    perhaps_in_time: int
    wall_clock: SpanView
    working_time: SpanView
    open: int
    late: int
    outcomes: dict[str, int]
    destinations: Sequence[DeliveredView]


class ReadView(View):
    """What was read for figures; ``unreadable`` are leads that only a newer version can read."""

    leads: int
    submissions: int
    acts: int
    unreadable: int


class FiguresView(View):
    """All of ``leads figures``.

    ``complete_after`` is when the last wait began of which an older version of the app did not keep
    all that figures are made of; None if there is none.
    """

    at: datetime
    since: datetime | None
    by: str
    read: ReadView
    left_out: dict[str, int]
    complete_after: datetime | None
    total: FigureView
    groups: Sequence[FigureView]
