"""Digests and troubles over Azurite, as ``nurture_timer`` puts them together."""

from dataclasses import replace

from nurture_timer.announce import announce
from nurture_timer.announcing import AnnouncingPorts
from shared.committing import commit
from shared.domain.delivery import park
from shared.domain.rules import Rules
from shared.ports.leads import LeadChange
from shared.ports.quarantine import Quarantined, QuarantineReason
from shared.storage.account import Storage
from shared.storage.announcements import TableAnnouncements
from shared.storage.lead_index import TableLeadIndex
from shared.storage.lead_lists import TableLeadLists
from shared.storage.leads import TableLeadStore
from shared.storage.quarantine import TableQuarantine
from shared.storage.quarantine_entries import TableQuarantineEntries
from tests.examples import LEAD_ID
from tests.fake_rules import FakeRulesStore
from tests.fakes import START, Clock
from tests.nurture_timer.mornings import told
from tests.nurture_timer.world import CLAIMED, HOUR, lead
from tests.telling import FakeChannels, rules


async def in_force() -> Rules:
    return rules()


async def test_d1_d2_d3_a_morning_on_real_tables(storage: Storage, prefix: str) -> None:
    index_table = storage.table(f"{prefix}LeadIndex")
    index, leads = TableLeadIndex(index_table), TableLeadStore(storage.table(f"{prefix}Leads"))
    clock = Clock()
    ports = AnnouncingPorts(
        announcements=TableAnnouncements(index_table),
        leads=leads,
        index=index,
        lists=TableLeadLists(index_table),
        quarantine=TableQuarantineEntries(storage.table(f"{prefix}Quarantine")),
        rules=in_force,
        rules_store=FakeRulesStore(),
        channels=FakeChannels(clock),
        clock=clock,
        new_id=lambda: "c1",
        silence_after=HOUR,
    )
    new = replace(lead(), created_at=START - HOUR / 2, team="north")
    parked = {"crm": park(CLAIMED, 1, "400", START)}
    await commit(leads, index, LeadChange(before=None, lead=new, at=START, deliveries=parked))
    await index.put_parked(LEAD_ID, "crm", START)
    body = Quarantined(
        quarantine_id="q1",
        received_at=START,
        reason=QuarantineReason.INVALID,
        faults=(),
        body=b"x",
        size=1,
    )
    await TableQuarantine(storage.table(f"{prefix}Quarantine")).keep(body)

    channels = ports.channels
    assert isinstance(channels, FakeChannels)
    for _ in range(2):
        await announce(ports)

    titles = [told(one.message).splitlines()[0] for one in channels.arrived]
    assert titles == [
        "Trouble: crm",
        "Trouble: the quarantine",
        "North: leads on Mon 2 Nov 2026",
    ]
    assert "New since the last digest: 1" in told(channels.arrived[-1].message)
    clock.advance(2 * HOUR)
    await announce(ports)
    assert "Trouble: no new leads" in told(channels.arrived[-1].message)
