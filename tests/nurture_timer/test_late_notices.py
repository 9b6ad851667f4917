"""Notices that come late: people are told when they are at work, and what gave way is recorded."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.calendars import Calendar
from shared.domain.durations import Duration
from shared.domain.errors import ChannelUnavailableError
from shared.domain.rules import Policy, Rules
from shared.ports.leads import REPLACED, EventKind
from tests.fakes import START
from tests.office import Office
from tests.route_lead.relay import push
from tests.telling import NINE_TO_FIVE, NORTH, rules

HOUR = timedelta(hours=1)
HALF_PAST_FOUR = timedelta(hours=7, minutes=30)
SLOW = Policy(name="slow", within=Duration.parse("30d"))
MONDAYS_AND_FRIDAYS = Calendar(
    zone="UTC", hours=(NINE_TO_FIVE[0], (), (), (), NINE_TO_FIVE[0], (), ())
)


def down(office: Office, until: timedelta) -> None:
    """Have the channel of the people take nothing until then."""

    async def gate(point: str) -> None:
        if point == "channel.send" and office.relay.clock() < START + until:
            raise ChannelUnavailableError("down")

    office.channels.gate = gate


async def heard(office: Office, until: timedelta) -> list[datetime]:
    await office.run(START + until)
    return [one.at for one in office.channels.arrived if one.channel == "people"]


async def late(in_force: Rules, by: timedelta, leads: int = 1) -> Office:
    """Return an office to which leads came at half past four, while its channel is down."""
    office = Office(in_force=in_force)
    down(office, HALF_PAST_FOUR + by)
    office.relay.clock.now = START + HALF_PAST_FOUR
    for number in range(leads):
        came = push(number + 1, after=HALF_PAST_FOUR, email=f"c{number}@contoso.com")
        await office.relay.host(came)
    return office


async def test_n6_a_try_that_comes_an_hour_late_waits_for_working_time() -> None:
    office = await late(rules(NORTH, SLOW), by=2 * HOUR)

    [at] = await heard(office, timedelta(hours=25))

    assert (at.date() - START.date(), at.hour) == (timedelta(days=1), 9)
    assert at.minute < 10


async def test_n6_within_an_hour_a_person_is_told_though_the_day_is_over() -> None:
    office = await late(rules(NORTH, SLOW), by=HOUR / 2)

    [at] = await heard(office, timedelta(hours=25))

    assert START.replace(hour=17, minute=0) < at <= START + HALF_PAST_FOUR + timedelta(hours=1)


async def test_n6_who_is_told_at_any_hour_is_told_by_the_next_try() -> None:
    always = rules(replace(NORTH, calendar=None), SLOW)
    office = await late(always, by=2 * HOUR)

    [at] = await heard(office, timedelta(hours=25))

    assert at < START + timedelta(days=1)


async def test_n2_what_waits_for_working_time_is_not_given_up_before_it() -> None:
    office = await late(rules(replace(NORTH, calendar=MONDAYS_AND_FRIDAYS), SLOW), by=2 * HOUR)

    [at] = await heard(office, timedelta(hours=97))

    assert at.date() - START.date() == timedelta(days=4)


async def test_n6_a_list_that_comes_an_hour_late_waits_for_working_time() -> None:
    alone = replace(NORTH, members=NORTH.members[:1])
    office = await late(rules(alone, SLOW), by=1.5 * HOUR, leads=11)

    told = await heard(office, timedelta(hours=25))

    assert {(at.date() - START.date(), at.hour) for at in told} == {(timedelta(days=1), 9)}
    assert "list" in {one.kind for one in office.channels.arrived if one.channel == "people"}


async def test_n2_a_notice_that_gives_way_to_a_newer_one_leaves_an_event() -> None:
    office = Office(in_force=rules())
    down(office, timedelta(days=1))
    await office.relay.host(push(1))
    await office.run(START + timedelta(hours=5))

    events = office.relay.partition.events.values()
    gone = [e for e in events if e.kind is EventKind.NOT_NOTIFIED and e.detail == REPLACED]

    assert [event.recipient for event in gone] == ["owner", "owner"]  # the news, and the flag's
    assert len({event.notice_id for event in gone}) == len(gone)


async def test_n5_lists_to_several_people_write_each_lead_in_turn() -> None:
    alone = replace(NORTH, members=NORTH.members[:1])
    office = await late(rules(alone, SLOW), by=HOUR / 2, leads=11)
    tried: Counter[str] = Counter()

    async def counted(point: str) -> None:
        tried[point] += 1

    before = written(office)
    office.relay.leads.gate = counted
    await heard(office, HALF_PAST_FOUR + HOUR)

    assert {"people", "sales"} <= {one.channel for one in office.channels.arrived}
    assert tried["leads.commit"] == written(office) - before  # none was in vain


def written(office: Office) -> int:
    return sum(int(one.stored.etag) for one in office.relay.leads.partitions.values())
