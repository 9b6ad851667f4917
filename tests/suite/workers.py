"""How many processes share the tests when pytest is started with ``-n auto``."""

import os
from collections.abc import Iterable

import pytest


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Answer pytest-xdist."""
    return workers_for(config.args, os.process_cpu_count() or 1)


def workers_for(arguments: Iterable[str], cores: int) -> int:
    """Return 0, this process, for one file: the tests of a file stay together anyway.

    Otherwise one more than there are cores: a fifth of the time, a process of tests waits.
    """
    files = {argument.partition("::")[0] for argument in arguments}
    return 0 if len(files) == 1 and files.pop().endswith(".py") else cores + 1
