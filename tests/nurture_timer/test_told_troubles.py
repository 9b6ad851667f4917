"""People are told of what keeps the relay from doing its work, and that it is over."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nurture_timer.announce import announce
from nurture_timer.seeing import MOST_HELD, MOST_PARKED
from nurture_timer.trouble_words import WORDS
from shared.domain.delivery import park
from shared.domain.errors import (
    ChannelRefusedError,
    ChannelUnavailableError,
    StorageUnavailableError,
    UnreadableLeadError,
)
from shared.domain.lead import InterestSummary, Stamp
from shared.domain.retired import InUse
from shared.domain.rules import Rules, rules_without_file
from shared.domain.troubles import Cause, TroubleKind
from shared.ports.announcing import GivenUp
from shared.ports.index import Doing, Trouble
from shared.ports.quarantine import QuarantineReason
from shared.ports.reading import Entry
from shared.ports.rules import DeployedFile
from tests.examples import LEAD_ID
from tests.fakes import START, open_gate
from tests.nurture_timer.mornings import Mornings, told
from tests.nurture_timer.test_digests import DiedError, DiesAt
from tests.nurture_timer.world import CLAIMED, HOUR, MINUTE, STOPPED, Failing, lead
from tests.telling import rules

DAY = timedelta(days=1)
NIGHT = START + 9 * HOUR
"""18:00 on a Monday: no digest comes in between."""


async def until(app: Mornings, end: timedelta, begin: timedelta = timedelta(0)) -> list[str]:
    """Announce every five minutes, and return the titles of troubles with their hours."""
    titles = []
    steps = range(int(begin / (5 * MINUTE)), int(end / (5 * MINUTE)))
    for number in steps:
        at = NIGHT + number * 5 * MINUTE
        for one in await app.announce(at):
            if one.kind == "trouble":
                hours = (at - NIGHT) / HOUR
                titles.append(f"{hours:g} h {one.channel}: {told(one.message).splitlines()[0]}")
    return titles


async def parked(app: Mornings, number: int = 1) -> None:
    lead_id = f"{number:032x}"
    await app.put(lead(lead_id, clock=STOPPED), park(CLAIMED, 1, "400: zoe@", START))
    await app.index.put_parked(lead_id, "crm", START)


def met(cause: Cause, doing: Doing = Doing.DELIVER) -> Trouble:
    return Trouble(destination="crm", doing=doing, reason="401: zoe", at=START, cause=cause)


def entry(number: int, received_at: datetime = START) -> Entry:
    return Entry(
        quarantine_id=f"q{number}",
        received_at=received_at,
        reason=QuarantineReason.INVALID,
        faults=("not JSON",),
        state="held",
        content_type="",
        size=3,
        truncated=False,
        decided_at=None,
        note="",
        body=b"",
        keys=("20261102", f"q{number}"),
        etag="1",
    )


async def test_a_trouble_is_told_once_a_day_and_when_it_is_over() -> None:
    """D2."""
    app = Mornings(rules=rules())
    await app.index.put_trouble(met(Cause.CREDENTIALS))
    assert await until(app, 30 * HOUR) == ["0 h sales: Trouble: crm", "24 h sales: Trouble: crm"]

    await app.index.delete_trouble("crm", Doing.DELIVER)
    assert await until(app, 60 * HOUR, 30 * HOUR) == ["30.9167 h sales: Over: crm"]
    assert await until(app, 90 * HOUR, 60 * HOUR) == []
    assert app.announcements.told == {}


async def test_one_that_flaps_takes_two_messages_a_day() -> None:
    """D2."""
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


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (met(Cause.CREDENTIALS), TroubleKind.CREDENTIALS),
        (met(Cause.SETTINGS), TroubleKind.SETTINGS),
        (met(Cause.SETTINGS, Doing.ASK), TroubleKind.SETTINGS),
        (met(Cause.UNKNOWN), TroubleKind.CREDENTIALS),
    ],
)
async def test_a_destination_is_told_of_in_our_own_words(
    trouble: Trouble, kind: TroubleKind
) -> None:
    """D3: what a destination says may be of a customer's."""
    app = Mornings(rules=rules())
    await app.index.put_trouble(trouble)

    [one] = await app.announce(NIGHT)

    assert WORDS[kind].what in told(one.message)
    assert "zoe" not in told(one.message)


@pytest.mark.parametrize(
    "trouble", [met(Cause.UNREACHABLE), met(Cause.UNKNOWN, Doing.ASK)], ids=["down", "asking"]
)
async def test_an_unreachable_destination_is_told_after_an_hour(trouble: Trouble) -> None:
    """D3."""
    app = Mornings(rules=rules())
    await app.index.put_trouble(trouble)

    assert await until(app, 5 * HOUR) == ["1 h sales: Trouble: crm"]


async def test_nobody_is_told_of_a_retired_destination() -> None:
    """D3."""
    app = Mornings(rules=rules())
    await app.index.put_trouble(met(Cause.CREDENTIALS))
    await parked(app)
    assert len(await app.announce(NIGHT)) == 2

    app.names = InUse(frozenset({"other"}))

    assert await until(app, 30 * HOUR, 5 * MINUTE) == []
    assert app.announcements.told == {}


async def test_parked_deliveries_are_told_without_the_words_of_the_destination() -> None:
    """D3."""
    app = Mornings(rules=rules())
    await parked(app)
    await parked(app, 2)

    [one] = await app.announce(NIGHT)

    assert WORDS[TroubleKind.PARKED].what in told(one.message)
    assert "zoe" not in told(one.message)


async def test_what_the_index_lists_as_parked_and_no_longer_is_is_no_trouble() -> None:
    """D3."""
    app = Mornings(rules=rules())
    await app.put(lead(clock=STOPPED), CLAIMED)
    await app.index.put_parked(LEAD_ID, "crm", START)
    await app.index.put_parked("ab" * 16, "crm", START)

    assert await app.announce(NIGHT) == []


async def test_no_more_than_some_leads_that_are_listed_as_parked_are_read() -> None:
    """D3."""
    app = Mornings(rules=rules())
    for number in range(2 * MOST_PARKED):
        await app.index.put_parked(f"{number:032x}", "crm", START)
    app.leads.gate = gate = Failing("leads.read", numbers=())

    assert await app.announce(NIGHT) == []
    assert gate.seen == MOST_PARKED


async def test_many_parked_leads_of_one_destination_hide_no_other() -> None:
    """D3."""
    app = Mornings(rules=rules())
    for number in range(2 * MOST_PARKED):
        await parked(app, number)
    other = replace(park(CLAIMED, 1, "400", START - DAY), destination="other")
    await app.put(lead("f" * 32, clock=STOPPED), other)
    await app.index.put_parked("f" * 32, "other", START - DAY)

    sent = await app.announce(NIGHT)

    titles = [told(one.message).splitlines()[0] for one in sent]
    assert titles == ["Trouble: crm", "Trouble: other"]


@pytest.mark.parametrize(
    ("count", "said"), [(1, "Held: 1."), (MOST_HELD + 5, f"Held: {MOST_HELD} or more.")]
)
async def test_entries_in_quarantine_are_told(count: int, said: str) -> None:
    """D3."""
    app = Mornings(rules=rules())
    app.quarantine.kept = [entry(number) for number in range(count)]

    [one] = await app.announce(NIGHT)

    assert told(one.message).startswith("Trouble: the quarantine\n")
    assert said in told(one.message)
    app.quarantine.kept = []
    assert await until(app, 2 * HOUR, 5 * MINUTE) == ["1 h sales: Over: the quarantine"]


async def test_old_entries_and_decided_ones_are_not_told() -> None:
    """D3."""
    app = Mornings(rules=rules())
    app.quarantine.kept = [entry(1, START - 15 * DAY), replace(entry(2), state="discarded")]

    assert await app.announce(NIGHT) == []


def silent() -> Mornings:
    return Mornings(rules=rules(), silence_after=14 * DAY)


async def test_silence_is_told_after_its_time_and_ends_with_the_next_lead() -> None:
    """D3."""
    app = silent()
    await app.put(lead(clock=STOPPED))
    late = (START + 14 * DAY - NIGHT) + 12 * HOUR
    early = START + 14 * DAY
    app.clock.now = early
    assert [one for one in await app.announce(early) if one.kind == "trouble"] == []

    [title] = await until(app, late + HOUR, late)
    assert title.endswith("sales: Trouble: no new leads")
    await app.put(lead("b" * 32, clock=STOPPED, due_after=20 * DAY))
    app.index.recent["b" * 32] = app.clock.now
    over = await until(app, late + 4 * HOUR, late + HOUR)
    assert [title.split(": ", 1)[1] for title in over] == ["Over: no new leads"]


async def test_a_push_of_a_known_customer_is_no_silence() -> None:
    """D3."""
    app = silent()
    again = Stamp(START + 13 * DAY, "s2")
    interest = InterestSummary(
        first=Stamp(START, "s1"),
        last=again,
        fingerprint="f",
        source="",
        action="",
        publisher="",
        offer="",
        offer_title="",
    )
    await app.put(replace(lead(clock=STOPPED), interests=(interest,)))

    assert [one.kind for one in await app.announce(START + 20 * DAY)] in ([], ["digest"])
    app.clock.now = START
    sent = await app.announce(START + 27 * DAY + 9 * HOUR)
    assert [one.kind for one in sent] == ["trouble"]


async def test_silence_is_not_told_where_it_is_turned_off_or_nothing_ever_came() -> None:
    """D3."""
    off = Mornings(rules=rules())
    await off.put(lead(clock=STOPPED))
    night = NIGHT + 100 * DAY
    assert await off.announce(night) == []
    assert await silent().announce(night) == []


async def test_a_channel_is_told_of_by_another() -> None:
    """D2, D3."""
    app = Mornings(rules=rules())
    await app.announcements.put_given_up(GivenUp(channel="sales", reason="404 gone", at=NIGHT))
    both = rules()
    south = replace(both.teams["north"], id="south", name="South", channel="people")
    app.rules = replace(both, teams={**both.teams, "south": south})

    [one] = await app.announce(NIGHT)

    assert one.channel == "people"
    assert told(one.message).startswith(
        "Trouble: channel sales\nNotices were given up. The last failed so: 404 gone"
    )


async def test_a_channel_is_not_told_of_by_itself() -> None:
    """D2."""
    app = Mornings(rules=rules())
    await app.announcements.put_given_up(GivenUp(channel="sales", reason="404", at=NIGHT))

    assert await app.announce(NIGHT) == []


async def test_a_channel_is_well_once_no_notice_was_given_up_for_a_day() -> None:
    """D3."""
    app = Mornings(rules=rules())
    await app.announcements.put_given_up(GivenUp(channel="people", reason="404", at=NIGHT))

    assert await until(app, 40 * HOUR) == [
        "0 h sales: Trouble: channel people",
        "24 h sales: Trouble: channel people",
        "25 h sales: Over: channel people",
    ]
    assert app.announcements.unsent == {}


async def test_a_wrong_deployed_file_is_told_with_its_faults() -> None:
    """D3, C8."""
    app = Mornings(rules=rules())
    faults = ("line 3: team.x: is not known", "2", "3", "4")
    app.rules_store.file = DeployedFile(content_id="c", seen_at=START, faults=faults)

    [one] = await app.announce(NIGHT)

    assert told(one.message).startswith("Trouble: routing.toml\n")
    assert "Faults: line 3: team.x: is not known; 2; 3 Since" in told(one.message)
    app.rules_store.file = replace(app.rules_store.file, faults=())
    assert await until(app, 2 * HOUR, 5 * MINUTE) == ["1 h sales: Over: routing.toml"]


async def test_the_teams_are_told_where_there_is_no_default_channel() -> None:
    """D2."""
    app = Mornings(rules=replace(rules(), default_channel=""))
    await parked(app)

    assert [one.channel for one in await app.announce(NIGHT)] == ["sales"]


async def test_the_teams_are_told_what_the_default_channel_does_not_take() -> None:
    """D2."""
    app = Mornings(rules=replace(rules(), default_channel="people"))
    await parked(app)
    app.channels.fails["people"] = [ChannelRefusedError("people: 404")]

    assert [one.channel for one in await app.announce(NIGHT)] == ["sales"]


async def test_without_any_channel_nothing_is_looked_at() -> None:
    app = Mornings(rules=rules_without_file())
    app.index.gate = Failing("index.troubles")

    assert await app.announce(NIGHT) == []


async def test_a_dead_channel_is_tried_once_a_sweep_and_what_failed_again_in_15_minutes() -> None:
    """D2."""
    app = Mornings(rules=rules())
    await parked(app)
    await app.index.put_trouble(met(Cause.SETTINGS))
    app.channels.fails["sales"] = [ChannelUnavailableError("sales: 503")]

    assert await until(app, HOUR) == ["0.25 h sales: Trouble: crm", "0.25 h sales: Trouble: crm"]


async def test_nothing_more_is_sent_once_two_minutes_are_over() -> None:
    """D1, D2: what is left comes with the next sweep."""
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


async def test_while_storage_is_down_nobody_is_told_anything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """D2: what can't be read is not over."""
    app = Mornings(rules=rules())
    await parked(app)
    await app.announce(NIGHT)
    app.index.gate = Failing("index.troubles", error=StorageUnavailableError("storage: 503"))

    assert await until(app, 5 * HOUR, 5 * MINUTE) == []
    assert "troubles and digests wait for the next sweep" in caplog.text
    app.index.gate = open_gate
    assert await until(app, 6 * HOUR, 5 * HOUR) == []


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


async def test_a_trouble_is_told_twice_only_by_a_crash_between_send_and_mark() -> None:
    """D2: a worker dies at each of the requests in turn."""
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


async def test_leads_that_only_a_newer_version_can_read_keep_nothing_from_being_told() -> None:
    """D1, D2."""
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
