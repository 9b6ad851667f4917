"""What sales did, as the port tells it."""

from datetime import timedelta

from shared.domain.acts import Outcome
from shared.ports.crm import FollowUpSeen, SeenAct
from tests.fakes import START

FIRST = SeenAct(at=START, by="Anna")
LAST = SeenAct(at=START + timedelta(hours=1), by="Bert", outcome=Outcome.MEETING)


def test_acts_come_to_the_newest_each_told_once_and_by_time() -> None:
    seen = FollowUpSeen.of([LAST, FIRST, LAST], all_told=True)

    assert seen == FollowUpSeen(at=LAST.at, by="Bert", acts=(FIRST, LAST), all_told=True)


def test_of_two_at_the_same_time_the_one_that_closes_is_the_last() -> None:
    closing = SeenAct(at=START, by="Bert", closed=True)

    seen = FollowUpSeen.of([closing, FIRST], all_told=False)

    assert seen is not None
    assert (seen.by, seen.acts) == ("Bert", (FIRST, closing))


def test_no_acts_are_nothing_seen() -> None:
    assert FollowUpSeen.of([], all_told=True) is None
