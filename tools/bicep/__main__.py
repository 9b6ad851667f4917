"""``python -m tools.bicep`` checks ``infra/`` with the Bicep compiler; ``--write`` makes it right.

The compiler is the program that the variable ``BICEP`` names, or else ``bicep`` on the PATH.
"""

import os
import sys

from tools.bicep.checks import check, renew
from tools.bicep.compiler import Program, find
from tools.bicep.sources import Sources

NO_COMPILER = (
    "No Bicep compiler here: install it, and put bicep on the PATH or its path into BICEP."
    " The tests look at the snapshots that are committed."
)


def main(arguments: list[str]) -> int:
    """Check or renew, and print what is wrong; return 1 if something is, 2 without a compiler."""
    sources, writes = Sources(), arguments == ["--write"]
    try:
        path = find(os.environ)
    except FileNotFoundError as error:
        print(error)
        return 2
    if path is None:
        print(NO_COMPILER)
        return 2 if writes else 0
    machine = {name: os.environ[name] for name in os.environ.keys() - set(sources.variables)}
    faults = (renew if writes else check)(sources, Program(path, machine))
    print(*(faults or ["infra/ compiles, and its snapshots are up to date."]), sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
