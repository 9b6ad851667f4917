"""How far a customer has come, by what they did. Pure.

Microsoft's page on customer leads ranks them: *Contact me* is initial interest, a test drive or a
free trial an accelerated opportunity, *Get it now* and a purchase an active lead, see
https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-get-customer-leads
"""

from collections.abc import Iterable
from enum import StrEnum


class Stage(StrEnum):
    """A step towards a purchase, the first first; ``none`` for who asked another partner."""

    NONE = "none"
    INITIAL = "initial"
    ACCELERATED = "accelerated"
    ACTIVE = "active"


RANKS = tuple(Stage)

STAGES = {
    "create": Stage.ACTIVE,
    "dnc": Stage.NONE,
    "ins": Stage.ACTIVE,
    "plt": Stage.INITIAL,
    "starttestdrive": Stage.ACCELERATED,
}


def stage_of(action: str) -> Stage:
    """Return the stage of an action; whoever does something unknown is interested."""
    return STAGES.get(action.lower(), Stage.INITIAL)


def rank(stage: Stage) -> int:
    """Return how far it is; one that only a newer version knows is beyond those that we know."""
    return RANKS.index(stage) if stage in RANKS else len(RANKS)


def highest(stages: Iterable[Stage]) -> Stage:
    """Return the stage that counts."""
    return max(stages, key=rank, default=Stage.NONE)
