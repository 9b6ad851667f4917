"""Collecting makes millions of objects that stay: none of them is worth the collector's time."""

import gc
from collections.abc import Generator

import pytest

NEW_OBJECTS = 10_000
"""How many make a collection due, not Python's 2,000: the states of a model stay as well."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect tests without garbage collection, and leave what they are out of all later ones."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])
        gc.enable()
