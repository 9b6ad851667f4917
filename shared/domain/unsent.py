"""Claims that a message names because no request is under way by them. Pure.

Whoever takes a claim and then can't write that nothing was sent, or that the destination clearly
did nothing, names it in the message that is postponed: so the next attempt need not fear for a
request that there never was.
"""

from collections.abc import Collection
from dataclasses import replace

from shared.domain.delivery import Delivery, release_claim


def release_unsent_claim(before: Delivery) -> Delivery:
    """Give a claim back under which nothing was sent."""
    return release_claim(replace(before, owner_sending=""))


def claim_at(claim_id: str, destination: str) -> str:
    """Return the name of a claim at one destination, which other messages and versions read."""
    return f"{claim_id}@{destination}"


def let_go(held: Delivery, claims: Collection[str]) -> Delivery:
    """Give back what is held by a claim that is named: whoever took it could not write that.

    Named by its id alone, nothing was sent under it, to any destination; named with a destination,
    no request to that one is under way.
    """
    if not held.claim_id:
        return held
    if held.claim_id in claims:
        return release_unsent_claim(held)
    named = claim_at(held.claim_id, held.destination) in claims
    return release_claim(held) if named else held
