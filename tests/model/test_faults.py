"""The exploration finds what it is there to find: each fault, put into the app, breaks a rule."""

from dataclasses import dataclass

import pytest

from shared.domain.errors import CrmUnavailableError
from tests.fakes import FakeCrm
from tests.model.exploring import Explored, Rules, explore
from tests.model.faults import ClaimsUnseen, never_uncertain, standing_still
from tests.model.moving import TIMED_OUT, Moves
from tests.model.replaying import Histories, Tokens
from tests.model.scenes import (
    FIRST,
    SECOND,
    Programs,
    not_as_it_should_be,
    queued,
    two_records,
)
from tests.model.states import Budget

SURE_IT_IS_NOT_DONE = CrmUnavailableError("timed out")


@dataclass(frozen=True)
class Fault:
    """What is wrong with the app or its surroundings, and what it takes to show."""

    budget: Budget
    programs: Programs
    timed_out: Exception = TIMED_OUT
    slow_requests: bool = False

    def explored(self) -> Explored:
        with Histories(self.programs, Tokens()) as histories:
            start = queued(histories.tokens, FIRST, SECOND, budget=self.budget, crm=FakeCrm())
            moves = Moves(histories, timed_out=self.timed_out, slow_requests=self.slow_requests)
            return explore(start, moves, Rules(two_records, not_as_it_should_be))


NO_ANSWER = Budget(timeouts=1)
FAULTS = {
    "a claim is given back when a request times out": Fault(
        NO_ANSWER, Programs(), timed_out=SURE_IT_IS_NOT_DONE
    ),
    "a request lands after its claim has ended": Fault(NO_ANSWER, Programs(), slow_requests=True),
    "claims are not seen": Fault(Budget(), Programs(leads=ClaimsUnseen)),
    "all workers claim with one id": Fault(Budget(), Programs(new_id=lambda work: "1")),
    "the CRM is not told that a request had no answer": Fault(
        Budget(crashes=1), Programs(crm=never_uncertain)
    ),
    "a worker does not see its own claim run out": Fault(
        Budget(stalls=1), Programs(clock=standing_still)
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found(fault: Fault) -> None:
    found = fault.explored().found
    assert found is not None
    assert found.wrong.startswith("DUPLICATE")
