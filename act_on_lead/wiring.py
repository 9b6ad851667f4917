"""Put together what the functions of ``act_on_lead`` need."""

import random

from act_on_lead.acting import ActPorts
from shared import bootstrap
from shared.committing import LeadWriter
from shared.domain.retired import InUse


def act_ports() -> ActPorts:
    """Return the ports; only the storage settings can be at fault."""
    return ActPorts(
        leads=bootstrap.leads(),
        writer=LeadWriter(leads=bootstrap.leads(), index=bootstrap.index(), jitter=random.random),
        queue=bootstrap.queue(),
        owners=bootstrap.owners(),
        rules=bootstrap.rules_in_force().current,
        secret=bootstrap.stored_secret,
        in_use=_in_use,
        clock=bootstrap.utc_now,
    )


async def _in_use() -> InUse:
    """Return the destinations that the settings name, as of the last sweep."""
    known = await bootstrap.index().known_destinations()
    return InUse(known.in_use if known else None)
