"""Files that commands read and write; ``-`` is standard input or output."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from cli.interrupting import at_once
from shared.operations.errors import UsageError

STANDARD = Path("-")


def read(file: Path) -> bytes:
    """Return what stands in a file; raise ``UsageError`` if it can't be read."""
    try:
        if file != STANDARD:
            return file.read_bytes()
        with at_once():
            return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from None


@contextmanager
def writing(file: Path) -> Iterator[TextIO]:
    """Open a file that takes its name, and the place of an older one, only once it is whole.

    Nobody but its owner may read it. Raises ``UsageError`` if it can't be written.
    """
    if file == STANDARD:
        yield sys.stdout
        return
    if file.is_dir():
        raise UsageError(f"{file} is a folder: name a file in it")
    partial = file.with_name(f"{file.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as to:
            yield to
        partial.replace(file)
    except OSError as error:
        raise UsageError(f"{file} can't be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            partial.unlink()
