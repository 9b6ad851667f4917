"""Put together what the queue functions need."""

import random
from functools import cache

from route_lead.changes import RouteRules
from route_lead.route import RoutePorts
from route_lead.take import TakePorts
from shared import bootstrap
from shared.ports.quarantine import Quarantine
from shared.ports.queue import PushQueue
from shared.settings import RouteSettings, load


def take_ports() -> TakePorts:
    """Return what is needed to take a message; routing is built when it is called."""
    return TakePorts(
        queue=bootstrap.queue(),
        quarantine=bootstrap.quarantine(),
        routing=_routing,
        jitter=random.random,
    )


def poison_ports() -> tuple[Quarantine, PushQueue]:
    """Return where a poison message is kept, and the queue that it came from."""
    return bootstrap.quarantine(), bootstrap.poison_queue()


@cache
def _routing() -> tuple[RoutePorts, RouteRules]:
    settings = load(RouteSettings)
    ports = RoutePorts(
        leads=bootstrap.leads(),
        index=bootstrap.index(),
        queue=bootstrap.queue(),
        destinations=bootstrap.destinations(),
        secret=bootstrap.lead_id_secret(settings.lead_id_key),
        clock=bootstrap.utc_now,
        jitter=random.random,
        new_id=bootstrap.new_id,
        rules=bootstrap.rules_in_force().current,
        teller=bootstrap.teller(),
        owners=bootstrap.owners(),
    )
    rules = RouteRules(
        merge=bootstrap.merge_rules(settings),
        destinations=settings.destinations,
        deliver_tests=settings.test_leads == "deliver",
    )
    return ports, rules
