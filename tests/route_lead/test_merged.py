"""Two leads turn out to be one customer: all is on one of them, whatever dies on the way (A6)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest

from shared.domain.acts import Act
from shared.domain.durations import Duration
from shared.domain.envelope import Deliver, Push
from shared.domain.errors import CrmUnavailableError, StorageUnavailableError
from shared.domain.follow_up import FollowUpState
from shared.domain.rules import Notify, rules_without_file
from shared.operations.errors import NotFoundError, RefusedError
from shared.operations.merging import look, merge, part
from shared.owning import with_owner
from shared.ports.leads import EventKind, LeadChange, StoredLead
from shared.ports.owners import Owned
from tests.fakes import START, open_gate
from tests.office import Office
from tests.route_lead.merging import TwoLeads, by_mail, by_phone, two_leads
from tests.route_lead.relay import DAY, MINUTE, Gates, WorkerDiedError, push
from tests.telling import CALENDAR, FAST, NORTH, rules

HOURS = timedelta(hours=2)


async def test_a6_all_of_a_lead_is_on_the_other_one_and_its_record_is_told_so() -> None:
    both = await two_leads()
    owner = both.kept.owner
    both.office.channels.arrived.clear()

    await both.merged()
    await both.office.relay.drain()

    both.assert_merged("s1", "s2")
    assert both.gone.merged_at is not None
    assert both.gone.follow_up.state is FollowUpState.NONE
    assert both.kept.owner == owner
    assert both.kept.follow_up.clock_started_at == START + MINUTE
    assert both.kept.contact.phone == "+49 30 123456"
    [told] = both.office.channels.arrived
    assert (told.channel, told.to) == ("people", told_name(both))
    assert str(told.message.title[0]) == "More to answer: "


def told_name(both: TwoLeads) -> str:
    member = both.office.in_force.teams["north"].member(both.kept.owner)
    assert member is not None
    return member.name


async def test_a6_doing_it_again_changes_nothing() -> None:
    both = await two_leads()
    await both.merged()
    await both.office.relay.drain()
    before = {name: p.stored for name, p in both.office.relay.leads.partitions.items()}
    gates = Gates()

    again = await both.merged(gates)

    assert again.is_done
    assert {n: p.stored for n, p in both.office.relay.leads.partitions.items()} == before
    assert set(gates.passed) == {"leads.read", "leads.recorded", "leads.acts"}


async def requests_of_merging() -> Sequence[str]:
    gates = Gates()
    await (await two_leads()).merged(gates)
    return gates.passed


@pytest.mark.parametrize("error", [WorkerDiedError(), StorageUnavailableError("no answer")])
async def test_a6_a_merge_that_fails_at_any_request_is_finished_by_doing_it_again(
    error: BaseException,
) -> None:
    for number in range(len(await requests_of_merging())):
        both = await two_leads()
        with suppress(type(error)):
            await both.merged(Gates(number, error))

        await both.merged()
        await both.office.run(both.office.relay.clock() + HOURS)

        both.assert_merged("s1", "s2")


async def test_a6_a_merge_that_broke_off_loses_nothing_that_comes_before_it_is_done_again() -> None:
    for number in range(len(await requests_of_merging())):
        both = await two_leads()
        with suppress(WorkerDiedError):
            await both.merged(Gates(number))
        await both.office.relay.host(by_phone(3))
        await both.office.relay.host(by_mail(4))
        await both.office.relay.drain()

        await both.merged()
        await both.office.relay.drain()

        both.assert_merged("s1", "s2", "s3", "s4")


class Meanwhile:
    """Let something happen at the request with a number, and nothing else."""

    def __init__(self, number: int, happens: Callable[[], Awaitable[object]]) -> None:
        self.left = number
        self.happens = happens

    async def __call__(self, request: str) -> None:
        self.left -= 1
        if self.left == -1:
            await self.happens()


@pytest.mark.parametrize("came", [by_phone(3), by_mail(3), by_phone(3, "offer-1")])
async def test_a6_a_push_of_either_lead_at_the_same_moment_is_on_the_one_that_stays(
    came: Push,
) -> None:
    for number in range(len(await requests_of_merging())):
        both = await two_leads()
        app = both.office.relay

        await both.merged(Meanwhile(number, partial(app.host, came)))
        await both.office.run(app.clock() + HOURS)

        both.assert_merged("s1", "s2", "s3")


async def test_a6_merged_twice_at_once_is_merged_once() -> None:
    for number in range(len(await requests_of_merging())):
        both = await two_leads()

        await both.merged(Meanwhile(number, both.merged))
        await both.office.run(both.office.relay.clock() + HOURS)

        both.assert_merged("s1", "s2")


class Jittered:
    """Let each request wait for a random number of others."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - an order, no secret

    async def __call__(self, request: str) -> None:
        for _ in range(self.random.randrange(6)):
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(60))
async def test_a6_into_each_other_at_once_one_is_refused(seed: int) -> None:
    both = await two_leads()
    both.office.guard(Jittered(seed))

    outcomes = await asyncio.gather(
        merge(await both.office.merging(), both.by_phone, both.by_mail),
        merge(await both.office.merging(), both.by_mail, both.by_phone),
        return_exceptions=True,
    )

    assert sorted(map(bool, (both.gone.merged_into, both.kept.merged_into))) == [False, True]
    assert [type(o) for o in outcomes if isinstance(o, BaseException)] == [RefusedError]


async def test_a6_a_push_of_a_merged_lead_goes_to_the_other_one_by_one_request_more() -> None:
    both = await two_leads()
    app = both.office.relay
    await both.merged()
    await app.drain()
    gates = Gates()
    both.office.guard(gates)

    await app.host(by_phone(3, "offer-1"))
    await app.host(by_phone(1))

    assert [name for name in gates.passed if name == "leads.read"] == ["leads.read"] * 4
    assert len(gates.passed) == 3 + 1 + 3
    repeat = app.leads.partitions[both.by_mail].interests["s3"].interest
    assert repeat.repeat_of == "s1"
    both.assert_merged("s1", "s2", "s3")


async def test_a6_chains_are_followed_to_their_end() -> None:
    both = await two_leads()
    app = both.office.relay
    await app.host(push(3, Email="zoe@contoso.example"))
    third = next(name for name in app.leads.partitions if name not in (both.by_phone, both.by_mail))

    await both.merged()
    await merge(await both.office.merging(), both.by_mail, third)
    await app.host(by_phone(4))
    again = await merge(await both.office.merging(), both.by_phone, both.by_mail)
    await app.drain()

    assert again.into.lead.lead_id == third
    assert sorted(app.leads.partitions[third].interests) == ["s1", "s2", "s3", "s4"]
    assert set(both.stored(third).lead.merged_from) == {both.by_phone, both.by_mail}
    with pytest.raises(RefusedError, match="is part of it already"):
        await look(await both.office.merging(), third, both.by_phone)


async def test_a6_what_can_not_be_merged_is_refused() -> None:
    both = await two_leads()
    app = both.office.relay
    await app.host(push(3, Email="MSFT_TEST_1@example.com"))
    await app.host(push(4, Email="zoe@contoso.example"))
    test, other = [n for n in app.leads.partitions if n not in (both.by_phone, both.by_mail)]
    ports = await both.office.merging()

    with pytest.raises(RefusedError, match="they are the same"):
        await look(ports, both.by_phone, both.by_phone)
    with pytest.raises(RefusedError, match="one of the two is a test lead"):
        await look(ports, both.by_phone, test)
    with pytest.raises(NotFoundError, match="there is no lead 00"):
        await look(ports, both.by_phone, "00" * 16)
    await both.merged()
    with pytest.raises(RefusedError, match=f"was merged into lead {both.by_mail} already"):
        await look(ports, both.by_phone, other)
    del app.leads.partitions[both.by_mail]
    with pytest.raises(NotFoundError, match="which is gone"):
        await look(ports, other, both.by_phone)


async def test_a6_where_the_other_lead_was_erased_it_begins_again() -> None:
    both = await two_leads()
    app = both.office.relay
    await both.merged()
    await app.drain()
    del app.leads.partitions[both.by_mail]

    await app.host(by_phone(3))

    assert both.kept.submissions == 1
    assert both.gone.submissions == 1


async def test_a6_what_was_never_delivered_is_sent_by_the_other_lead_alone() -> None:
    both = TwoLeads()
    app = both.office.relay
    app.crm.fails = [CrmUnavailableError("503 Service Unavailable")]
    await both.begun(drain=False)

    await both.merged()
    await both.office.run(app.clock() + HOURS)

    assert sorted(both.notes(both.by_mail)) == ["s1", "s2"]
    assert [r for r in app.crm.records if r.lead_id == both.by_phone] == []
    assert both.stored(both.by_phone).deliveries["crm"].record is None


async def test_a6_a_delivery_that_is_under_way_is_found_and_told() -> None:
    """The worker dies after the request: its record is there, and nobody knows it."""
    both = TwoLeads()
    app = both.office.relay
    app.crm.gate = DiesAfter("crm.upserted")
    await both.begun(drain=False)
    app.crm.gate = open_gate

    await both.merged()
    await both.office.run(app.clock() + HOURS)

    both.assert_merged("s1", "s2")
    assert both.notes(both.by_phone) == ["s1", f"merged-{both.by_phone}"]
    assert len(app.crm.records) == 2


class DiesAfter:
    """Let a worker die at the first request of a name."""

    def __init__(self, request: str) -> None:
        self.request = request

    async def __call__(self, request: str) -> None:
        if request == self.request:
            self.request = ""
            raise WorkerDiedError


async def test_a6_a_request_that_arrives_while_the_leads_are_merged_is_told_afterwards() -> None:
    both = await two_leads()
    app = both.office.relay
    app.crm.gate = Meanwhile(0, both.merged)

    await app.host(by_phone(3))
    await both.office.run(app.clock() + HOURS)

    assert both.notes(both.by_phone).count(f"merged-{both.by_phone}") == 1
    assert sorted(both.notes(both.by_mail)) == ["s1", "s2", "s3"]


async def test_a6_a_parked_delivery_without_a_record_is_no_trouble_any_more() -> None:
    both = TwoLeads()
    app = both.office.relay
    app.crm.rejects = "LastName is required"
    await both.begun(drain=False)
    app.crm.rejects = ""

    await both.merged()
    await app.drain()

    assert both.stored(both.by_phone).deliveries["crm"].parked_version == 0
    assert sorted(both.notes(both.by_mail)) == ["s1", "s2"]


async def test_a6_many_interests_and_acts_go_in_portions_and_may_break_off() -> None:
    for number in (0, 9, 12, 15, 18, 21, 24):
        both = await two_leads()
        app = both.office.relay
        for n in range(3, 40):
            await app.host(by_phone(n))
        for n in range(45):
            at = app.clock() + n * MINUTE
            await both.office.act(both.by_phone, Act(said_at=at, seen_at=at, by="ben"))
        await app.drain()
        with suppress(WorkerDiedError):
            await both.merged(Gates(number))

        await both.merged()
        await app.drain()

        both.assert_merged(*(f"s{n}" for n in range(1, 40)))
        assert len(app.leads.partitions[both.by_mail].acts) == 45
        assert both.kept.acts[-1].at == START + 44 * MINUTE


def of_nobody(stored: StoredLead) -> LeadChange:
    change = LeadChange(before=stored, lead=stored.lead, at=START)
    return with_owner(change, Owned(member="", team="", why=""))


async def test_a6_a_lead_without_an_owner_gets_the_other_s() -> None:
    both = await two_leads()
    await both.commit(of_nobody(both.stored(both.by_mail)))

    await both.merged()

    assert (both.kept.owner, both.kept.team) == (both.gone.owner, "north")
    assert both.told(both.by_mail)[-2:] == [EventKind.TOOK_IN, EventKind.ASSIGNED]


async def test_a6_with_an_open_interest_a_lead_that_nobody_owns_is_assigned() -> None:
    both = await two_leads()
    for lead_id in (both.by_mail, both.by_phone):
        await both.commit(of_nobody(both.stored(lead_id)))

    await both.merged()

    assert both.kept.owner in ("anna", "bo")


async def test_a6_nobody_is_told_of_what_was_answered_already() -> None:
    both = await two_leads()
    at = both.office.relay.clock() + DAY
    await both.office.act(both.by_phone, Act(said_at=at, seen_at=at, by="ben"))
    both.office.channels.arrived.clear()

    await both.merged()
    await both.office.relay.drain()

    assert both.office.channels.arrived == []
    assert both.kept.follow_up.state is FollowUpState.FOLLOWED_UP


async def test_a6_what_an_older_version_records_on_a_merged_lead_is_taken_along() -> None:
    """It doesn't know that a lead can be part of another; the sweep of this version does."""
    both = await two_leads()
    await both.merged()
    await both.office.relay.drain()
    await both.recorded_by_an_older_version(by_phone(3))
    waits = both.gone.follow_up.awaited
    assert waits

    await both.office.run(both.office.relay.clock() + DAY)

    assert both.gone.follow_up.state is FollowUpState.NONE
    assert both.kept.submissions == 3
    assert sorted(both.notes(both.by_mail)) == ["s1", "s2", "s3"]
    assert EventKind.FLAGGED not in both.told(both.by_phone)


async def test_a6_a_repeat_that_an_older_version_records_on_a_merged_lead_is_taken_along() -> None:
    """There is nothing to answer, and it belongs to the other lead all the same."""
    both = await two_leads()
    at = both.office.relay.clock() + HOURS
    await both.office.act(both.by_phone, Act(said_at=at, seen_at=at, by="ben"))
    await both.merged()
    await both.office.relay.drain()
    await both.recorded_by_an_older_version(by_phone(3, offer="offer-1"))
    answered = both.gone.follow_up.state is FollowUpState.FOLLOWED_UP
    assert answered

    await both.office.run(both.office.relay.clock() + DAY)

    assert both.gone.follow_up.state is FollowUpState.NONE
    assert both.kept.submissions == 3


async def test_a6_where_the_other_lead_is_gone_the_sweep_makes_it_one_of_its_own_again() -> None:
    """What an older version recorded on it is delivered, and somebody is told to answer it."""
    both = await two_leads()
    app = both.office.relay
    await both.merged()
    await app.drain()
    await both.recorded_by_an_older_version(by_phone(3))
    del app.leads.partitions[both.by_mail]
    await app.host(Deliver(lead_id=both.by_phone))

    await both.office.run(app.clock() + DAY)

    assert (both.gone.merged_into, both.gone.merged_at) == ("", None)
    assert both.gone.follow_up.state is FollowUpState.OVERDUE
    kinds = both.told(both.by_phone)
    assert kinds.count(EventKind.PARTED) == 1
    assert EventKind.FLAGGED in kinds
    assert both.notes(both.by_phone) == ["s1", f"merged-{both.by_phone}", "s3"]


async def test_a6_a_lead_whose_other_one_is_gone_can_be_merged_into_a_third() -> None:
    both = await two_leads()
    app = both.office.relay
    await both.merged()
    await app.drain()
    del app.leads.partitions[both.by_mail]
    await app.host(push(4, Email="zoe@contoso.example"))
    third = next(name for name in app.leads.partitions if name != both.by_phone)

    await merge(await both.office.merging(), both.by_phone, third)

    assert both.gone.merged_into == third
    assert sorted(app.leads.partitions[third].interests) == ["s1", "s4"]


async def test_a6_without_anything_to_answer_a_lead_stays_part_of_one_that_is_gone() -> None:
    both = await two_leads()
    await both.merged()
    await both.office.relay.drain()
    del both.office.relay.leads.partitions[both.by_mail]

    there = await part(await both.office.merging(), both.by_phone)

    assert (there, both.gone.merged_into) == (True, both.by_mail)


async def test_a6_a_calendar_that_never_opens_holds_no_merge_up() -> None:
    closed = frozenset((START + n * DAY).date() for n in range(-1, 800))
    team = replace(NORTH, calendar=replace(CALENDAR, closed=closed), notify=Notify.ALWAYS)
    policy = replace(FAST, within=Duration.parse("2 working hours"))
    both = await TwoLeads(Office(rules(team, policy))).begun()

    await both.merged()
    await both.office.relay.drain()

    both.assert_merged("s1", "s2")


async def test_a6_without_anybody_to_tell_nobody_is_told() -> None:
    both = await TwoLeads(Office(rules_without_file())).begun()

    await both.merged()
    await both.office.relay.drain()

    both.assert_merged("s1", "s2")
    assert both.office.channels.arrived == []


async def test_a6_the_sweep_looks_at_a_merged_lead_no_more() -> None:
    both = await two_leads()
    await both.merged()

    await both.office.run(both.office.relay.clock() + 3 * DAY)

    assert both.gone.next_due_at is None
    assert {row.lead_id for row in both.office.relay.index.due_rows.values()} <= {both.by_mail}
    assert EventKind.FLAGGED not in both.told(both.by_phone)
    assert EventKind.FLAGGED in both.told(both.by_mail)


async def test_a6_a_destination_without_notes_is_given_the_lead_once_more() -> None:
    both = await two_leads()
    app = both.office.relay
    app.crm.keeps_notes = False
    updates = app.crm.records[0].updates

    await both.merged()
    await app.drain()

    assert both.notes(both.by_phone) == ["s1"]
    assert app.crm.records[0].updates == updates + 1


async def test_a6_a_record_that_both_leads_share_is_told_nothing() -> None:
    both = await two_leads()
    app = both.office.relay
    stored = both.stored(both.by_phone)
    same = replace(
        stored.deliveries["crm"], record=both.stored(both.by_mail).deliveries["crm"].record
    )
    await both.commit(
        LeadChange(before=stored, lead=stored.lead, at=START, deliveries={"crm": same})
    )

    await both.merged()
    await app.drain()

    assert both.notes(both.by_mail) == ["s2", "s1"]
