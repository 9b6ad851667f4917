"""Ask before something is done to many leads, or to leads that are real."""

import sys

from cli.interrupting import at_once
from cli.where import is_development_storage, storage_name
from shared.operations.errors import RefusedError


def confirm(what: str, *, yes: bool, where: str = "") -> None:
    """Ask whether to do something at ``where`` (our storage), unless that is of this machine.

    ``yes`` answers for a script. Raises ``RefusedError`` if the answer is another, or nobody is
    there to ask.
    """
    if yes or (not where and is_development_storage()):
        return
    question = f"{what} at {where or storage_name()}"
    if not sys.stdin.isatty():
        raise RefusedError(f"{question}: use --yes if that is what you want")
    with at_once():
        print(f"{question}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
    if answer.strip().lower() not in {"y", "yes"}:
        raise RefusedError("nothing was done")
