"""The garbage collector looks at what tests leave, and not again and again at what stays.

The modules and the tests themselves stay to the end: some million objects, which were an eighth of
the time to collect the tests, and a fifth of that of the models.
"""

import gc
from collections.abc import Generator
from typing import Any

import pytest

NEW_OBJECTS = 10_000
"""So many more than before are looked at; by itself, Python does so after 2,000."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Leave alone what is there once the tests are collected."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
        gc.enable()
