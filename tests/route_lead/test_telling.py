"""Who is told of a new lead, and when; and what a dead channel holds up, which is nothing."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from shared.committing import commit
from shared.domain.clock import answered
from shared.domain.errors import (
    ChannelRefusedError,
    ChannelSettingsError,
    ChannelUnavailableError,
    CrmUnavailableError,
    StorageUnavailableError,
)
from shared.domain.lead import Lead
from shared.domain.retired import InUse
from shared.domain.rules import ChannelKind, ChannelRef, Member, Notify, Rules
from shared.notices.teller import NoticeTeller
from shared.ports.leads import Event, EventKind, LeadChange
from shared.ports.owners import Owned
from tests.examples import acted
from tests.fakes import START, FakeDestinations
from tests.route_lead.relay import MINUTE, Relay, WorkerDiedError, push
from tests.telling import ANNA, NORTH, FakeChannels, rules

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVENING = START + 10 * HOUR
"""The clock starts on a Monday at 9:00, when the team does."""


@dataclass
class Owner:
    """The port ``Owners`` that names one person."""

    member: str = "anna"
    asked: int = 0

    async def find(self, lead: Lead, rules: Rules) -> Owned | None:
        self.asked += 1
        return Owned(member=self.member, team="north", why="turn") if self.member else None


def relay(in_force: Rules | None = None, *, owner: str = "anna") -> tuple[Relay, FakeChannels]:
    relay = Relay(routing_rules=in_force or rules(), owners=Owner(owner))
    channels = FakeChannels(clock=relay.clock)
    relay.teller = NoticeTeller(
        rules=relay.in_force,
        channels=channels,
        destinations=FakeDestinations(relay.crms),
        leads=relay.leads,
        clock=relay.clock,
    )
    return relay, channels


async def test_a_new_lead_is_told_to_its_owner_and_to_the_channel_of_the_team() -> None:
    app, channels = relay()

    await app.take(push())

    assert channels.told() == [("people", "Anna", "new_lead"), ("sales", "North", "new_lead")]
    assert app.partition.stored.notices == {}
    assert (app.lead.owner, app.lead.team) == ("anna", "north")
    notified = [e for e in app.partition.events.values() if e.kind is EventKind.NOTIFIED]
    assert [(e.recipient, e.channel) for e in notified] == [
        ("anna", "people"),
        ("team:north", "sales"),
    ]
    assert app.queue.messages == []


async def test_n6_people_are_told_at_work_and_the_channel_at_once() -> None:
    app, channels = relay()
    app.clock.now = EVENING

    await app.take(push(after=10 * HOUR))

    assert channels.told() == [("sales", "North", "new_lead")]
    [waits] = app.partition.stored.notices.values()
    assert (waits.recipient, waits.send_from) == ("owner", START + DAY)
    assert app.queue.messages == []
    assert app.lead.next_due_at is not None
    assert app.lead.next_due_at <= START + DAY


async def test_n6_who_wants_to_be_is_told_at_any_hour() -> None:
    app, channels = relay(rules(replace(NORTH, notify=Notify.ALWAYS)))
    app.clock.now = EVENING

    await app.take(push(after=10 * HOUR))

    assert len(channels.told()) == 2


async def test_k3_a_repeat_and_what_nobody_must_answer_are_told_to_nobody() -> None:
    app, channels = relay()
    await app.take(push())
    channels.arrived.clear()

    await app.take(push(2, offer="offer-1", after=MINUTE))

    assert app.lead.submissions == 2
    assert channels.told() == []
    test = push(3, Email="MSFT_TEST_1@example.com")
    nameless = push(3, FirstName="", LastName="", Company="")
    for message in (test, nameless):
        other, told = relay()
        await other.take(message)
        assert told.told() == []
        assert other.lead.owner == ""


@pytest.mark.parametrize(
    "error", [ChannelUnavailableError("503"), ChannelSettingsError("no URL"), KeyError("zoe")]
)
async def test_n3_a_dead_channel_delays_no_delivery_and_no_other_channel(error: Exception) -> None:
    app, channels = relay()
    channels.fails["people"] = [error]

    routed = await app.take(push())

    assert routed is not None
    assert routed.delivered == ("crm",)
    assert channels.told() == [("sales", "North", "new_lead")]
    assert len(app.partition.stored.notices) == 1
    await app.drain()
    assert channels.told() == [("sales", "North", "new_lead"), ("people", "Anna", "new_lead")]
    assert app.crm.calls == 1


async def test_n3_a_crm_that_is_down_delays_no_notice() -> None:
    app, channels = relay()
    app.crm.fails.append(CrmUnavailableError("503", retry_after=timedelta(hours=3)))

    await app.take(push())

    assert len(channels.told()) == 2
    await app.drain()
    assert app.crm.calls == 2
    assert len(channels.told()) == 2


async def test_d3_what_a_channel_refuses_is_given_up_and_told_in_the_audit_trail() -> None:
    """Its channel is told of, too."""
    app, channels = relay()
    noted: list[tuple[str, str]] = []
    channels.fails["people"] = [ChannelRefusedError("404 no_service")]

    async def note(channel: str, reason: str) -> None:
        noted.append((channel, reason))

    assert isinstance(app.teller, NoticeTeller)
    app.teller = replace(app.teller, given_up=note)

    await app.take(push())

    assert noted == [("people", "404 no_service")]

    assert app.partition.stored.notices == {}
    [given_up] = [e for e in app.partition.events.values() if e.kind is EventKind.NOT_NOTIFIED]
    assert (given_up.recipient, given_up.detail) == ("owner", "404 no_service")


async def test_n2_a_notice_is_never_tried_for_more_than_three_days() -> None:
    app, channels = relay()
    channels.fails["people"] = [ChannelUnavailableError("503")] * 1000

    await app.take(push())
    await app.drain()

    assert app.clock.now <= START + 3 * DAY + 2 * HOUR
    assert app.partition.stored.notices == {}


async def test_somebody_who_acted_meanwhile_is_not_told() -> None:
    app, channels = relay()
    channels.fails["people"] = [ChannelUnavailableError("503")]
    await app.take(push())
    stored = app.partition.stored
    done = answered(stored.lead, acted(app.clock.now + MINUTE))
    await commit(app.leads, app.index, LeadChange(before=stored, lead=done, at=app.clock.now))

    await app.drain()

    assert channels.told() == [("sales", "North", "new_lead")]
    last = app.partition.events[max(app.partition.events)]
    assert last == Event(
        kind=EventKind.NOT_NOTIFIED,
        recipient="owner",
        notice_id=last.notice_id,
        detail="somebody has acted",
    )


async def test_the_message_is_of_the_lead_as_it_is_when_it_is_sent() -> None:
    app, channels = relay()
    app.clock.now = EVENING
    await app.take(push(after=10 * HOUR))
    await app.take(push(2, after=11 * HOUR))
    app.clock.now = START + DAY

    await app.take(app.deliver().model_copy(update={"attempt": 1}))

    [message] = [one.message for one in channels.arrived if one.channel == "people"]
    assert len(message.lists[0].items) == 2


@pytest.mark.parametrize(
    ("member", "told"),
    [
        (ANNA, [("people", "Anna"), ("sales", "North")]),
        (None, [("sales", "North")]),
    ],
)
async def test_n4_a_recipient_always_resolves(
    member: Member | None, told: list[tuple[str, str]]
) -> None:
    """Nobody owns it, or somebody whom no team knows: the team's channel is told."""
    app, channels = relay(owner=member.id if member else "00Q5e000001")

    await app.take(push())

    assert [(one.channel, one.to) for one in channels.arrived] == told


async def test_without_a_channel_nobody_is_told_and_nothing_waits() -> None:
    in_force = replace(rules(), channels={}, default_channel="")
    app, channels = relay(in_force)

    await app.take(push())

    assert channels.told() == []
    assert app.partition.stored.notices == {}


async def test_n1_a_notice_comes_twice_only_if_a_worker_dies_between_sending_and_noting() -> None:
    app, channels = relay(owner="")
    channels.dies.append(WorkerDiedError())

    await app.host(push())
    await app.drain()

    assert channels.told() == [("sales", "North", "new_lead")] * 2
    assert app.partition.stored.notices == {}
    assert [e.kind for e in app.partition.events.values()].count(EventKind.NOTIFIED) == 1


async def test_a_retired_crm_gets_no_task_and_messages_do_not_lead_to_it() -> None:
    """A team whose members find their leads as tasks in the CRM is told in its channel instead."""
    in_crm = ChannelRef(name="tasks", kind=ChannelKind.CRM, setting="")
    in_force = rules(replace(NORTH, member_channel="tasks"))
    in_force = replace(in_force, channels={**in_force.channels, "tasks": in_crm})
    app, channels = relay(in_force)
    assert isinstance(app.teller, NoticeTeller)
    app.teller = replace(app.teller, in_use=InUse(frozenset({"another"})))

    await app.take(push())

    assert app.crm.reminders == {}
    assert {channel for channel, _, _ in channels.told()} == {"sales"}


async def test_storage_that_fails_while_telling_leaves_no_delivery_behind() -> None:
    app, channels = relay()
    app.for_link = timedelta(0)
    under_way = asyncio.Event()

    async def slow_crm(request: str) -> None:
        if request == "crm.upsert":
            await under_way.wait()

    app.crm.gate = slow_crm
    failing = 0

    async def gate(request: str) -> None:
        nonlocal failing
        if request == "leads.commit":
            failing += 1
            if failing == 2:
                under_way.set()
                raise StorageUnavailableError("no answer")

    app.leads.gate = gate

    await app.take(push())
    await app.drain()

    assert app.crm.calls == 1
    app.assert_delivered("s1")
    assert len(channels.told()) == 2
