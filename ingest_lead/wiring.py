"""Put together what ``ingest_lead`` needs."""

from ingest_lead.ingest import IngestPorts
from shared import bootstrap


def ingest_ports() -> IngestPorts:
    """Return the ports; only the storage settings can be at fault."""
    return IngestPorts(
        queue=bootstrap.queue(),
        outbox=bootstrap.outbox(),
        quarantine=bootstrap.quarantine(),
        clock=bootstrap.utc_now,
        new_id=bootstrap.new_id,
    )
