"""Rule N1 explored: one notice, one or two workers, and all that goes wrong once or twice.

The code of ``route_lead`` runs as it is. Covered without a gap: two deaths, each before or after
any request, alone and while a second worker has a message of the same lead; a death and a request
to the channel without an answer, which lands at once, later, or never; a death and a fault of
storage; two deaths and a lost answer; and deaths where owner and team are told side by side. A
second worker that does not see claims, or that has the first one's id, is found to tell twice.
"""

from collections.abc import Iterator, Sequence

import pytest

from shared.domain.notices import Role
from tests.model.exploring import Explored, Rules, explore
from tests.model.faults import ClaimsUnseen
from tests.model.moving import Moves
from tests.model.replaying import Histories, Tokens
from tests.model.scenes import Programs
from tests.model.states import Budget
from tests.model.telling import AskedTeller, not_told, noticed, told_too_often


@pytest.fixture(scope="module")
def histories() -> Iterator[Histories]:
    with Histories(Programs(teller=AskedTeller), Tokens()) as all_of_them:
        yield all_of_them


def explored(
    histories: Histories, budget: Budget, messages: int, roles: Sequence[Role] = (Role.OWNER,)
) -> Explored:
    start = noticed(histories.tokens, budget, messages=messages, roles=roles)
    return explore(start, Moves(histories), Rules(told_too_often(budget), not_told(roles)))


@pytest.mark.parametrize(
    ("budget", "messages", "at_least"),
    [
        (Budget(), 2, 90),
        (Budget(crashes=2), 1, 100),
        (Budget(crashes=2), 2, 1_000),
        (Budget(crashes=1, timeouts=1), 2, 2_200),
        (Budget(crashes=1, lost=1), 2, 2_400),
        (Budget(crashes=2, timeouts=1), 1, 800),
    ],
)
def test_n1_a_notice_is_sent_once_and_once_more_for_each_death_or_lost_answer(
    histories: Histories, budget: Budget, messages: int, at_least: int
) -> None:
    found = explored(histories, budget, messages)
    assert found.found is None, found.found
    assert found.states >= at_least


@pytest.mark.parametrize(
    ("budget", "messages", "at_least"),
    [(Budget(crashes=2), 1, 1_900), (Budget(crashes=1), 2, 5_200)],
)
def test_n1_so_is_each_of_two_that_are_sent_side_by_side(
    histories: Histories, budget: Budget, messages: int, at_least: int
) -> None:
    found = explored(histories, budget, messages, (Role.OWNER, Role.TEAM))
    assert found.found is None, found.found
    assert found.states >= at_least


@pytest.mark.parametrize(
    "programs",
    [
        Programs(teller=AskedTeller, leads=ClaimsUnseen),
        Programs(teller=AskedTeller, new_id=lambda work: "1"),
    ],
    ids=["claims are not seen", "all workers claim with one id"],
)
def test_n1_workers_that_do_not_keep_claims_are_found_to_tell_twice(programs: Programs) -> None:
    with Histories(programs, Tokens()) as histories:
        found = explored(histories, Budget(), 2).found

    assert found is not None
    assert found.wrong.startswith("TOO OFTEN")
