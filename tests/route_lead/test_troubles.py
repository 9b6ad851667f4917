"""What only a person can mend is told at once, and no longer once it is mended."""

import logging
from datetime import timedelta

import pytest

from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from shared.domain.troubles import Cause
from shared.ports.index import Doing, Trouble
from tests.fakes import START, FakeCrm
from tests.route_lead.relay import SECOND, Relay, push
from tests.unbuildable import unbuildable


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
            cause=Cause.CREDENTIALS,
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


async def test_settings_that_the_crm_says_are_wrong_are_told_as_such(
    caplog: pytest.LogCaptureFixture,
) -> None:
    relay = Relay()
    relay.crm.fails = [CrmSettingsError("there is no property shoe_size")]
    await relay.take(push(1))

    [trouble] = await relay.index.troubles()
    assert trouble.reason == "there is no property shoe_size"
    assert "waits for crm: our settings do not fit it" in caplog.text
    assert relay.delivery().claim_id == ""
    await relay.drain()
    relay.assert_delivered("s1")


async def test_credentials_that_are_refused_on_the_way_are_told_though_nobody_knows_the_outcome(
    caplog: pytest.LogCaptureFixture,
) -> None:
    relay = Relay()
    relay.crm.fails = [CrmOutcomeUnknownError("403: a page", trouble=True)]
    await relay.take(push(1))

    [trouble] = await relay.index.troubles()
    assert trouble.reason == "403: a page"
    assert "waits for crm: our credentials or settings do not fit it, or those of" in caplog.text
    assert relay.delivery().claim_id
    await relay.drain()
    relay.assert_delivered("s1")
    assert await relay.index.troubles() == []


@pytest.mark.parametrize("error", [UnicodeError("label too long"), ValueError(), KeyError("sig=x")])
async def test_an_adapter_that_fails_while_it_is_built_waits_as_for_wrong_settings(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """A host name that IDNA refuses, say. The message did nothing wrong, so it is no poison."""
    relay = Relay(unbuildable=unbuildable(error))
    await relay.take(push(1))

    assert relay.waits() == [30 * SECOND]
    assert (relay.delivery().claim_id, relay.delivery().uncertain) == ("", False)
    [trouble] = await relay.index.troubles()
    assert f"crm: its adapter can't be built, by {type(error).__name__}" in trouble.reason
    assert not relay.quarantine.entries
    assert str(error) not in caplog.text or not str(error)
    relay.unbuildable = None
    await relay.drain()
    relay.assert_delivered("s1")


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


@pytest.mark.parametrize("error", [CrmUnavailableError("503"), CrmOutcomeUnknownError("502")])
async def test_d3_a_destination_that_takes_nothing_for_an_hour_is_told(error: Exception) -> None:
    relay = Relay()
    relay.crm.fails = [error] * 200
    await relay.take(push(1))
    told_after = []
    for _ in range(70):
        relay.clock.advance(60 * SECOND)
        await relay.take(relay.deliver())
        told_after += [one.at - START for one in await relay.index.troubles()]

    assert min(told_after) >= timedelta(hours=1)
    [told] = await relay.index.troubles()
    assert (told.destination, told.cause) == ("crm", Cause.UNREACHABLE)

    relay.crm.fails = []
    await relay.drain()
    assert await relay.index.troubles() == []
