"""Texts of messages as plain characters that nothing links, mentions or formats by itself.

Programs that show a text turn addresses in it into links, @names into mentions and so on, whatever
the markup. In a customer's text an invisible character breaks what they look for. It is cut
before it is made harmless, so that no part of what is added is lost.
"""

import re

from shared.domain.plain_text import CUT, plain
from shared.ports.channels import ItemList, Said, Text

BREAK = "\u200b"
"""Zero width space: invisible, and the end of a word for whatever looks for links."""

DOT = r"[.\u3002\uff0e\uff61]"
"""As browsers read host names: the full stop, and those of East Asian scripts."""

LINKED = re.compile(
    rf"""
    (?<=\w):(?=\S)            # https://, mailto:, tel:
    | (?<=[^\W\d]){DOT}(?=\w)  # contoso.com, but not 1.5
    | (?<=\d){DOT}(?=[^\W\d])
    | @(?=\w)                 # @channel, jane@contoso.com
    | <(?=[@\#!/\w])          # <at>, <!channel>
    | \](?=\()                # [label](address)
    | \{{(?=\{{)               # {{{{DATE(...)}}}}
    """,
    re.VERBOSE,
)


def words(text: Text) -> str:
    """Return a text in one line, the customer's parts harmless."""
    return "".join(harmless(part.text) if isinstance(part, Said) else plain(part) for part in text)


def harmless(text: str) -> str:
    """Return a customer's text in which nothing is linked, mentioned or formatted by itself."""
    return LINKED.sub(lambda found: found[0] + BREAK, plain(text))


def paragraph(said: Said) -> str:
    """Return what a customer wrote, its lines kept."""
    lines = (harmless(line) for line in said.text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def more(lines: ItemList) -> str:
    """Return how many lines of a list are left out, "" if none."""
    return f"and {lines.more:,} more" if lines.more else ""


def clipped(text: str, longest: int) -> str:
    """Return at most so many characters of a rendered text."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + CUT
