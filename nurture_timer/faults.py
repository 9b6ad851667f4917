"""Faults of the app while it sweeps: each is logged and counted, and costs nothing else its turn.

What an error says may be a customer's: it is told by its type, and where it was raised.
"""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from shared.domain.errors import SettingsError, StorageError, StorageUnavailableError

log = logging.getLogger(__name__)


class Faults:
    """How many there were in one sweep."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0

    def note(self, what: str, error: Exception) -> None:
        """Log why something was not done; what storage does not do is no fault of the app."""
        if isinstance(error, StorageError):
            log.warning("%s: %s", what, error)
            return
        self.count += 1
        said = f": {error}" if isinstance(error, SettingsError) else ""
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s, by a fault: %s%s\n%s", what, type(error).__name__, said, where)

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Go on after a part of the work; storage that gives no answer ends all of it."""
        try:
            yield
        except StorageUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest is still to be done
            self.note(what, error)
