"""Take along what an older version of the app has recorded on a lead that is part of another."""

import logging
from collections.abc import Awaitable, Callable

from shared.domain.errors import SettingsError
from shared.operations.errors import OperationError
from shared.operations.merging import MergePorts, merge, part

log = logging.getLogger(__name__)


async def merge_again(
    lead_id: str, into_id: str, build: Callable[[], Awaitable[MergePorts]]
) -> None:
    """Merge a lead once more, or make it one of its own again where the other one is gone.

    Where that can't be done, it stays due, and keeps no other waiting. Raises
    ``StorageUnavailableError``.
    """
    try:
        ports = await build()
        if not await part(ports, lead_id):
            await merge(ports, lead_id, into_id)
    except (OperationError, SettingsError) as error:
        log.warning("lead %s has more than the lead that it is part of: %s", lead_id, error)
