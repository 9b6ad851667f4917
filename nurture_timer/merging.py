"""Take along what an older version of the app has recorded on a lead that is part of another."""

import logging
from collections.abc import Awaitable, Callable

from shared.domain.errors import SettingsError
from shared.operations.errors import OperationError
from shared.operations.merging import MergePorts, merge

log = logging.getLogger(__name__)


async def merge_again(
    lead_id: str, into_id: str, build: Callable[[], Awaitable[MergePorts]]
) -> None:
    """Merge a lead once more; where that can't be done, it stays due, and keeps no other waiting.

    Raises ``StorageUnavailableError``.
    """
    try:
        await merge(await build(), lead_id, into_id)
    except (OperationError, SettingsError) as error:
        log.warning("lead %s has more than the lead that it is part of: %s", lead_id, error)
