"""``--thorough`` runs every test; without it, those marked as thorough are left out.

They search long for what shorter ones have not found. ``make check`` runs them, ``make test`` does
not, so that it can be run often.
"""

import pytest

MARK = "thorough"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--thorough", action="store_true", help="run the long searches too")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"{MARK}: searches long: only with --thorough")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not asked for."""
    if config.getoption("--thorough"):
        return
    left_out = [item for item in items if item.get_closest_marker(MARK)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker(MARK)]
