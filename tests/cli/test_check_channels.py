"""``leads check`` says what a notice channel lacks, and sends a test message on request."""

import asyncio
import os
import uuid

import pytest

from local.fakes.channels import CHANNELS, fake_channel
from local.fakes.channels.email import EmailServer
from local.fakes.channels.slack import SlackServer
from local.fakes.faults import Fault
from shared.ports.rules import StoredRules
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.rules import TableRulesStore
from tests.leads_process import run_leads
from tests.notices.examples import AT


async def check(azurite: str, settings: dict[str, str], *options: str) -> tuple[int | None, str]:
    env = {**os.environ, "LeadStorage": azurite, "CRM": "azure_table", **settings}
    done = await asyncio.to_thread(run_leads, ["check", *options], env)
    told = [line for line in done.out.splitlines(keepends=True) if "table" not in line]
    return done.code, "".join(told)


@pytest.mark.parametrize("name", CHANNELS)
async def test_a_test_message_is_sent_on_request_only(azurite: str, name: str) -> None:
    async with fake_channel(name).running() as server:
        looked = await check(azurite, server.settings())
        before = list(server.arrived)
        sent = await check(azurite, server.settings(), "--send-notice")

    assert looked == (0, f"ok      default: channel by {name}\n")
    assert before == []
    told = f"test message to default, by {name}: accepted, look whether it is there"
    assert sent == (0, f"ok      default: {told}\n")
    assert "Test message to default" in server.arrived[0].text


async def test_the_channels_of_the_rules_in_force_are_looked_at(azurite: str) -> None:
    prefix = f"t{uuid.uuid4().hex[:12]}"
    storage = Storage(StorageSettings.model_validate({"LeadStorage": azurite}))
    text = '[channels.room]\nkind = "slack"\nsetting = "ROOM_URL"\n'
    rules = StoredRules(text=text, applied_at=AT, applied_by="ann")
    await TableRulesStore(storage.table(f"{prefix}Teams")).put_in_force(rules, before=None)
    await storage.close()
    code, told = await check(azurite, {"TABLE_PREFIX": prefix})

    fault = "ROOM_URL: is not set; should be the address that messages are posted to"
    assert (code, told) == (1, f"NOT OK  room: channel by slack\n        {fault}\n")


async def test_an_e_mail_channel_without_a_mailbox_is_named(azurite: str) -> None:
    async with EmailServer().running() as server:
        code, told = await check(azurite, {**server.settings(), "NOTICE_TO": ""})

    assert code == 1
    assert "no mailbox for what a team is told: set NOTICE_TO" in told


async def test_what_a_channel_lacks_is_told_without_its_address(azurite: str) -> None:
    settings = {"NOTICE_CHANNEL": "teams", "NOTICE_CHANNEL_URL": "http://x.example/?sig=secret"}
    code, told = await check(azurite, settings, "--send-notice")

    assert code == 1
    assert "NOT OK  default: channel by teams\n        NOTICE_CHANNEL_URL: is " in told
    assert "secret" not in told


async def test_a_channel_that_refuses_says_why(azurite: str) -> None:
    async with SlackServer().running() as server:
        server.word = "channel_is_archived"
        server.faults.append(Fault.REJECTED)
        code, told = await check(azurite, server.settings(), "--send-notice")

    assert code == 1
    assert "410 Gone: channel_is_archived (the channel is archived)" in told


async def test_a_wrong_setting_is_named_and_nothing_else_is_said(azurite: str) -> None:
    code, told = await check(azurite, {"NOTICE_CHANNEL": "pigeon"})

    assert code == 1
    assert told.startswith("NOT OK  notices: settings\n        NOTICE_CHANNEL: is 'pigeon'")


@pytest.mark.parametrize("name", ["SILENCE_AFTER", "FOLLOW_UP_GRACE"])
async def test_a_time_that_the_timer_would_not_take_is_named(azurite: str, name: str) -> None:
    code, told = await check(azurite, {name: "an hour"})

    assert code == 1
    assert name in told
