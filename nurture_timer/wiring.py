"""Put together what ``nurture_timer`` needs."""

from nurture_timer.nurture import SweepPorts
from shared import bootstrap


def sweep_ports() -> SweepPorts:
    """Return the ports; only the storage settings can be at fault."""
    return SweepPorts(
        leads=bootstrap.leads(),
        index=bootstrap.index(),
        queue=bootstrap.queue(),
        outbox=bootstrap.outbox(),
        destinations=bootstrap.destinations(),
        clock=bootstrap.utc_now,
    )
