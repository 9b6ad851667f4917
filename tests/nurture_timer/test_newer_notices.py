"""Notices that only a newer version of the app knows end no sweep, and are given up like others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.notices import GIVE_UP_AFTER, Notice, Occasion, Role, new_notice
from shared.ports.leads import EventKind, LeadChange
from shared.storage.open_words import kept
from tests.fakes import START
from tests.nurture_timer.world import MINUTE
from tests.office import Office
from tests.route_lead.relay import push

KNOWN = new_notice(
    "l1",
    recipient=Role.OWNER,
    occasion=Occasion.NEW,
    because_of="s1",
    now=START,
    send_from=START,
)
TO_A_DEPUTY = replace(KNOWN, recipient="deputy")
FOR_A_BIRTHDAY = replace(KNOWN, occasion=kept(Occasion, "birthday"))


@pytest.mark.parametrize("newer", [TO_A_DEPUTY, FOR_A_BIRTHDAY], ids=["recipient", "occasion"])
@pytest.mark.parametrize("listed", [False, True])
async def test_n4_a_notice_of_a_newer_version_waits_and_the_others_are_told(
    newer: Notice, *, listed: bool
) -> None:
    office = Office()
    await office.relay.host(push())
    told = len(office.channels.arrived)
    stored = office.relay.partition.stored
    notices = {newer.recipient: replace(newer, listed=listed, queued=True)}
    now = office.relay.clock()
    lead = replace(stored.lead, next_due_at=now)
    office.relay.index.put_due_row(lead.lead_id, now)
    office.relay.leads.put(LeadChange(before=stored, lead=lead, at=now, notices=notices))

    await office.run(START + 50 * MINUTE)
    waits = office.relay.partition.stored.notices[newer.recipient]
    await office.run(START + GIVE_UP_AFTER + timedelta(days=1))

    assert "does not know the notice" in waits.last_error
    assert told > 0
    assert newer.recipient not in office.relay.partition.stored.notices
    kinds = [event.kind for event in office.relay.partition.events.values()]
    assert EventKind.NOT_NOTIFIED in kinds
