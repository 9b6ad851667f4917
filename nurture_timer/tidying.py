"""Clear away index rows that list a lead as what it no longer is.

Whoever changes a lead leaves these rows alone: only the sweep deletes index rows, some at each
sweep, and none so young that its writer can still be at work on the lead. A lead that an older
version of the app left without a due row, or with a later one than is due, is given one.
"""

import logging
from datetime import datetime, timedelta

from shared.committing import commit, has_to_come
from shared.domain.errors import StaleLeadError, StorageRefusedError, StorageUnavailableError
from shared.domain.follow_up import FollowUpState
from shared.domain.retired import InUse
from shared.domain.schedule import next_look_at
from shared.ports.index import LeadIndex, StateKind, StateRow, TidiedTo
from shared.ports.leads import LeadChange, LeadStore, StoredLead

log = logging.getLogger(__name__)

SETTLED = timedelta(hours=1)
"""Longer than any writer lives: ``functionTimeout`` in host.json is 10 minutes."""

MOST_ROWS = 100


async def tidy(leads: LeadStore, index: LeadIndex, now: datetime, in_use: InUse) -> TidiedTo:
    """Look at the next rows and delete those that are out of date; return how far it got."""
    begin = await index.tidied_to()
    states = await index.state_rows(after=begin.states, limit=MOST_ROWS)
    checkins = await index.checkin_rows(after=begin.checkins, limit=MOST_ROWS)
    for row in (*states, *checkins):
        if now - row.written_at > SETTLED:
            await _tidy(row, leads, index, now, in_use)
    return TidiedTo(
        *(rows[-1].key if len(rows) == MOST_ROWS else "" for rows in (states, checkins))
    )


async def _tidy(
    row: StateRow, leads: LeadStore, index: LeadIndex, now: datetime, in_use: InUse
) -> None:
    """Delete a row whose lead is no longer what it says; one that can't be read may be."""
    try:
        stored = await leads.read(row.lead_id)
        if stored is not None and _is_forgotten(stored, now, in_use):
            await commit(
                leads,
                index,
                LeadChange(
                    before=stored,
                    lead=stored.lead,
                    at=now,
                    retired=in_use.retired(stored.deliveries),
                ),
            )
        if not _holds(row, stored):
            await index.delete_state(row)
    except StaleLeadError:
        log.info("lead %s is looked at again, by somebody else", row.lead_id)
    except (StorageRefusedError, StorageUnavailableError) as error:
        log.warning("lead %s stays listed: %s", row.lead_id, error)


def _is_forgotten(stored: StoredLead, now: datetime, in_use: InUse) -> bool:
    """Tell whether the lead is looked at later than something on it is due, or never."""
    lead = stored.lead
    due_at = next_look_at(
        lead,
        stored.deliveries.values(),
        now,
        retired=in_use.retired(stored.deliveries),
        notices=stored.notices.values(),
    )
    return due_at is not None and (lead.next_due_at is None or lead.next_due_at > due_at)


def _holds(row: StateRow, stored: StoredLead | None) -> bool:
    """Tell whether the lead is still what the row lists it as, since then."""
    if stored is None:
        return False
    if row.kind is StateKind.CHECKIN:
        return has_to_come(stored.lead, stored.notices)
    if row.kind is StateKind.OVERDUE:
        clock = stored.lead.follow_up
        return clock.state is FollowUpState.OVERDUE and clock.flagged_at == row.since
    delivery = stored.deliveries.get(row.destination)
    return (
        delivery is not None
        and delivery.parked_version == stored.lead.version
        and delivery.parked_at == row.since
    )
