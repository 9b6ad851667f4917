"""Keep which destinations there are: the command ``leads`` has not the settings of the app."""

from collections.abc import Iterable

from nurture_timer.due import Step
from shared.domain.retired import InUse
from shared.ports.index import KnownDestinations, LeadIndex


async def keep_known(steps: Iterable[Step], index: LeadIndex, in_use: InUse) -> None:
    """Write the destinations in use, and the retired ones: once in use, or met on a lead."""
    if in_use.names is None:
        return
    before = await index.known_destinations()
    met = {name for step in steps for name in step.change.all_deliveries}
    if before is not None:
        met |= before.in_use | before.retired
    known = KnownDestinations(in_use=in_use.names, retired=in_use.retired(met))
    if known != before:
        await index.put_known_destinations(known)
