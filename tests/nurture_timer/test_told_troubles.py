"""When people are told of a trouble and that it is over, and by which channel."""

from dataclasses import replace

import pytest

from nurture_timer.announce import announce
from shared.domain.errors import (
    ChannelRefusedError,
    ChannelUnavailableError,
    StorageUnavailableError,
    UnreadableLeadError,
)
from shared.domain.retired import InUse
from shared.domain.rules import Rules, rules_without_file
from shared.domain.troubles import Cause
from shared.ports.announcing import GivenUp
from shared.ports.index import Doing
from tests.fakes import START, open_gate
from tests.nurture_timer.mornings import DiedError, DiesAt, Mornings, told
from tests.nurture_timer.nights import DAY, NIGHT, entry, met, parked, until
from tests.nurture_timer.world import HOUR, MINUTE, Failing
from tests.telling import rules


async def test_d2_a_trouble_is_told_once_a_day_and_when_it_is_over() -> None:
    app = Mornings(rules=rules())
    await app.index.put_trouble(met(Cause.CREDENTIALS))
    assert await until(app, 30 * HOUR) == ["0 h sales: Trouble: crm", "24 h sales: Trouble: crm"]

    await app.index.delete_trouble("crm", Doing.DELIVER)
    assert await until(app, 60 * HOUR, 30 * HOUR) == ["30.9167 h sales: Over: crm"]
    assert await until(app, 90 * HOUR, 60 * HOUR) == []
    assert app.announcements.told == {}


async def test_d2_one_that_flaps_takes_two_messages_a_day() -> None:
    app = Mornings(rules=rules())
    titles = []
    for number in range(36):
        await app.index.put_trouble(met(Cause.SETTINGS))
        titles += await until(app, (2 * number + 0.5) * HOUR, 2 * number * HOUR)
        await app.index.delete_trouble("crm", Doing.DELIVER)
        titles += await until(app, (2 * number + 2) * HOUR, (2 * number + 0.5) * HOUR)

    assert [title.split(":")[1] for title in titles] == [" Trouble", " Over"] * 3
    hours = [float(title.split(" h ")[0]) for title in titles]
    assert all(sum(at <= other < at + 24 for other in hours) <= 2 for at in hours)


async def test_d3_nobody_is_told_of_a_retired_destination() -> None:
    app = Mornings(rules=rules())
    await app.index.put_trouble(met(Cause.CREDENTIALS))
    await parked(app)
    assert len(await app.announce(NIGHT)) == 2

    app.names = InUse(frozenset({"other"}))

    assert await until(app, 30 * HOUR, 5 * MINUTE) == []
    assert app.announcements.told == {}


async def test_d2_d3_a_channel_is_told_of_by_another() -> None:
    app = Mornings(rules=rules())
    await app.announcements.put_given_up(GivenUp(channel="sales", reason="404 gone", at=NIGHT))
    both = rules()
    south = replace(both.teams["north"], id="south", name="South", channel="people")
    app.rules = replace(both, teams={**both.teams, "south": south})

    [one] = await app.announce(NIGHT)

    assert one.channel == "people"
    assert told(one.message).startswith(
        "Trouble: channel sales\n"
        "Notices could not be sent and were given up. The last failed so: 404 gone"
    )


async def test_d2_a_channel_is_not_told_of_by_itself() -> None:
    app = Mornings(rules=rules())
    await app.announcements.put_given_up(GivenUp(channel="sales", reason="404", at=NIGHT))

    assert await app.announce(NIGHT) == []


async def test_d3_a_channel_is_not_told_of_by_itself_under_another_name() -> None:
    app = Mornings(rules=rules())
    same = replace(app.rules.channels["sales"], name="same")
    app.rules = replace(
        app.rules, channels={**app.rules.channels, "same": same}, default_channel="same"
    )
    await app.announcements.put_given_up(GivenUp(channel="sales", reason="404", at=NIGHT))

    assert await app.announce(NIGHT) == []


async def test_d2_the_teams_are_told_where_there_is_no_default_channel() -> None:
    app = Mornings(rules=replace(rules(), default_channel=""))
    await parked(app)

    assert [one.channel for one in await app.announce(NIGHT)] == ["sales"]


async def test_d2_the_teams_are_told_what_the_default_channel_does_not_take() -> None:
    app = Mornings(rules=replace(rules(), default_channel="people"))
    await parked(app)
    app.channels.fails["people"] = [ChannelRefusedError("people: 404")]

    assert [one.channel for one in await app.announce(NIGHT)] == ["sales"]


async def test_without_any_channel_nothing_is_looked_at() -> None:
    app = Mornings(rules=rules_without_file())
    app.index.gate = Failing("index.troubles")

    assert await app.announce(NIGHT) == []


async def test_d2_a_dead_channel_is_tried_once_a_sweep_and_what_failed_again_in_15_minutes() -> (
    None
):
    app = Mornings(rules=rules())
    await parked(app)
    await app.index.put_trouble(met(Cause.SETTINGS))
    app.channels.fails["sales"] = [ChannelUnavailableError("sales: 503")]

    assert await until(app, HOUR) == ["0.25 h sales: Trouble: crm", "0.25 h sales: Trouble: crm"]


async def test_d1_d2_nothing_more_is_sent_once_two_minutes_are_over() -> None:
    """What is left comes with the next sweep."""
    app = Mornings(rules=rules())
    app.quarantine.kept = [entry(1)]
    await parked(app)

    class Slow:
        def __init__(self) -> None:
            self.seconds = iter([0, 0, *[111] * 99])

        def __call__(self) -> float:
            return next(self.seconds)

    app.clock.now = NIGHT
    await announce(app.announcing, Slow())
    assert app.channels.arrived == []
    assert len(await app.announce(NIGHT + HOUR)) == 2


async def test_d2_while_storage_is_down_nobody_is_told_anything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What can't be read is not over."""
    app = Mornings(rules=rules())
    await parked(app)
    await app.announce(NIGHT)
    app.index.gate = Failing("index.parked_rows", error=StorageUnavailableError("storage: 503"))

    assert await until(app, 5 * HOUR, 5 * MINUTE) == []
    assert "nobody is told of troubles of these kinds: parked: storage: 503" in caplog.text
    app.announcements.gate = Failing("announcements.troubles")
    assert await until(app, 5.5 * HOUR, 5 * HOUR) == []
    assert "troubles and digests wait for the next sweep: storage: 503" in caplog.text
    app.index.gate = app.announcements.gate = open_gate
    assert await until(app, 6 * HOUR, 5.5 * HOUR) == []


async def night_with_a_death(number: int, in_force: Rules) -> tuple[list[str], bool]:
    """Return what came while a trouble came and went, and whether somebody died."""
    app = Mornings(rules=in_force)
    app.announcements.gate = DiesAt(number)
    died = False
    for hours in (0.5, 3.0):
        if hours < 1:
            await app.index.put_trouble(met(Cause.CREDENTIALS))
        else:
            await app.index.delete_trouble("crm", Doing.DELIVER)
        for n in range(int(hours * 12)):
            try:
                await app.announce(NIGHT + (0 if hours < 1 else 1) * HOUR / 2 + n * 5 * MINUTE)
            except DiedError:
                died = True
    return [told(one.message).split(":")[0] for one in app.channels.arrived], died


async def test_d2_a_trouble_is_told_twice_only_by_a_crash_between_send_and_mark() -> None:
    """A worker dies at each of the requests in turn."""
    number, doubled = 1, []
    while True:
        came, died = await night_with_a_death(number, rules())
        if not died:
            break
        assert set(came) == {"Trouble", "Over"}
        doubled += [number] * (len(came) - 2)
        number += 1
    assert number > 20
    assert len(doubled) == 2


async def test_d1_d2_leads_that_only_a_newer_version_can_read_keep_nothing_from_being_told() -> (
    None
):
    app = Mornings(rules=rules(), silence_after=HOUR)
    await parked(app)
    await app.index.put_trouble(met(Cause.CREDENTIALS))
    app.leads.gate = Failing("leads.read", error=UnreadableLeadError("0" * 32))

    sent = await app.announce(START + DAY)

    assert [told(one.message).splitlines()[0] for one in sent] == [
        "Trouble: no new leads",
        "Trouble: crm",
        "North: leads on Tue 3 Nov 2026",
    ]
