"""The sweep tells which destination can't be asked until somebody mends it."""

from dataclasses import replace

import pytest

from shared.domain.errors import CrmCredentialsError
from shared.domain.plan import GRACE
from shared.domain.troubles import Cause
from shared.ports.index import Doing, Trouble
from tests.fakes import START, FakeCrm, open_gate
from tests.nurture_timer.world import DELIVERED, HOUR, WITHIN, Failing, World, lead

REFUSED = CrmCredentialsError("403: give it the scope contacts.read")


def trouble(doing: Doing, reason: str = str(REFUSED)) -> Trouble:
    return Trouble(destination="crm", doing=doing, reason=reason, at=START + WITHIN)


async def test_refused_credentials_are_told_and_keep_no_flag_away(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(crm=FakeCrm(gate=Failing("crm.follow_ups", error=REFUSED)))
    await world.put(lead(), DELIVERED)

    assert (await world.sweep(WITHIN + GRACE)).flagged == 1

    asked_at = START + WITHIN + GRACE
    assert await world.index.troubles() == [
        replace(trouble(Doing.ASK), at=asked_at, cause=Cause.CREDENTIALS)
    ]
    assert "crm refuses to be asked about follow-ups" in caplog.text
    assert "scope" not in caplog.text


async def test_wrong_settings_are_told() -> None:
    world = World()
    await world.put(lead(), replace(DELIVERED, destination="broken"))

    await world.sweep(WITHIN)

    [told] = await world.index.troubles()
    assert (told.destination, told.doing) == ("broken", Doing.ASK)
    assert "no such destination" in told.reason


async def test_the_next_answer_ends_it_and_leaves_what_deliveries_told() -> None:
    world = World(crm=FakeCrm(gate=Failing("crm.follow_ups", error=REFUSED)))
    await world.put(lead(), DELIVERED)
    await world.sweep(WITHIN)
    await world.index.put_trouble(trouble(Doing.DELIVER))
    assert len(await world.index.troubles()) == 2

    world.crm.gate = open_gate
    await world.sweep(WITHIN + 6 * HOUR)

    assert await world.index.troubles() == [trouble(Doing.DELIVER)]


@pytest.mark.parametrize(("hours", "left"), [(7, 1), (8, 0)])
async def test_what_nobody_has_met_for_seven_hours_is_over(hours: int, left: int) -> None:
    world = World()
    await world.index.put_trouble(trouble(Doing.DELIVER))

    await world.sweep(WITHIN + hours * HOUR)

    assert len(await world.index.troubles()) == left
