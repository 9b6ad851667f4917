"""A fault while troubles and digests are told costs nothing else its turn, and is told of."""

from dataclasses import replace

import pytest

from shared.domain.rules import Rules, rules_without_file
from shared.domain.troubles import Cause, TroubleKind
from tests.fakes import START
from tests.nurture_timer.mornings import Mornings, told
from tests.nurture_timer.nights import NIGHT, met, parked, until
from tests.nurture_timer.test_digests import MONDAY, SOUTH, named
from tests.nurture_timer.test_faults import FAULT, SECRET, OddAt
from tests.nurture_timer.world import DELIVERED, HOUR, MINUTE, Failing, lead
from tests.telling import rules


@pytest.mark.parametrize(
    ("request_", "kind"),
    [("index.parked_rows", TroubleKind.PARKED), ("lists.newest_at", TroubleKind.SILENCE)],
)
async def test_d3_what_can_not_be_looked_for_hides_no_trouble_and_ends_none(
    request_: str, kind: TroubleKind, caplog: pytest.LogCaptureFixture
) -> None:
    app = Mornings(rules=rules(), silence_after=HOUR)
    await app.put(lead(), DELIVERED)
    await parked(app)
    first = await app.announce(NIGHT)
    assert len(first) == 2
    await app.index.put_trouble(met(Cause.CREDENTIALS))
    app.index.gate = app.lists.gate = Failing(request_, error=FAULT)

    assert await until(app, 5 * HOUR, 5 * MINUTE) == ["0.0833333 h sales: Trouble: crm"]
    assert f"nobody is told of troubles of these kinds: {kind}, by a fault" in caplog.text
    assert SECRET not in caplog.text


def with_a_lost_team(good: Rules) -> Rules:
    """Return rules with a team whose digest can't be made."""
    lost = replace(SOUTH, id="lost", zone="Nowhere/Land", calendar=None)
    return replace(good, teams={"lost": lost, **good.teams})


async def test_d1_a_team_whose_digest_can_not_be_made_keeps_no_other_from_theirs() -> None:
    app = Mornings(rules=with_a_lost_team(rules()))
    await app.put(named(1, created_at=MONDAY - HOUR))

    assert [one.channel for one in await app.announce(MONDAY)] == ["sales"]


async def test_d1_troubles_that_can_not_be_told_keep_no_digest_waiting() -> None:
    app = Mornings(rules=rules())
    await app.put(named(1, created_at=MONDAY - HOUR))
    app.announcements.gate = OddAt("announcements.troubles")

    assert [one.kind for one in await app.announce(MONDAY)] == ["digest"]
    assert app.index.announcing_faults == 1


async def test_d3_a_digest_that_always_fails_is_a_trouble_until_it_does_not() -> None:
    """Each sweep writes a heartbeat of its own before it announces."""
    app = Mornings(rules=with_a_lost_team(rules()))
    assert (await app.sweep(NIGHT - START)).faults == 0
    assert await app.announce(NIGHT) == []
    assert (await app.sweep(NIGHT - START + 5 * MINUTE)).faults == 0
    [one] = await app.announce(NIGHT + 5 * MINUTE)
    assert told(one.message).startswith("Trouble: the sweep\n")

    app.rules = rules()
    assert await until(app, 26 * HOUR, 2 * HOUR) == ["3 h sales: Over: the sweep"]


async def test_d3_where_nobody_can_be_told_any_more_no_fault_of_telling_is_left() -> None:
    app = Mornings(rules=with_a_lost_team(rules()))
    await app.announce(NIGHT)
    assert app.index.announcing_faults == 1

    app.rules = rules_without_file()
    await app.announce(NIGHT)
    assert app.index.announcing_faults == 0
