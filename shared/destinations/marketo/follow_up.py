"""What sales did, told by the status of a person: opens, clicks and visits are none of it. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime

from shared.destinations.http.statuses import last_change, remembered_change, time_shown
from shared.destinations.marketo.fields import STATUS, Person, text
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Lead

UPDATED_AT = "updatedAt"

SUPPRESSED, STATUS_CHANGED_AT = "suppressed", "status_changed_at"
"""In the baseline, beside the status: the flags were set; when sales changed the status."""


def known_before(
    record: CrmRecord | None, found: Person, *, ours: bool, given: str
) -> Mapping[str, str]:
    """Return the baseline to compare a person with.

    Who has another id than the record is the survivor of a merge, or was made by a create whose
    answer was lost, if the lead id says that the person is ``ours``: then the status counts, unless
    it is the one that we have ``given``. Anybody else was there before us, with any status.
    """
    if record is not None and record.id == str(found["id"]):
        return record.baseline
    known = {STATUS: given, **(record.baseline if record else {})}
    known.pop(SUPPRESSED, None)
    status = text(found, STATUS)
    return known if ours and status != given else {**known, STATUS: status}


def acted_at(
    person: Person | None, known: Mapping[str, str], open_statuses: Collection[str], now: datetime
) -> datetime | None:
    """Return when sales last acted, None if never; a person who was deleted says nothing new."""
    untouched = {"", known.get(STATUS, ""), *open_statuses}
    moved = person is not None and text(person, STATUS) not in untouched
    moved_at = time_shown(text(person or {}, UPDATED_AT)) or now if moved else None
    return last_change(known, STATUS_CHANGED_AT, moved_at)


def baseline(lead: Lead, status: str, acted: datetime | None) -> dict[str, str]:
    """Return what is kept with the record."""
    suppressed = {SUPPRESSED: "yes"} if lead.suppressed else {}
    return {STATUS: status, **remembered_change(STATUS_CHANGED_AT, acted), **suppressed}
