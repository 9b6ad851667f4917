"""How many processes share the tests when pytest is started with ``-n auto``."""

from collections.abc import Iterable

import pytest


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Answer pytest-xdist; ``None`` leaves the number to it."""
    return workers_for(config.args)


def workers_for(arguments: Iterable[str]) -> int | None:
    """Return 0, this process, for one file: the tests of a file stay together anyway."""
    files = {argument.partition("::")[0] for argument in arguments}
    return 0 if len(files) == 1 and files.pop().endswith(".py") else None
