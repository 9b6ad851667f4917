"""What only a person can mend is told at once, and no longer once it is mended."""

import logging

import pytest

from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from shared.ports.index import Doing, Trouble
from tests.fakes import FakeCrm
from tests.route_lead.relay import Relay, push


async def test_refused_credentials_are_told_with_the_first_lead(
    caplog: pytest.LogCaptureFixture,
) -> None:
    relay = Relay()
    relay.crm.fails = [CrmCredentialsError("401: zoe is nobody here")]
    await relay.take(push(1))

    assert await relay.index.troubles() == [
        Trouble(
            destination="crm",
            doing=Doing.DELIVER,
            reason="401: zoe is nobody here",
            at=relay.clock(),
        )
    ]
    [logged] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert logged.message.endswith("waits for crm: it refuses our credentials")


async def test_wrong_settings_are_told_with_the_first_lead(
    caplog: pytest.LogCaptureFixture,
) -> None:
    relay = Relay(crms={"crm": None})
    await relay.take(push(1))

    [trouble] = await relay.index.troubles()
    assert trouble.reason == "wrong settings:\n- CRM=crm: no such destination"
    assert "no such destination" in caplog.text


async def test_the_first_lead_that_is_delivered_again_ends_it() -> None:
    relay = Relay()
    relay.crm.fails = [CrmCredentialsError("401")] * 2
    await relay.take(push(1))
    first_met = relay.clock()
    await relay.drain()

    assert await relay.index.troubles() == []
    assert relay.clock() > first_met
    relay.assert_delivered("s1")


@pytest.mark.parametrize(
    "error",
    [CrmUnavailableError("503"), CrmOutcomeUnknownError("cut"), CrmRejectedError("no region")],
)
async def test_what_needs_nobody_or_is_about_one_lead_is_no_trouble(error: Exception) -> None:
    relay = Relay(crms={"crm": FakeCrm(fails=[error])})
    await relay.take(push(1))

    assert await relay.index.troubles() == []
