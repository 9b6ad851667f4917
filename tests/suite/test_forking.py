from importlib.util import find_spec

import pytest

from tests.forking import IMPORTED


@pytest.mark.parametrize("name", IMPORTED)
def test_what_is_imported_before_a_fork_is_there(name: str) -> None:
    assert find_spec(name), "multiprocessing leaves out what it does not find"
