"""Clear away index rows that list a lead as what it no longer is.

Whoever changes a lead leaves these rows alone: only the sweep deletes index rows, some at each
sweep, and none so young that its writer can still be at work on the lead. A lead that an older
version of the app released, and left without a due row, is given one on the way.
"""

import logging
from datetime import datetime, timedelta

from shared.committing import commit
from shared.domain.errors import StaleLeadError, StorageUnavailableError
from shared.domain.follow_up import FollowUpState
from shared.ports.index import LeadIndex, StateKind, StateRow
from shared.ports.leads import LeadChange, LeadStore, StoredLead

log = logging.getLogger(__name__)

SETTLED = timedelta(hours=1)
"""Longer than any writer lives: ``functionTimeout`` in host.json is 10 minutes."""

MOST_ROWS = 100


async def tidy(leads: LeadStore, index: LeadIndex, now: datetime) -> str:
    """Look at the next rows and delete those that are out of date; return how far it got."""
    rows = await index.state_rows(after=await index.tidied_to(), limit=MOST_ROWS)
    for row in rows:
        if now - row.written_at > SETTLED:
            await _tidy(row, leads, index, now)
    return rows[-1].key if len(rows) == MOST_ROWS else ""


async def _tidy(row: StateRow, leads: LeadStore, index: LeadIndex, now: datetime) -> None:
    """Delete a row whose lead is no longer what it says; one that can't be read may be."""
    try:
        stored = await leads.read(row.lead_id)
        if stored is not None and _is_forgotten(stored):
            await commit(leads, index, LeadChange(before=stored, lead=stored.lead, at=now))
        if not _holds(row, stored):
            await index.delete_state(row)
    except StaleLeadError:
        log.info("lead %s is looked at again, by somebody else", row.lead_id)
    except StorageUnavailableError as error:
        log.warning("lead %s stays listed: %s", row.lead_id, error)


def _is_forgotten(stored: StoredLead) -> bool:
    lead = stored.lead
    behind = (delivery.is_behind(lead.version) for delivery in stored.deliveries.values())
    return lead.next_due_at is None and any(behind)


def _holds(row: StateRow, stored: StoredLead | None) -> bool:
    """Tell whether the lead is still what the row lists it as, since then."""
    if stored is None:
        return False
    if row.kind is StateKind.OVERDUE:
        clock = stored.lead.follow_up
        return clock.state is FollowUpState.OVERDUE and clock.flagged_at == row.since
    delivery = stored.deliveries.get(row.destination)
    return (
        delivery is not None
        and delivery.parked_version == stored.lead.version
        and delivery.parked_at == row.since
    )
