"""The sweep against a lead that is being recorded: every order of their requests.

The sweep runs two hours ahead of the workers, so that it sees rows whose lead is not written yet,
and claims and delays as long over. Covered without a gap: one sweep while a new lead is recorded by
a worker that may die anywhere, and while two workers record two clicks; two sweeps while a message
may vanish from the queue.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from nurture_timer.tidying import SETTLED
from tests.fakes import FakeCrm
from tests.model.exploring import Rules, explore
from tests.model.moving import Moves
from tests.model.replaying import Histories, Tokens
from tests.model.scenes import FIRST, SECOND, Programs, duplicate_or_forgotten, queued
from tests.model.states import Budget
from tests.model.world import World

AHEAD = timedelta(hours=2)


@pytest.fixture(scope="module")
def histories() -> Iterator[Histories]:
    with Histories(Programs(sweep_ahead=AHEAD), Tokens()) as all_of_them:
        yield all_of_them


def when_rows_are_due_or_settled(world: World) -> list[datetime]:
    rows = world.lead_index.due_rows.values()
    settled = [row.written_at + SETTLED + timedelta(seconds=1) for row in rows]
    return [*(row.due_at for row in rows), *settled]


RULES = Rules(always=duplicate_or_forgotten, at_end=lambda state: "")


@pytest.mark.parametrize(
    ("messages", "budget", "at_least"),
    [
        ([FIRST], Budget(sweeps=1, crashes=1), 8_500),
        ([FIRST], Budget(sweeps=2, vanished=1), 1_000),
        ([FIRST, SECOND], Budget(sweeps=1), 6_000),
    ],
)
def test_a_lead_that_is_not_done_always_has_its_row_in_the_index(
    histories: Histories, messages: list[str], budget: Budget, at_least: int
) -> None:
    start = queued(histories.tokens, *messages, budget=budget, crm=FakeCrm())
    moves = Moves(histories, more_times=when_rows_are_due_or_settled)
    explored = explore(start, moves, RULES)
    assert explored.found is None, explored.found
    assert explored.states >= at_least


def test_a_sweep_that_clears_young_rows_is_found_to_forget_leads() -> None:
    hasty = Programs(sweep_ahead=AHEAD, sweep_clock_ahead=AHEAD)
    with Histories(hasty, Tokens()) as histories:
        start = queued(histories.tokens, FIRST, budget=Budget(sweeps=1), crm=FakeCrm())
        explored = explore(start, Moves(histories), RULES)
    assert explored.found is not None
    assert explored.found.wrong.startswith("FORGOTTEN: there is no row")
    assert explored.found.way[-1] == "worker 2: lead_index.delete"
