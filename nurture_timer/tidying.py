"""Clear away index rows that list a lead as what it no longer is.

Whoever changes a lead leaves these rows alone: only the sweep deletes index rows, some at each
sweep, and none so young that its writer can still be at work on the lead. A lead that an older
version of the app left without a due row, or with a later one than is due, is given one; so is one
that has no owner since before there was a team.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from nurture_timer.faults import Faults
from shared.committing import commit, has_to_come
from shared.domain.errors import StaleLeadError
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Lead
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.domain.schedule import next_due_at, next_look_at
from shared.owning import waits_for_owner
from shared.ports.index import LeadIndex, StateKind, StateRow, TidiedTo
from shared.ports.leads import LeadChange, LeadStore, StoredLead

log = logging.getLogger(__name__)

SETTLED = timedelta(hours=1)
"""Longer than any writer lives: ``functionTimeout`` in host.json is 10 minutes."""

MOST_ROWS = 100


class _Round(NamedTuple):
    """What counts while tidying: destinations in use, the rules of now, and faults so far."""

    in_use: InUse
    rules: Rules
    faults: Faults


async def tidy(
    leads: LeadStore,
    index: LeadIndex,
    now: datetime,
    in_use: InUse,
    rules: Rules,
    faults: Faults,
) -> TidiedTo:
    """Look at the next rows and delete those that are out of date; return how far it got.

    Rows that can't be listed because of a fault are tried again from where the last sweep got to.
    """
    begin = TidiedTo()
    with faults.of("rows that list leads are tidied from the beginning"):
        begin = await index.tidied_to()
    states, checkins = begin
    rows: list[StateRow] = []
    with faults.of("rows of overdue and parked leads are not tidied"):
        found = await index.state_rows(after=begin.states, limit=MOST_ROWS)
        rows, states = [*found], _end(found)
    with faults.of("rows of leads with something to come are not tidied"):
        found = await index.checkin_rows(after=begin.checkins, limit=MOST_ROWS)
        rows, checkins = [*rows, *found], _end(found)
    for row in rows:
        if now - row.written_at > SETTLED:
            await _tidy(row, leads, index, now, _Round(in_use, rules, faults))
    return TidiedTo(states, checkins)


def _end(rows: Sequence[StateRow]) -> str:
    """Return the key to go on after, "" to begin anew."""
    return rows[-1].key if len(rows) == MOST_ROWS else ""


async def _tidy(
    row: StateRow, leads: LeadStore, index: LeadIndex, now: datetime, by: _Round
) -> None:
    """Delete a row whose lead is no longer what it says; one that can't be read may be."""
    try:
        stored = await leads.read(row.lead_id)
        if stored is not None and (lead := _looked_at(stored, now, by)):
            retired = by.in_use.retired(stored.deliveries)
            change = LeadChange(before=stored, lead=lead, at=now, retired=retired)
            await commit(leads, index, change)
        if not _holds(row, stored):
            await index.delete_state(row)
    except StaleLeadError:
        log.info("lead %s is looked at again, by somebody else", row.lead_id)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are tidied
        by.faults.note(f"lead {row.lead_id} stays listed", error)


def _looked_at(stored: StoredLead, now: datetime, by: _Round) -> Lead | None:
    """Return a lead with when it is to be looked at, None if that is so already."""
    lead = stored.lead
    later = lead.next_due_at is None or lead.next_due_at > now
    if later and waits_for_owner(lead, by.rules):
        return replace(lead, next_due_at=now)
    return lead if _is_forgotten(stored, now, by.in_use) else None


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
    return next_due_at(lead.next_due_at, due_at, now) != lead.next_due_at


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
