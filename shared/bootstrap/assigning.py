"""Builds what chooses owners."""

import random
from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.lead_ids import secret_by_settings
from shared.bootstrap.machine import utc_now
from shared.bootstrap.stores import teams

if TYPE_CHECKING:
    from shared.assignment.owners import OwnersByTurns


@cache
def owners() -> "OwnersByTurns":
    """Return what chooses owners; only the storage settings can be at fault."""
    from shared.assignment.assigning import Assigner
    from shared.assignment.owners import OwnersByTurns

    assigner = Assigner(teams=teams(), clock=utc_now, jitter=random.random)

    async def secret() -> bytes:
        return await secret_by_settings()()

    return OwnersByTurns(assigner=assigner, secret=secret)
