"""Rows one by one: those that this version of the app can't read are left out, and left alone.

A newer version may have written them, or somebody by hand. One of them must keep none of the others
from being served.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from shared.domain.errors import StorageUnavailableError

log = logging.getLogger(__name__)

FAULTS = (AttributeError, LookupError, TypeError, ValueError)
"""What reading raises where a column is missing, or has something in it that we never write."""


async def readable[T](rows: AsyncIterator[Any], read: Callable[[Any], T]) -> AsyncIterator[T]:
    """Yield what rows are read as; one that can't be read is named in the log, by its key alone."""
    async for row in rows:
        for value in read_each([row], read):
            yield value


def read_each[T](rows: Iterable[Any], read: Callable[[Any], T]) -> Iterator[T]:
    """Yield likewise what rows that are there are read as."""
    for row in rows:
        try:
            value = read(row)
        except FAULTS:
            log.warning("this version of the app can't read row %s: it is left out", row["RowKey"])
        else:
            yield value


@contextmanager
def all_readable(what: str) -> Iterator[None]:
    """Let work wait for a version of the app that can read what it can't be done without."""
    try:
        yield
    except FAULTS:
        unreadable = f"storage: this version of the app can't read {what}"
        raise StorageUnavailableError(unreadable) from None
