"""How far a delivery is that writes its notes one by one, in a few numbers and ids."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.delivery import Delivery
from shared.domain.lead import Interest
from shared.domain.noting import MOST_IDS, Progress, in_turn, noted, progress_of
from tests.examples import interest

VERSIONS = st.lists(st.integers(1, 60), unique=True, max_size=30)


def interests(versions: list[int]) -> list[Interest]:
    return [replace(interest(n), version=version) for n, version in enumerate(versions)]


def ids(some: list[Interest]) -> set[str]:
    return {one.submission.submission_id for one in some}


@given(versions=VERSIONS, data=st.data())
def test_what_was_noted_is_held_and_nothing_else(versions: list[int], data: st.DataObject) -> None:
    known = interests(versions)
    progress, done = Progress(), set[str]()
    for _ in range(3):
        new = (
            set(data.draw(st.lists(st.sampled_from(sorted(ids(known))), max_size=8)))
            if known
            else set()
        )
        done |= new & ids(known)
        progress = noted(progress, new, known)
        assert ids([one for one in known if progress.holds(one)]) == done


@given(VERSIONS)
def test_noted_in_turn_it_is_one_number(versions: list[int]) -> None:
    known = interests(versions)
    progress = Progress()
    for one in in_turn(known):
        progress = noted(progress, ids([one]), known)
        assert progress.to == one.version
        assert replace(progress, ids=()).holds(one)


def test_however_many_there_are_few_ids_are_kept_and_all_are_held() -> None:
    known = interests(list(range(1, 5_001)))

    progress = noted(Progress(), ids(known), known)

    assert (progress.to, len(progress.ids)) == (5_000, MOST_IDS)
    assert all(progress.holds(one) for one in known)


def test_what_an_older_version_knew_by_ids_is_held() -> None:
    known = interests([1, 2, 3])
    before = Delivery(destination="crm", noted=("submission-0", "submission-2"))

    progress = noted(progress_of(before), set(), known)

    assert progress == Progress(to=1, ids=("submission-0", "submission-2"))
