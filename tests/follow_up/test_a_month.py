"""A simulated month: nothing is early, twice, missing, or about a customer who was answered.

``python -m tests.follow_up.month`` plays 2,000 leads.
"""

import pytest

from tests.follow_up.month import simulate


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, 2])
async def test_c2_c5_c8_n1_n2_a_month_with_crashes_outages_and_wrong_rules(seed: int) -> None:
    month = await simulate(60, seed)

    faults = (month.early, month.twice, month.missing, month.answered, month.early_steps)
    assert faults == (0, 0, 0, 0, 0), str(month)
    assert month.untold == 0, str(month)
    assert month.doubled <= month.crashes_at_send, str(month)
    assert month.flags > 0
