"""The queues ``leads`` and ``leads-poison``: decode, route or keep, log."""

import logging

import azure.functions as func

from route_lead.take import Taken, keep_poison, take
from route_lead.wiring import poison_ports, take_ports

log = logging.getLogger(__name__)

bp = func.Blueprint()

POISON = "route_lead failed on this message as often as maxDequeueCount in host.json allows"


@bp.function_name("route_lead")
@bp.queue_trigger("msg", "leads", "LeadStorage")
async def route_lead(msg: func.QueueMessage) -> None:
    """Record and deliver one lead."""
    routed = await take(_taken(msg), take_ports())
    if routed is not None:
        log.info("%s", routed)


@bp.function_name("quarantine_poison")
@bp.queue_trigger("msg", "leads-poison", "LeadStorage")
async def quarantine_poison(msg: func.QueueMessage) -> None:
    """Keep a message that route_lead failed on: the host forgets it after 7 days."""
    await keep_poison(_taken(msg), POISON, *poison_ports())


def _taken(msg: func.QueueMessage) -> Taken:
    if msg.id is None or msg.insertion_time is None:
        raise ValueError("the host gave a message without id or insertion time")
    return Taken(text=msg.get_body().decode(), message_id=msg.id, inserted_at=msg.insertion_time)
