"""The composition root: builds adapters, at the first call, once per process; knows no function."""

from shared.bootstrap.adapters import (
    ADAPTERS,
    ConfiguredDestinations,
    destination_names,
    destinations,
    in_use,
)
from shared.bootstrap.assigning import owners
from shared.bootstrap.closing import close
from shared.bootstrap.lead_ids import lead_id_secret, stored_secret
from shared.bootstrap.machine import new_id, utc_now
from shared.bootstrap.rulings import (
    DEPLOYED_RULES,
    merge_rules,
    rule_sources,
    rules_by_settings,
    rules_in_force,
)
from shared.bootstrap.stores import (
    announcements,
    backup,
    index,
    lead_histories,
    lead_lists,
    leads,
    outbox,
    poison_queue,
    quarantine,
    quarantine_entries,
    queue,
    queue_lengths,
    rules_store,
    storage,
    table,
    teams,
)
from shared.bootstrap.telling import channels, link_to_act, note_given_up, teller

__all__ = [
    "ADAPTERS",
    "DEPLOYED_RULES",
    "ConfiguredDestinations",
    "announcements",
    "backup",
    "channels",
    "close",
    "destination_names",
    "destinations",
    "in_use",
    "index",
    "lead_histories",
    "lead_id_secret",
    "lead_lists",
    "leads",
    "link_to_act",
    "merge_rules",
    "new_id",
    "note_given_up",
    "outbox",
    "owners",
    "poison_queue",
    "quarantine",
    "quarantine_entries",
    "queue",
    "queue_lengths",
    "rule_sources",
    "rules_by_settings",
    "rules_in_force",
    "rules_store",
    "storage",
    "stored_secret",
    "table",
    "teams",
    "teller",
    "utc_now",
]
