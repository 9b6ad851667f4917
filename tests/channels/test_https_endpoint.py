"""What is special to an endpoint of one's own: the JSON, the signature, and its settings."""

import base64
import json
from dataclasses import replace

import pytest

from local.fakes.channels.https_endpoint import HttpsEndpointChannelServer
from shared.channels import build_channel
from shared.channels.https_endpoint.adapter import rendered
from shared.domain.errors import ChannelRefusedError
from shared.domain.rules import ChannelKind, ChannelRef
from shared.ports.channels import Channel, Link
from tests.channels.examples import ANN, NEW_LEAD

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


def to(url: str, secret: str = SECRET) -> Channel:
    ref = ChannelRef(name="hook", kind=ChannelKind.HTTPS_ENDPOINT, setting="HOOK_URL")
    return build_channel(ref, {"HOOK_URL": url, "HOOK_SECRET": secret})


def test_the_json_says_who_is_told_what_and_which_words_are_the_customers() -> None:
    told = json.loads(rendered(NEW_LEAD, ANN))

    assert told["schemaVersion"] == 1
    assert (told["id"], told["kind"]) == ("notice-1", "new_lead")
    assert told["recipient"]["name"] == "Ann Lee"
    assert told["title"] == [
        {"text": "New lead: ", "customers": False},
        {"text": "Jane Doe", "customers": True},
        {"text": ", ", "customers": False},
        {"text": "Contoso", "customers": True},
    ]
    assert told["quote"] == "Please call me."


def test_what_is_no_address_to_click_is_no_link() -> None:
    odd = replace(
        NEW_LEAD,
        links=(Link("Run", "javascript:alert(1)"), Link("Open", "https://x.example/\ud800")),
    )
    assert json.loads(rendered(odd, ANN))["links"] == []


async def test_a_notice_that_comes_again_is_known_by_its_id() -> None:
    async with HttpsEndpointChannelServer().running() as server:
        given = server.settings()
        channel = to(given["NOTICE_CHANNEL_URL"], given["NOTICE_CHANNEL_SECRET"])
        await channel.send(NEW_LEAD, ANN)
        await channel.send(NEW_LEAD, ANN)
        await channel.close()

        assert server.seen == {"notice-1"}
        assert len(server.arrived) == 1


async def test_a_wrong_secret_is_refused() -> None:
    async with HttpsEndpointChannelServer().running() as server:
        channel = to(server.settings()["NOTICE_CHANNEL_URL"])
        with pytest.raises(ChannelRefusedError, match="401 Unauthorized"):
            await channel.send(NEW_LEAD, ANN)
        await channel.close()


@pytest.mark.parametrize(
    ("url", "secret", "faults"),
    [
        ("https://hooks.example/n", SECRET, []),
        ("https://hooks.example/n", "", []),
        ("https://hooks.example/n", "secret", ["HOOK_SECRET: number 1 is not whsec_"]),
        ("http://hooks.example/n", SECRET, ["HOOK_URL: is 'http://hooks.example', which is not"]),
        ("", "", ["HOOK_URL: is not set"]),
        (
            "@Microsoft.KeyVault(VaultName=v;SecretName=s)",
            SECRET,
            ["HOOK_URL: is a Key Vault reference"],
        ),
    ],
)
def test_each_fault_of_the_settings_is_named(url: str, secret: str, faults: list[str]) -> None:
    said = to(url, secret).lacks()

    assert len(said) == len(faults)
    assert all(one.startswith(fault) for one, fault in zip(said, faults, strict=True))
