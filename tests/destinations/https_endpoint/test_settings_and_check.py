"""What is wrong with the settings or the address is told, and nothing is posted to find out."""

import re
import socket

import pytest

from local.fakes.https_endpoint import HttpsEndpointServer
from shared.destinations.https_endpoint.adapter import HttpsEndpointCrm, create
from shared.destinations.https_endpoint.settings import HttpsEndpointSettings
from shared.domain.errors import (
    CrmUnavailableError,
    SettingsError,
)
from shared.ports.crm import FollowUpQuestion, Reminder
from tests.destinations.https_endpoint.world import (
    LONG_ADDRESS,
    OTHER_SECRET,
    RECORD,
    SECRET,
    CrmFor,
    upsert,
)
from tests.examples import LEAD_ID, lead
from tests.fakes import START


async def test_nobody_can_be_asked_or_reminded(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    crm = crm_for(server)
    question = FollowUpQuestion(lead_id=LEAD_ID, record=RECORD, since=START)
    reminder = Reminder(reminder_id="r1", subject="s", text="t", due_at=START)

    assert crm.tells_follow_up is False
    assert await crm.follow_ups([question]) == {}
    assert await crm.remind(lead(), RECORD, reminder) == ""
    assert server.calls == []


async def test_a_check_connects_and_posts_nothing(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    [check] = await crm_for(server).check()

    assert (check.ok, check.mend) == (True, "")
    assert check.what == f"127.0.0.1 answers on port {server.url.rpartition(':')[2]}"
    assert server.calls == []


async def test_a_check_says_what_is_wrong_with_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    urls = {
        f"http://127.0.0.1:{port}/?sig=a": "refused|Connect call failed",
        "https://nowhere.invalid/?sig=a": "not known|resolution|No address|getaddrinfo",
    }
    for url, said in urls.items():
        crm = HttpsEndpointCrm(HttpsEndpointSettings(HTTPS_ENDPOINT_URL=url))
        [check] = await crm.check()
        assert not check.ok
        assert re.search(f"({said}).*check HTTPS_ENDPOINT_URL", check.mend)
        assert "sig" not in check.what + check.mend


async def test_a_check_and_a_post_refuse_a_server_that_can_not_show_who_it_is(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    url = server.settings()["HTTPS_ENDPOINT_URL"].replace("http:", "https:")
    crm = crm_for(server, HTTPS_ENDPOINT_URL=url)

    [check] = await crm.check()
    with pytest.raises(CrmUnavailableError, match=r"can't be reached: .*SSL"):
        await upsert(crm)

    assert not check.ok
    assert check.what.endswith(" with a valid certificate")
    assert server.records() == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("URL", "", "HTTPS_ENDPOINT_URL: is not set"),
        ("URL", "http://crm.example/?sig=s3cret", "is 'http://crm.example'"),
        ("URL", "https://me:s3cret@crm.example", "has a user or password in it"),
        ("SECRET", "s3cret", "HTTPS_ENDPOINT_SECRET: number 1 is not whsec_"),
        ("SECRET", f"{SECRET} whsec_s3cret", "HTTPS_ENDPOINT_SECRET: number 2 is not whsec_"),
        ("SECRET", f"{SECRET} {SECRET[6:]}", "HTTPS_ENDPOINT_SECRET: number 2 is not whsec_"),
        ("SECRET", "@Microsoft.KeyVault(s3cret)", "HTTPS_ENDPOINT_SECRET: "),
        ("BODY", "xml", "HTTPS_ENDPOINT_BODY: is 'xml'"),
        ("BEARER", "s3cret s3cret", "HTTPS_ENDPOINT_BEARER: "),
        ("BEARER", "@Microsoft.KeyVault(s3cret)", "HTTPS_ENDPOINT_BEARER: should be a value, but"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv("HTTPS_ENDPOINT_URL", LONG_ADDRESS)
    monkeypatch.setenv(f"HTTPS_ENDPOINT_{name}", value)

    with pytest.raises(SettingsError) as caught:
        create()

    assert told in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "sig=" not in str(caught.value)


def test_the_adapter_is_built_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_ENDPOINT_URL", LONG_ADDRESS)
    monkeypatch.setenv("HTTPS_ENDPOINT_SECRET", f"{SECRET} {OTHER_SECRET}")

    assert create().tells_follow_up is False
