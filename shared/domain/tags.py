"""The tags of a lead, which only grow, and are not endless: all of them are one column. Pure."""

from collections.abc import Iterable

MOST_OF_A_RULE = 50
MOST_TAGS = 300
"""Of at most 40 characters each: a column holds 32 K characters."""


def with_tags(before: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Return all tags, sorted; where they are too many, those that were there first."""
    known = {*before}
    added = sorted({*new} - known)[: max(MOST_TAGS - len(known), 0)]
    return tuple(sorted({*known, *added}))
