"""The longest files are begun first: one that is begun last keeps its process alone to the end.

pytest-xdist would begin with the files that have the most tests; ``--no-loadscope-reorder`` leaves
the order to us. It gives files to processes in the order in which their tests were collected.
"""

from pathlib import Path

import pytest

LONGEST = (
    "crm_contract/test_fault_grid.py",
    "model/test_two_workers.py",
    "crm_contract/test_answers.py",
    "local/test_demo.py",
    "route_lead/test_at_once.py",
    "domain/test_figures.py",
    "domain/test_fair_turns.py",
    "tools/test_import_direction.py",
    "channels/test_customers_text.py",
    "model/test_turn_taking.py",
    "destinations/salesforce/test_reasons.py",
)
"""Those that take more than ten seconds of CPU, in the folder of all tests."""

TESTS = Path(__file__).parents[1]
_TURNS = {TESTS / file: turn for turn, file in enumerate(LONGEST)}


def turn(file: Path) -> int:
    """Return how early a file is begun; all that are not long come after these, in their order."""
    return _TURNS.get(file, len(_TURNS))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of long files before all others."""
    items.sort(key=lambda item: turn(item.path))
