"""How urgent a lead is, by the rules: a label. Pure."""

from enum import StrEnum


class Priority(StrEnum):
    """A label of a lead, the lowest first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


PRIORITIES = tuple(Priority)


def rank(priority: Priority) -> int:
    """Return how urgent it is; one that only a newer version knows is above those that we know."""
    return PRIORITIES.index(priority) if priority in PRIORITIES else len(PRIORITIES)
