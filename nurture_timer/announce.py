"""The end of a sweep: tell of troubles and send digests, whatever becomes of them."""

import logging
import time
from collections.abc import Callable

from nurture_timer.announcing import AnnouncingPorts, Sending
from nurture_timer.digests import tell_digests
from nurture_timer.faults import Faults
from nurture_timer.seeing import see
from nurture_timer.troubles import tell_seen
from shared.domain.errors import StorageError

log = logging.getLogger(__name__)


async def announce(ports: AnnouncingPorts, seconds: Callable[[], float] = time.monotonic) -> None:
    """Tell what there is to tell; what storage does not let it know waits for the next sweep."""
    sending = Sending(channels=ports.channels, seconds=seconds)
    faults = Faults()
    try:
        with faults.of("troubles and digests wait for the next sweep"):
            await _announce(ports, sending, faults)
        await ports.index.put_announcing_faults(faults.count)
    except StorageError as error:
        log.warning("troubles and digests wait for the next sweep: %s", error)


async def _announce(ports: AnnouncingPorts, sending: Sending, faults: Faults) -> None:
    rules = await ports.rules()
    if not rules.channels:
        return
    with faults.of("troubles wait for the next sweep"):
        await tell_seen(await see(ports, faults), rules, ports, sending, faults)
    await tell_digests(rules, ports, sending, faults)
