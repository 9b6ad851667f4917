"""Help that calls an argument by its word alone: ``LEAD``, not ``{LEAD}`` and ``LEAD <str>``."""

import re

from typer._click import Context
from typer.core import TyperCommand

IN_USAGE = re.compile(r"\{([A-Z]+)\}")
OF_A_RANGE = re.compile(r"\s*\[(?:\d+<=)?x[<>]=\d+\]")
OF_A_TYPE = re.compile(r"^( +[A-Z]+)( <[a-z]+>)", re.MULTILINE)


class PlainCommand(TyperCommand):
    """A command with such help."""

    def get_help(self, ctx: Context) -> str:
        """Return the help; what is left out of a column leaves its place empty."""
        text = OF_A_RANGE.sub("", IN_USAGE.sub(r"\1", super().get_help(ctx)))
        return OF_A_TYPE.sub(lambda found: found[1] + " " * len(found[2]), text)
