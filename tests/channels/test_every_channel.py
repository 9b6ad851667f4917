"""What holds for every channel: what arrives, what errors mean, and that no secret is told."""

import json
import logging
from datetime import timedelta

import pytest

from local.fakes.channels.teams import TeamsServer
from local.fakes.faults import Fault, asking_to_wait, page
from shared.channels.webhook import Webhook
from shared.domain.errors import ChannelError, ChannelRefusedError, ChannelUnavailableError
from tests.channels.examples import ANN, HUGE, NEW_LEAD, OVERDUE, TEAM
from tests.channels.subjects import Subject


async def error_of(subject: Subject) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        await subject.channel.send(NEW_LEAD, ANN)
    return raised.value


async def test_a_new_lead_arrives_with_all_that_it_says(subject: Subject) -> None:
    await subject.channel.send(NEW_LEAD, ANN)

    [arrived] = subject.server.arrived
    for told in ("Jane Doe", "Contact me", "Weaver Pro", "Ann Lee", "Mon 30 Nov 2026, 17:00 CET"):
        assert told in arrived.text
    assert "https://relay.example/api/act?t=abc" in " ".join(arrived.links)
    assert "https://fabrikam.example/leads/1" in " ".join(arrived.links)
    assert "mailto:jane.doe@contoso.com" in " ".join(arrived.links)
    assert "tel:+16175550123" in arrived.links


async def test_a_list_arrives_with_ten_names_and_the_number_of_the_others(
    subject: Subject,
) -> None:
    await subject.channel.send(OVERDUE, TEAM)

    [arrived] = subject.server.arrived
    assert "14 leads are overdue" in arrived.text
    assert all(f"Jane Doe {number}," in arrived.text for number in range(10))
    more = arrived.body["lists"][0]["more"] if "lists" in arrived.body else "and 4 more"
    assert more == 4 or more in arrived.text


async def test_a_message_that_is_too_long_is_cut_and_arrives(subject: Subject) -> None:
    await subject.channel.send(HUGE, ANN)

    [arrived] = subject.server.arrived
    assert "Jane Doe" in arrived.text
    assert subject.server.failed_runs == []


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.REJECTED])
async def test_a_refusal_is_one(subject: Subject, fault: Fault) -> None:
    subject.server.faults.extend([fault, fault])
    assert isinstance(await error_of(subject), ChannelRefusedError)


@pytest.mark.parametrize(
    "fault",
    [
        Fault.UNAVAILABLE,
        Fault.CUT_BEFORE,
        Fault.CUT_AFTER,
        Fault.HALF_A_BODY,
        Fault.HTML,
        Fault.REDIRECT,
        page(200),
        page(502),
        asking_to_wait("7", status=503),
        asking_to_wait("7", status=408),
    ],
)
async def test_what_is_neither_taken_nor_refused_may_be_taken_later(
    subject: Subject, fault: Fault
) -> None:
    subject.server.faults.append(fault)
    assert isinstance(await error_of(subject), ChannelUnavailableError)


async def test_a_channel_says_how_long_to_wait(subject: Subject) -> None:
    subject.server.faults.append(Fault.THROTTLED)
    error = await error_of(subject)

    assert isinstance(error, ChannelUnavailableError)
    assert error.retry_after == timedelta(seconds=42)


async def test_a_channel_that_asked_to_wait_is_not_called_before(subject: Subject) -> None:
    subject.server.faults.append(Fault.THROTTLED)
    await error_of(subject)
    before = len(subject.server.calls)
    if subject.channel.kind == "https_endpoint":  # it has no pace that anybody documents
        return
    assert isinstance(await error_of(subject), ChannelUnavailableError)
    assert len(subject.server.calls) == before


async def test_a_server_that_does_not_answer_costs_no_more_than_the_deadline() -> None:
    async with TeamsServer().running() as server:
        server.faults.append(Fault.SLOW)
        webhook = Webhook(server.settings()["NOTICE_CHANNEL_URL"], deadline_seconds=0.05)
        with pytest.raises(ChannelUnavailableError, match=r"127\.0\.0\.1:\d+ gave no answer"):
            await webhook.post(b"{}")
        await webhook.close()


async def test_a_server_that_cannot_be_reached_may_be_reached_later() -> None:
    async with TeamsServer().running() as gone:
        url = gone.settings()["NOTICE_CHANNEL_URL"]
    webhook = Webhook(url)
    with pytest.raises(ChannelUnavailableError, match="can't be reached"):
        await webhook.post(b"{}")
    await webhook.close()


@pytest.mark.parametrize(
    "fault", [Fault.UNAUTHORIZED, Fault.REJECTED, Fault.UNAVAILABLE, Fault.CUT_AFTER, Fault.HTML]
)
async def test_neither_errors_nor_logs_nor_repr_tell_a_secret_or_the_customer(
    subject: Subject, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    subject.server.faults.extend([fault, fault])
    error = await error_of(subject)
    logged = [
        r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")
    ]  # the fake
    told = [str(error), repr(error), repr(subject.channel), str(vars(error)), *logged]
    url = subject.server.settings().get("NOTICE_CHANNEL_URL", "")
    secrets = [url.partition("sig=")[2], url.partition("key=")[2], url.partition("/services")[2]]
    hidden = [*filter(None, secrets), "Jane", "contoso", "Please call me"]

    assert not [secret for secret in hidden if secret in json.dumps(told)]


async def test_a_channel_that_failed_takes_the_next_message(subject: Subject) -> None:
    subject.server.faults.append(Fault.UNAVAILABLE)
    await error_of(subject)
    await subject.channel.send(NEW_LEAD, ANN)

    assert len(subject.server.arrived) == 1
