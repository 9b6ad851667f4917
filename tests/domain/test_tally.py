"""What is counted of waits, and how long they were."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.acts import Outcome
from shared.domain.delivery import Delivery
from shared.domain.figures import Wait
from shared.domain.tally import Spans, Tally
from tests.domain.histories import DAY, HOUR, NOON, submission
from tests.examples import acted

OPEN = Wait(since=NOON, due_at=NOON + DAY, interests=[submission()])
ACT = replace(acted(NOON + HOUR), open_since=NOON, working_seconds=1800)
IN_TIME = replace(OPEN, answer=ACT, outcome=Outcome.WON)
LATE = replace(OPEN, answer=acted(NOON + 2 * DAY))
PERHAPS = replace(OPEN, answer=replace(acted(NOON + 2 * DAY), newest_only=True))
SENT = Delivery(destination="crm", delivered_version=1)


def test_k1_each_wait_is_counted_for_what_it_is() -> None:
    tally = Tally()

    tally.add([SENT], [IN_TIME, LATE], NOON + DAY)
    tally.add([replace(SENT, delivered_version=0)], [PERHAPS, OPEN], NOON + DAY)
    tally.add([], [OPEN], NOON + 2 * DAY)

    assert (tally.leads, tally.interests, tally.waits, tally.answered) == (3, 5, 5, 3)
    assert (tally.in_time, tally.at_most, tally.perhaps_in_time) == (1, 1, 1)
    assert (tally.late, tally.decided) == (1, 4)
    assert (len(tally.lengths), tally.lengths.median()) == (3, 2 * 24 * 3600)
    assert (len(tally.worked), tally.worked.median()) == (1, 1800)
    assert tally.outcomes == {Outcome.WON: 1}
    assert (tally.goes_to["crm"], tally.reached["crm"]) == (2, 1)


@pytest.mark.parametrize(
    ("seconds", "median", "ninetieth"),
    [
        ([], None, None),
        ([5], 5, 5),
        ([9, 1], 5, 9),
        ([3, 1, 2], 2, 3),
        ([*range(1, 11)], 5, 9),
        ([*range(1, 31)], 15, 27),
    ],
)
def test_k1_median_and_ninetieth_are_those_of_what_was_added(
    seconds: list[int], median: int | None, ninetieth: int | None
) -> None:
    spans = Spans()
    for one in seconds:
        spans.add(timedelta(seconds=one))

    assert (spans.median(), spans.ninetieth()) == (median, ninetieth)
