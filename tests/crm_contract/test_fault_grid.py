"""Whatever a call is answered with: one record in the end, nothing told of the customer.

What each answer does is a table in ``docs/destinations/faults.md``, which is compared here.
"""

import pytest

from tests.crm_contract.fault_grid import grid_of
from tests.crm_contract.fault_table import DOCUMENT, HEADING, TITLES, section

WRITE = "python -m tests.crm_contract.fault_table"


@pytest.mark.thorough
@pytest.mark.parametrize("name", TITLES)
async def test_no_answer_loses_or_doubles_a_lead_or_tells_of_the_customer(name: str) -> None:
    grid = await grid_of(name)

    assert grid.wrong == []
    written = DOCUMENT.read_text(encoding="utf-8").split(f"\n{HEADING}")
    assert section(name, grid).removeprefix(HEADING).strip() in map(str.strip, written), WRITE
