"""How urgent a lead is, by the rules: a label. Pure."""

from enum import StrEnum


class Priority(StrEnum):
    """A label of a lead, the lowest first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


PRIORITIES = tuple(Priority)
