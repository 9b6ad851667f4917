"""What is special to Slack: the webhook's address, its answers, blocks and the pace."""

import asyncio
import json
from dataclasses import replace

import pytest

from local.fakes.channels.slack import STATUS, SlackServer
from local.fakes.faults import Fault
from shared.channels import build_channel
from shared.channels.pace import Pace
from shared.channels.slack.adapter import rendered
from shared.domain.errors import ChannelRefusedError, ChannelUnavailableError
from shared.domain.rules import ChannelKind, ChannelRef
from shared.ports.channels import Channel, Link, Recipient
from tests.channels.examples import ANN, NEW_LEAD, OVERDUE, TEAM, about
from tests.channels.subjects import channel_to


def to(url: str) -> Channel:
    ref = ChannelRef(name="sales", kind=ChannelKind.SLACK, setting="SALES_SLACK_URL")
    return build_channel(ref, {"SALES_SLACK_URL": url})


def test_the_address_of_a_webhook_lacks_nothing() -> None:
    assert to("https://hooks.slack.com/services/T1/B1/abc").lacks() == []


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "is not set"),
        ("http://hooks.slack.com/services/T1/B1/abc", "not https"),
        ("https://contoso.slack.com/services/T1", "not Slack's server for webhooks"),
        ("https://hooks.slack.com/triggers/T1/2/3", "not that of an incoming webhook"),
        ("@Microsoft.KeyVault(VaultName=v;SecretName=s)", "could not resolve"),
    ],
)
def test_a_wrong_address_is_named_by_its_setting(url: str, fault: str) -> None:
    [said] = to(url).lacks()

    assert said.startswith("SALES_SLACK_URL: ")
    assert fault in said


@pytest.mark.parametrize("word", STATUS)
async def test_a_refusal_tells_slacks_word(word: str) -> None:
    async with SlackServer().running() as server:
        server.word = word
        server.faults.append(Fault.REJECTED)
        channel = channel_to(server)
        with pytest.raises(ChannelRefusedError, match=f"{STATUS[word]} [A-Za-z ]+: {word} "):
            await channel.send(NEW_LEAD, ANN)
        await channel.close()


async def test_a_webhook_that_was_removed_says_so() -> None:
    async with SlackServer().running() as server:
        channel = channel_to(server, NOTICE_CHANNEL_URL=f"{server.url}/services/other")
        with pytest.raises(ChannelRefusedError, match=r"no_service \(the webhook was removed"):
            await channel.send(NEW_LEAD, ANN)
        await channel.close()


async def test_nothing_but_ok_is_a_success() -> None:
    async with SlackServer().running() as server:
        server.faults.append(Fault.NO_ID)
        channel = channel_to(server)
        with pytest.raises(ChannelUnavailableError, match="200, but not with Slack's “ok”"):
            await channel.send(NEW_LEAD, ANN)
        await channel.close()


async def test_one_message_a_second_is_within_slacks_limit_and_more_are_not() -> None:
    seconds = 0.0

    async def sleep(wait: float) -> None:
        nonlocal seconds
        seconds += wait

    async with SlackServer(lambda: seconds).running() as server:
        paced = channel_to(server, Pace(1, lambda: seconds, sleep))
        for _ in range(20):
            await paced.send(OVERDUE, TEAM)
        await paced.close()
        hasty = channel_to(server, Pace(0, lambda: seconds))
        found = await asyncio.gather(
            *(hasty.send(OVERDUE, TEAM) for _ in range(5)), return_exceptions=True
        )
        await hasty.close()

        refused = [str(error) for error in found if error]
        assert set(refused) == {"429 Too Many Requests: rate_limited"}
        assert len(server.arrived) == 20 + 5 - len(refused)
        assert seconds == 19


def test_a_member_is_mentioned_by_id_only() -> None:
    def mentioned(slack: str) -> bool:
        return "<@" in rendered(NEW_LEAD, Recipient(name="Ann", slack=slack)).decode()

    assert mentioned("U012AB3CD")
    assert not mentioned("")
    assert not mentioned("!channel")
    assert not mentioned("@ann")


def test_links_are_not_unfolded_and_notifications_have_no_markup() -> None:
    told = json.loads(rendered(NEW_LEAD, ANN))

    assert told["unfurl_links"] is told["unfurl_media"] is told["mrkdwn"] is False
    assert told["text"] == "New lead: Jane Doe, Contoso"


def test_a_link_that_is_too_long_goes_and_the_other_stays() -> None:
    long = replace(NEW_LEAD, links=(Link("Write", f"mailto:{'x' * 3_000}"), Link("Call", "tel:+1")))
    told = json.loads(rendered(long, ANN))

    assert told["blocks"][-1]["text"]["text"] == "<tel:+1|Call>"


def test_a_text_is_cut_before_it_is_escaped() -> None:
    told = json.loads(rendered(about("<" * 40_000), ANN))
    header = told["blocks"][0]["text"]["text"]

    assert len(header) <= 150
    assert header.endswith(";…")
