"""Let the operator change a text in their editor."""

import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.interrupting import left_to_others
from shared.operations.errors import RefusedError, UsageError


def edited(body: bytes) -> bytes:
    """Open a body in ``VISUAL`` or ``EDITOR``, and return what was saved.

    Nobody else can read the file meanwhile, and none is left. Raises ``UsageError`` if there is no
    editor, ``RefusedError`` if it fails.
    """
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not editor:
        raise UsageError(
            "EDITOR is not set: set it, or use `leads quarantine release ID --body FILE`"
        )
    with TemporaryDirectory(prefix="leads-") as folder:
        file = Path(folder, "body.json")
        file.write_bytes(body)
        try:
            with left_to_others():
                done = subprocess.run([*editor, str(file)], check=False)  # noqa: S603 - their own
        except OSError as error:
            raise UsageError(f"{editor[0]} can't be started: {error.strerror}") from None
        if done.returncode:
            raise RefusedError(f"{editor[0]} ended with {done.returncode}: nothing was released")
        return file.read_bytes()
