"""Two workers, two clicks of one customer: every order of their requests, with what goes wrong.

The code of ``route_lead`` runs as it is. Each request to storage, queue and CRM is a step, and two
where time may pass between what is done and the answer. Covered without a gap, for a CRM that finds
a record by our id and for one that does not:

- nothing goes wrong;
- one worker dies, before or after any request of its, and its message shows again 10 minutes later;
- one request to the CRM has no answer, and lands at once, later, or never;
- one request to storage or queue fails, done or not done;
- one worker is held up between any two steps, or a message before it is taken, while time jumps to
  the end of a claim or of a delay. A request to the CRM alone is never under way meanwhile: it has
  a deadline, which is shorter than a claim;
- a death and a request without an answer, both, for a CRM that finds.

Whatever happens, a lead that is behind has its row in the index at every moment. The same where
notes go to the CRM one by one; and with one worker, where a value comes and goes.
"""

from collections.abc import Iterator

import pytest

from tests.fakes import FakeCrm
from tests.model.exploring import Rules, explore
from tests.model.moving import Moves
from tests.model.replaying import Histories, Tokens
from tests.model.scenes import (
    FIRST,
    SECOND,
    THIRD,
    Programs,
    duplicate_or_forgotten,
    not_as_it_should_be,
    queued,
)
from tests.model.states import Budget

RULES = Rules(always=duplicate_or_forgotten, at_end=not_as_it_should_be)

NOTHING = Budget()
A_DEATH = Budget(crashes=1)
NO_ANSWER = Budget(timeouts=1)
STORAGE_FAILS = Budget(lost=1)
HELD_UP = Budget(stalls=1)
DEATH_AND_NO_ANSWER = Budget(crashes=1, timeouts=1)


@pytest.fixture(scope="module")
def histories() -> Iterator[Histories]:
    with Histories(Programs(), Tokens()) as all_of_them:
        yield all_of_them


@pytest.mark.parametrize(
    ("budget", "finds", "at_least"),
    [
        (NOTHING, True, 290),
        (NOTHING, False, 290),
        (A_DEATH, True, 2_000),
        (A_DEATH, False, 2_000),
        (NO_ANSWER, True, 5_500),
        (NO_ANSWER, False, 6_500),
        (STORAGE_FAILS, True, 6_000),
        (STORAGE_FAILS, False, 6_000),
        pytest.param(HELD_UP, True, 9_500, marks=pytest.mark.thorough),
        (HELD_UP, False, 10_000),
        pytest.param(DEATH_AND_NO_ANSWER, True, 34_000, marks=pytest.mark.thorough),
    ],
)
def test_two_clicks_make_one_record_with_all_of_both(
    histories: Histories, budget: Budget, *, finds: bool, at_least: int
) -> None:
    start = queued(histories.tokens, FIRST, SECOND, budget=budget, crm=FakeCrm(finds=finds))
    explored = explore(start, Moves(histories), RULES)
    assert explored.found is None, explored.found
    assert explored.states >= at_least
    assert explored.ends > 1


@pytest.mark.parametrize(
    ("budget", "at_least"),
    [
        (A_DEATH, 2_400),
        pytest.param(NO_ANSWER, 10_000, marks=pytest.mark.thorough),
        pytest.param(HELD_UP, 13_000, marks=pytest.mark.thorough),
    ],
)
def test_a_crm_that_takes_notes_gets_each_of_them(
    histories: Histories, budget: Budget, at_least: int
) -> None:
    crm = FakeCrm(takes_notes=True)
    start = queued(histories.tokens, FIRST, SECOND, budget=budget, crm=crm)
    explored = explore(start, Moves(histories), RULES)
    assert explored.found is None, explored.found
    assert explored.states >= at_least


@pytest.mark.parametrize(("budget", "at_least"), [(A_DEATH, 1_900), (NO_ANSWER, 700)])
def test_a_value_that_came_and_went_does_not_stay_in_the_crm(
    histories: Histories, budget: Budget, at_least: int
) -> None:
    start = queued(histories.tokens, FIRST, SECOND, THIRD, budget=budget, crm=FakeCrm())
    explored = explore(start, Moves(histories, workers=1), RULES)
    assert explored.found is None, explored.found
    assert explored.states >= at_least
