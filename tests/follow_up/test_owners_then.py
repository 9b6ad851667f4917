"""Who owned a lead at any time is in its audit trail, and who owned it when somebody acted, too."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.committing import commit
from shared.domain.acts import Act
from shared.domain.rules import Notify, StepKind
from shared.operations.actions import record_act
from shared.ports.leads import EventKind, LeadChange
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import push
from tests.telling import NORTH, ladder, rules

HOUR = timedelta(hours=1)
ALWAYS = replace(NORTH, notify=Notify.ALWAYS)
GIVES_AWAY = ladder(("1h", StepKind.REASSIGN), ("1h", StepKind.ESCALATE))


def owner_at(changes: list[LeadChange], at: datetime) -> tuple[str, str]:
    """Return owner and team at a time, by nothing but the columns of events."""
    told = [
        (event.former_owner, event.owner, event.team)
        for change in changes
        if change.at <= at
        for event in change.events
        if event.kind is EventKind.ASSIGNED
    ]
    assert [former for former, _, _ in told] == ["", *(owner for _, owner, _ in told[:-1])]
    return told[-1][1:]


async def act_at(office: Office, lead_id: str, at: datetime) -> Act:
    stored = office.relay.leads.partitions[lead_id].stored
    done = record_act(stored, (), Act(said_at=at, seen_at=at, by="sam"), office.in_force)
    assert done is not None
    await commit(office.relay.leads, office.relay.index, done)
    [act] = done.acts
    return act


async def test_k2_events_give_the_owner_at_any_time_and_an_act_the_owner_then() -> None:
    office = Office(in_force=rules(ALWAYS, GIVES_AWAY))
    await office.relay.host(push())
    lead_id = office.relay.lead.lead_id
    seen: dict[datetime, tuple[str, str]] = {}

    def look(at: datetime) -> None:
        seen[office.relay.clock.now] = (office.relay.lead.owner, office.relay.lead.team)

    await office.run(START + 4 * HOUR, look)
    act = await act_at(office, lead_id, START + 4 * HOUR)

    changes = office.changes[lead_id]
    assert len({owner for owner, _ in seen.values()}) == 2, "the owner has changed once"
    for at, owned in seen.items():
        earlier = [change for change in changes if change.at < at]
        assert owner_at(earlier or changes[:1], at) == owned
    assert (act.owner, act.team) == owner_at(changes, act.at)
    asked_at = office.relay.lead.created_at
    waited = act.at - asked_at
    assert (act.open_since, act.working_seconds) == (asked_at, waited.seconds)


async def test_k2_flags_steps_and_notices_tell_in_columns() -> None:
    office = Office(in_force=rules(ALWAYS, GIVES_AWAY))
    await office.relay.host(push())
    await office.run(START + 5 * HOUR)

    events = [e for change in office.changes[office.relay.lead.lead_id] for e in change.events]
    steps = [(e.kind, e.step, e.unchecked) for e in events if e.kind in STEPS]
    told = [e for e in events if e.kind is EventKind.NOTIFIED]
    assigned = [e for e in events if e.kind is EventKind.ASSIGNED]

    assert steps == [
        (EventKind.FLAGGED, 0, False),
        (EventKind.STEP, 1, False),
        (EventKind.STEP, 2, False),
    ]
    assert told
    assert all(e.recipient and e.channel and e.notice_id for e in told)
    assert all(e.owner and e.team and e.rule and e.detail for e in assigned)


STEPS = {EventKind.FLAGGED, EventKind.STEP}
