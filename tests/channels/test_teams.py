"""What is special to Teams: the address as it is pasted, the card, and what a flow answers."""

import json
from typing import Any

import pytest

from local.fakes.channels.teams import TeamsServer
from local.fakes.faults import Fault
from shared.channels import build_channel
from shared.channels.teams.adapter import rendered
from shared.channels.teams.card import card
from shared.domain.errors import ChannelRefusedError, ChannelSettingsError
from shared.domain.rules import ChannelKind, ChannelRef
from shared.ports.channels import Channel, Recipient
from tests.channels.examples import ANN, NEW_LEAD, OVERDUE, TEAM
from tests.channels.subjects import channel_to

NOW = (
    "https://default0123.4f.environment.api.powerplatform.com:443/powerautomate/automations/direct"
    "/workflows/5e1f/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers&sv=1.0&sig=abc"
)


def to(url: str) -> Channel:
    ref = ChannelRef(name="sales", kind=ChannelKind.TEAMS, setting="SALES_TEAMS_URL")
    return build_channel(ref, {"SALES_TEAMS_URL": url})


@pytest.mark.parametrize(
    "url",
    [
        NOW,
        NOW.replace("/direct/", "/direct/cu/3/").replace(":443", ""),
        NOW.replace("paths/invoke?", "paths/invoke/?"),
        "https://prod-12.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=x",
        "https://x.environment.api.gov.powerplatform.microsoft.us/anything/at/all?sig=x",
        NOW.replace("&", "&amp;"),
        f"  {NOW}\n",
    ],
)
def test_an_address_is_judged_by_its_host_and_never_by_its_path(url: str) -> None:
    assert to(url).lacks() == []


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "is not set"),
        ("teams", "not https"),
        (NOW.replace("https:", "http:"), "not https"),
        ("https://contoso.webhook.office.com/webhookb2/1", "Office 365 connector"),
        ("https://evil.example/?sig=x", "'evil.example', which is not a server of Power Automate"),
        ("https://eviltlogic.azure.com.evil.example/?sig=x", "not a server of Power Automate"),
        ("@Microsoft.KeyVault(VaultName=v;SecretName=s)", "could not resolve"),
        ("https://user:word@x.logic.azure.com/?sig=x", "user or password"),
    ],
)
async def test_a_wrong_address_is_named_by_its_setting(url: str, fault: str) -> None:
    channel = to(url)
    [said] = channel.lacks()

    assert said.startswith("SALES_TEAMS_URL: ")
    assert fault in said
    with pytest.raises(ChannelSettingsError, match="SALES_TEAMS_URL"):
        await channel.send(NEW_LEAD, ANN)


def test_an_address_without_its_signature_is_doubtful() -> None:
    assert to(NOW.replace("&sig=abc", "")).lacks() == [
        "SALES_TEAMS_URL: has no sig=… in it: copy the whole address from the flow's trigger"
    ]


async def test_an_ampersand_from_a_web_page_is_mended() -> None:
    async with TeamsServer().running() as server:
        url = server.settings()["NOTICE_CHANNEL_URL"].replace("&", "&amp;")
        channel = channel_to(server, NOTICE_CHANNEL_URL=url)
        await channel.send(NEW_LEAD, ANN)
        await channel.close()

        assert len(server.arrived) == 1


async def test_a_flow_says_why_it_takes_nothing() -> None:
    async with TeamsServer().running() as server:
        channel = channel_to(server)
        server.switched_off = True
        with pytest.raises(
            ChannelRefusedError, match=r"WorkflowTriggerIsNotEnabled .*switched off"
        ):
            await channel.send(NEW_LEAD, ANN)
        server.faults.append(Fault.UNAUTHORIZED)
        with pytest.raises(ChannelRefusedError, match=r"401 Unauthorized: DirectApi.*not whole"):
            await channel.send(NEW_LEAD, ANN)
        await channel.close()


async def test_no_authorization_is_sent_to_a_flow_for_anyone() -> None:
    async with TeamsServer().running() as server:
        channel = channel_to(server)
        await channel.send(NEW_LEAD, ANN)
        await channel.close()

        assert server.arrived[0].mentions == ("ann@fabrikam.example",)


def test_a_member_is_mentioned_and_a_channel_is_not() -> None:
    assert card(NEW_LEAD, TEAM)["msteams"]["entities"] == []
    [entity] = card(NEW_LEAD, ANN)["msteams"]["entities"]
    assert entity == {
        "type": "mention",
        "text": "<at>Ann Lee</at>",
        "mentioned": {"id": "ann@fabrikam.example", "name": "Ann Lee"},
    }


def test_a_name_that_would_be_markup_is_mentioned_without_it() -> None:
    [entity] = card(NEW_LEAD, Recipient(name="*Ann* _ </at>[O'Neil]", teams="a"))["msteams"][
        "entities"
    ]
    assert entity["text"] == "<at>Ann atO'Neil</at>"


def kinds(value: Any) -> set[str]:  # noqa: ANN401 - as JSON is
    if isinstance(value, dict):
        own = {value["type"]} if isinstance(value.get("type"), str) else set()
        return own.union(*(kinds(part) for part in value.values()))
    return set().union(*map(kinds, value)) if isinstance(value, list) else set()


def test_a_card_is_of_version_1_4_and_opens_addresses_only() -> None:
    told = json.loads(rendered(OVERDUE, ANN))

    assert told["attachments"][0]["content"]["version"] == "1.4"
    assert {kind for kind in kinds(told) if kind.startswith("Action")} == {"Action.OpenUrl"}
