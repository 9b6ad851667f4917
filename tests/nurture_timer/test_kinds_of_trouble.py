"""What keeps the relay from doing its work is seen in what is stored."""

from dataclasses import replace

import pytest

from nurture_timer.seeing import MOST_HELD, MOST_PARKED
from nurture_timer.trouble_words import WORDS
from shared.domain.delivery import park
from shared.domain.lead import InterestSummary, Stamp
from shared.domain.troubles import Cause, TroubleKind
from shared.ports.announcing import GivenUp
from shared.ports.index import Doing, Trouble
from shared.ports.rules import DeployedFile
from tests.examples import LEAD_ID
from tests.fakes import START
from tests.nurture_timer.mornings import Mornings, told
from tests.nurture_timer.nights import DAY, NIGHT, entry, met, parked, silent, until
from tests.nurture_timer.world import CLAIMED, HOUR, MINUTE, STOPPED, Failing, lead
from tests.telling import rules


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (met(Cause.CREDENTIALS), TroubleKind.CREDENTIALS),
        (met(Cause.SETTINGS), TroubleKind.SETTINGS),
        (met(Cause.SETTINGS, Doing.ASK), TroubleKind.SETTINGS),
        (met(Cause.UNKNOWN), TroubleKind.CREDENTIALS),
    ],
)
async def test_d3_a_destination_is_told_of_in_our_own_words(
    trouble: Trouble, kind: TroubleKind
) -> None:
    """What a destination says may be of a customer's."""
    app = Mornings(rules=rules())
    await app.index.put_trouble(trouble)

    [one] = await app.announce(NIGHT)

    assert WORDS[kind].what in told(one.message)
    assert "zoe" not in told(one.message)


@pytest.mark.parametrize(
    "trouble", [met(Cause.UNREACHABLE), met(Cause.UNKNOWN, Doing.ASK)], ids=["down", "asking"]
)
async def test_d3_an_unreachable_destination_is_told_after_an_hour(trouble: Trouble) -> None:
    app = Mornings(rules=rules())
    await app.index.put_trouble(trouble)

    assert await until(app, 5 * HOUR) == ["1 h sales: Trouble: crm"]


async def test_d3_parked_deliveries_are_told_without_the_words_of_the_destination() -> None:
    app = Mornings(rules=rules())
    await parked(app)
    await parked(app, 2)

    [one] = await app.announce(NIGHT)

    assert WORDS[TroubleKind.PARKED].what in told(one.message)
    assert "zoe" not in told(one.message)


async def test_d3_what_the_index_lists_as_parked_and_no_longer_is_is_no_trouble() -> None:
    app = Mornings(rules=rules())
    await app.put(lead(clock=STOPPED), CLAIMED)
    await app.index.put_parked(LEAD_ID, "crm", START)
    await app.index.put_parked("ab" * 16, "crm", START)

    assert await app.announce(NIGHT) == []


async def test_d3_no_more_than_some_leads_that_are_listed_as_parked_are_read() -> None:
    app = Mornings(rules=rules())
    for number in range(2 * MOST_PARKED):
        await app.index.put_parked(f"{number:032x}", "crm", START)
    app.leads.gate = gate = Failing("leads.read", numbers=())

    assert await app.announce(NIGHT) == []
    assert gate.seen == MOST_PARKED


async def test_d3_many_parked_leads_of_one_destination_hide_no_other() -> None:
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
async def test_d3_entries_in_quarantine_are_told(count: int, said: str) -> None:
    app = Mornings(rules=rules())
    app.quarantine.kept = [entry(number) for number in range(count)]

    [one] = await app.announce(NIGHT)

    assert told(one.message).startswith("Trouble: the quarantine\n")
    assert said in told(one.message)
    app.quarantine.kept = []
    assert await until(app, 2 * HOUR, 5 * MINUTE) == ["1 h sales: Over: the quarantine"]


async def test_d3_old_entries_and_decided_ones_are_not_told() -> None:
    app = Mornings(rules=rules())
    app.quarantine.kept = [entry(1, START - 15 * DAY), replace(entry(2), state="discarded")]

    assert await app.announce(NIGHT) == []


async def test_d3_silence_is_told_after_its_time_and_ends_with_the_next_lead() -> None:
    app = silent()
    await app.put(lead(clock=STOPPED))
    late = (START + 14 * DAY - NIGHT) + 12 * HOUR
    early = START + 14 * DAY
    app.clock.now = early
    assert [one for one in await app.announce(early) if one.kind == "trouble"] == []

    [title] = await until(app, late + HOUR, late)
    assert title.endswith("sales: Trouble: no new leads")
    await app.put(lead("b" * 32, clock=STOPPED, due_after=20 * DAY))
    app.index.recent.add((app.clock.now, "b" * 32))
    over = await until(app, late + 4 * HOUR, late + HOUR)
    assert [title.split(": ", 1)[1] for title in over] == ["Over: no new leads"]


async def test_d3_a_push_of_a_known_customer_is_no_silence() -> None:
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


async def test_d3_silence_is_not_told_where_it_is_turned_off_or_nothing_ever_came() -> None:
    off = Mornings(rules=rules())
    await off.put(lead(clock=STOPPED))
    night = NIGHT + 100 * DAY
    assert await off.announce(night) == []
    assert await silent().announce(night) == []


async def test_d3_a_channel_is_well_once_no_notice_was_given_up_for_a_day() -> None:
    app = Mornings(rules=rules())
    await app.announcements.put_given_up(GivenUp(channel="people", reason="404", at=NIGHT))

    assert await until(app, 40 * HOUR) == [
        "0 h sales: Trouble: channel people",
        "24 h sales: Trouble: channel people",
        "25 h sales: Over: channel people",
    ]
    assert app.announcements.unsent == {}


async def test_d3_c8_a_wrong_deployed_file_is_told_with_its_faults() -> None:
    app = Mornings(rules=rules())
    faults = ("line 3: team.x: is not known", "2", "3", "4")
    app.rules_store.file = DeployedFile(content_id="c", seen_at=START, faults=faults)

    [one] = await app.announce(NIGHT)

    assert told(one.message).startswith("Trouble: routing.toml\n")
    assert "Faults: line 3: team.x: is not known; 2; 3 Since" in told(one.message)
    app.rules_store.file = replace(app.rules_store.file, faults=())
    assert await until(app, 2 * HOUR, 5 * MINUTE) == ["1 h sales: Over: routing.toml"]
