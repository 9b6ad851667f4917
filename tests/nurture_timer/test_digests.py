"""Each team is told once on the morning of a working day what it starts with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nurture_timer.digests import due_on
from shared.domain.calendars import Calendar
from shared.domain.errors import ChannelUnavailableError
from shared.domain.follow_up import FollowUp, flag, start_clock
from shared.domain.lead import Contact, Lead
from shared.domain.rules import ChannelKind, ChannelRef, Rule, Team, rules_without_file
from tests.fakes import START
from tests.nurture_timer.mornings import Mornings, told
from tests.nurture_timer.world import HOUR, MINUTE, STOPPED, lead
from tests.telling import NINE_TO_FIVE, NORTH, rules

DAY = timedelta(days=1)
MONDAY = START.replace(hour=8)
"""2 November 2026."""

SOUTH = Team(
    id="south",
    name="South",
    members=(),
    channel="people",
    zone="Australia/Sydney",
    calendar=Calendar(zone="Australia/Sydney", hours=NINE_TO_FIVE),
)
DEFAULT = ChannelRef(name="default", kind=ChannelKind.SLACK, setting="URL")


def named(number: int, **more: object) -> Lead:
    new = lead(f"{number:032x}", clock=STOPPED)
    contact = Contact(first_name=f"Zoe {number}", email=f"zoe{number}@example.com")
    return replace(new, contact=contact, team="north", **more)  # type: ignore[arg-type]


def waiting(due_at: datetime) -> FollowUp:
    return start_clock(FollowUp(), due_at - HOUR, HOUR)


def overdue(since: datetime) -> FollowUp:
    return flag(waiting(since), since)


async def flagged(app: Mornings, new: Lead, at: datetime) -> None:
    await app.put(replace(new, follow_up=overdue(at)))
    await app.index.put_overdue(new.lead_id, at)


async def test_a_digest_names_an_owner_whom_only_a_crm_knows_as_a_notice_does() -> None:
    app = Mornings(rules=rules())
    at = MONDAY + 7 * DAY
    await app.put(named(1, owner="dynamics:7", created_at=at - HOUR, follow_up=waiting(at + HOUR)))
    await app.index.put_due(f"{1:032x}", at + HOUR)

    [digest] = await app.announce(at)

    assert "Zoe 1 (somebody in dynamics (7); due Mon" in told(digest.message)


async def test_d1_a_team_is_told_what_is_new_due_today_and_overdue_by_owner() -> None:
    app = Mornings(rules=rules())
    at = MONDAY + 7 * DAY
    await app.put(named(1, owner="bo", created_at=at - HOUR, follow_up=waiting(at + HOUR)))
    await app.put(named(2, owner="anna", created_at=at - HOUR, follow_up=waiting(at + 2 * DAY)))
    await app.put(named(3, created_at=at - HOUR, asked_for_contact=False))
    await app.put(replace(named(4, created_at=at - HOUR), contact=Contact(title="Dr")))
    await app.put(named(5, created_at=at - HOUR, test=True))
    await flagged(app, named(6, owner="anna", created_at=at - 5 * DAY), at - 4 * DAY)
    for number, due_at in ((1, at + HOUR), (2, at + 2 * DAY)):
        await app.index.put_due(f"{number:032x}", due_at)

    [digest] = await app.announce(at)

    assert (digest.channel, digest.to, digest.kind) == ("sales", "North", "digest")
    assert told(digest.message).splitlines() == [
        "North: leads on Mon 9 Nov 2026",
        "1 lead without any way to get in touch.",
        "New since the last digest: 2",
        "Zoe 2 (Anna; due Wed 11 Nov 2026, 08:00 UTC)",
        "Zoe 1 (Bo; due Mon 9 Nov 2026, 09:00 UTC)",
        "Due today: 1",
        "Zoe 1 (Bo; due Mon 9 Nov 2026, 09:00 UTC)",
        "Overdue: 1",
        "Zoe 6 (Anna; due Thu 5 Nov 2026, 08:00 UTC)",
        "Do not contact (for information): 1",
        "Zoe 3",
    ]


async def test_d1_it_is_told_once_a_day_and_says_what_is_new_since_the_last() -> None:
    app = Mornings(rules=rules())
    friday = MONDAY + 4 * DAY
    times = [friday + n * 5 * MINUTE for n in range(60)]
    sent = [one for at in times for one in await app.announce(at)]
    assert [one.at for one in sent] == [friday]
    await app.put(named(1, created_at=friday + 10 * HOUR))
    await app.put(named(2, created_at=friday - HOUR))

    for day in (1, 2):
        assert await app.announce(friday + day * DAY) == []
    [monday] = await app.announce(friday + 3 * DAY + HOUR)

    assert "New since the last digest: 1\nZoe 1" in told(monday.message)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 11, 2, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 2, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 2, 11, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 2, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 1, 9, 0, tzinfo=UTC), False),
    ],
)
def test_d1_it_is_time_from_eight_to_twelve_on_working_days(at: datetime, due: bool) -> None:  # noqa: FBT001 - what is expected
    assert (due_on(NORTH, at) is not None) is due
    assert (due_on(None, at) is not None) is due
    assert (due_on(replace(NORTH, calendar=None), at) is not None) is due


def test_d1_a_day_off_is_no_working_day() -> None:
    assert NORTH.calendar is not None
    off = replace(NORTH.calendar, closed=frozenset({MONDAY.date()}))
    saturday = replace(NORTH.calendar, working=frozenset({MONDAY.date() + 5 * DAY}))
    assert due_on(replace(NORTH, calendar=off), MONDAY) is None
    assert due_on(replace(NORTH, calendar=saturday), MONDAY + 5 * DAY) is not None


async def test_d1_each_team_is_told_in_its_own_morning() -> None:
    both = rules()
    app = Mornings(rules=replace(both, teams={**both.teams, "south": SOUTH}))
    sydney = datetime(2026, 11, 3, 8, 0, tzinfo=ZoneInfo("Australia/Sydney"))

    sent = [one for hour in range(30) for one in await app.announce(MONDAY + hour * HOUR)]

    assert [(one.to, one.at) for one in sent] == [
        ("North", MONDAY),
        ("South", sydney.astimezone(UTC)),
        ("North", MONDAY + DAY),
    ]


async def test_d1_a_team_that_moves_west_is_not_told_twice_for_one_day() -> None:
    """The date must be later than that of the last digest."""
    moved = replace(SOUTH, zone="America/Los_Angeles", calendar=None)
    only = replace(rules(SOUTH), teams={"south": SOUTH})
    app = Mornings(rules=only)
    morning = datetime(2026, 11, 3, 8, 0, tzinfo=ZoneInfo("Australia/Sydney")).astimezone(UTC)
    assert len(await app.announce(morning)) == 1

    app.rules = replace(only, teams={"south": moved})
    sent = [one for hour in range(1, 48) for one in await app.announce(morning + hour * HOUR)]

    west = datetime(2026, 11, 4, 8, 0, tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
    assert [one.at for one in sent if one.at < west] == []


async def test_d1_without_teams_the_default_channel_is_told_on_weekdays() -> None:
    app = Mornings(rules=rules_without_file(DEFAULT))
    await app.put(replace(named(1, created_at=MONDAY - HOUR), team=""))

    sent = [one for hour in range(14 * 24) for one in await app.announce(MONDAY + hour * HOUR)]

    assert [one.at.weekday() for one in sent] == [*range(5), *range(5)]
    assert {(one.at.hour, one.channel) for one in sent} == {(8, "default")}
    assert told(sent[0].message).startswith("All leads: leads on Mon 2 Nov 2026\nNew")
    assert told(sent[1].message).endswith("Nothing is open.")


async def test_d1_leads_that_a_rule_gives_to_no_team_are_told_to_the_default_channel() -> None:
    mixed = replace(rules(), rules=(Rule(name="partners"), *rules().rules))
    app = Mornings(rules=mixed)
    await app.put(named(1, created_at=MONDAY - HOUR))
    orphan = replace(named(2, created_at=MONDAY - HOUR), team="")
    await app.put(replace(orphan, rules={"s": "partners"}))

    north, others = await app.announce(MONDAY)

    assert "Zoe 1" in told(north.message)
    assert told(others.message).startswith("Leads without a team: ")


async def test_d1_without_any_channel_nobody_is_told_and_nothing_is_read() -> None:
    app = Mornings(rules=rules_without_file())
    assert await app.announce(MONDAY) == []
    assert app.announcements.digests == {}


async def test_d1_a_task_in_the_crm_is_no_way_for_a_digest() -> None:
    crm = ChannelRef(name="tasks", kind=ChannelKind.CRM)
    base = rules(replace(NORTH, channel="tasks"))
    app = Mornings(rules=replace(base, channels={**base.channels, "tasks": crm}))

    assert [one.channel for one in await app.announce(MONDAY)] == ["sales"]


async def test_d1_what_could_not_be_sent_is_tried_again_while_it_is_morning() -> None:
    app = Mornings(rules=rules())
    app.channels.fails["sales"] = [ChannelUnavailableError("sales: 503")] * 2

    sent = [one for n in range(50) for one in await app.announce(MONDAY + n * 5 * MINUTE)]

    assert [one.at for one in sent] == [MONDAY + 30 * MINUTE]


async def test_d1_many_leads_are_counted_and_not_read() -> None:
    app = Mornings(rules=rules())
    for number in range(230):
        await app.put(named(number, created_at=MONDAY - HOUR - number * MINUTE / 10))
    reads: list[str] = []

    async def count(request: str) -> None:
        reads.append(request)

    app.leads.gate = count
    [digest] = await app.announce(MONDAY)

    assert reads.count("leads.read") == 200
    assert "New since the last digest: 200" in told(digest.message)
    assert "30 more leads of any team, not included here" in told(digest.message)
    assert digest.message.lists[0].more == 190


async def test_d1_all_that_are_due_today_are_counted_and_the_first_are_named() -> None:
    """Most rows of the day are looks at other leads, and come first."""
    app = Mornings(rules=rules())
    for number in range(400):
        old = named(number, created_at=MONDAY - 9 * DAY, follow_up=waiting(MONDAY + 9 * DAY))
        await app.put(old)
        await app.index.put_due(old.lead_id, MONDAY + number * MINUTE / 100)
    for number in range(400, 650):
        due_at = MONDAY + HOUR + number * MINUTE / 2
        today = named(number, created_at=MONDAY - 9 * DAY, follow_up=waiting(due_at))
        await app.put(today)
        await app.index.put_due(today.lead_id, due_at)

    [digest] = await app.announce(MONDAY)

    assert "Due today: 250" in told(digest.message)
    assert "not included here" not in told(digest.message)
    [due] = digest.message.lists
    assert (len(due.items), due.more) == (10, 240)
    assert "Zoe 400 " in told(digest.message)


async def test_d1_a_digest_is_sent_in_time_and_says_how_many_it_left_out() -> None:
    app = Mornings(rules=rules())
    for number in range(200):
        due_at = MONDAY + HOUR + number * MINUTE
        today = named(number, created_at=MONDAY - 9 * DAY, follow_up=waiting(due_at))
        await app.put(today)
        await app.index.put_due(today.lead_id, due_at)

    async def slow(request: str) -> None:
        app.seconds += 1.0 * (request == "leads.read")

    app.leads.gate = slow
    [digest] = await app.announce(MONDAY)

    assert "Due today: 96" in told(digest.message)
    assert "104 more leads of any team, not included here" in told(digest.message)
