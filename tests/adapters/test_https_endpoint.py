"""The destination "any HTTPS endpoint" against a fake one on a socket."""

import base64
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol, override

import pytest
from standardwebhooks import Webhook
from starlette.responses import PlainTextResponse

from shared.adapters.https_endpoint import HttpsEndpointCrm, HttpsEndpointSettings, create
from shared.delivery import CrmRecord
from shared.errors import (
    CrmCredentialsError,
    CrmRejectedError,
    CrmUnavailableError,
    SettingsError,
)
from shared.lead import CONTACT_FIELDS, Interest
from shared.ports import Changed, FollowUpQuestion, Reminder
from tests.crm_servers.https_endpoint import HttpsEndpointServer
from tests.crm_servers.server import Fault
from tests.examples import CONTACT, LEAD_ID, interest, lead
from tests.fakes import START

RECORD = CrmRecord(id="R-1")
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret, as long as the other").decode()
LONG_ADDRESS = (
    "https://prod-1.westus.logic.azure.com:443/workflows/5e1f/triggers/manual/paths/invoke"
    "?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=a%2Bb%2F-_c/"
)


@pytest.fixture
async def server() -> AsyncIterator[HttpsEndpointServer]:
    async with HttpsEndpointServer().running() as running:
        yield running


class CrmFor(Protocol):
    """Builds adapters, some with settings other than those that fit."""

    def __call__(self, server: HttpsEndpointServer, **given: str) -> HttpsEndpointCrm: ...


@pytest.fixture
async def crm_for() -> AsyncIterator[CrmFor]:
    async with AsyncExitStack() as stack:

        def build(server: HttpsEndpointServer, **given: str) -> HttpsEndpointCrm:
            settings = HttpsEndpointSettings.model_validate({**server.settings(), **given})
            crm = HttpsEndpointCrm(settings)
            stack.push_async_callback(crm.close)
            return crm

        yield build


@pytest.fixture
def crm(crm_for: CrmFor, server: HttpsEndpointServer) -> HttpsEndpointCrm:
    return crm_for(server)


def changed(*interests: Interest, record: CrmRecord | None = None) -> Changed:
    return Changed(record=record, fields=frozenset(CONTACT_FIELDS), interests=interests)


NEW = changed(interest(1, description="“Hello”\n\ttwo lines 🙂"))


async def upsert(crm: HttpsEndpointCrm, new: Changed = NEW, *, version: int = 1) -> CrmRecord:
    return await crm.upsert(lead(version=version), new, uncertain=False)


async def test_a_lead_arrives_as_our_json_signed_and_with_an_id_of_its_own(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    record = await upsert(crm)

    [(webhook_id, body)] = server.posts.items()
    [headers] = server.headers
    assert record == RECORD
    assert webhook_id == f"{LEAD_ID}-1"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-signature"].startswith("v1,")
    assert (body["schemaVersion"], body["leadId"], body["version"]) == (1, LEAD_ID, 1)
    assert body["contact"] == {
        "firstName": CONTACT.first_name,
        "lastName": CONTACT.last_name,
        "email": CONTACT.email,
        "phone": CONTACT.phone,
        "country": CONTACT.country,
        "company": CONTACT.company,
        "title": CONTACT.title,
    }
    assert body["changedFields"] == list(body["contact"])
    assert body["doNotContact"] is body["test"] is True
    assert (body["recognisedBy"], body["nameConflicts"]) == ("email", ["Z O"])
    assert (body["owner"], body["team"]) == ("anna", "north")
    [new] = body["newInterests"]
    assert (new["submissionId"], new["receivedAt"]) == ("submission-1", "2026-11-02T09:01:00Z")
    assert (new["publisher"], new["offer"], new["offerTitle"]) == ("fabrikam", "things", "Things")
    assert new["description"] == "“Hello”\n\ttwo lines 🙂"
    assert new["contact"] == body["contact"]


async def test_the_body_is_as_the_published_schema_says(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    await upsert(crm)

    [body] = server.posts.values()
    root = Path(__file__).parent.parent.parent
    schema = json.loads((root / "docs" / "lead.schema.json").read_text("utf-8"))
    interests = schema["$defs"]["InterestJson"]
    assert schema["properties"].keys() == set(schema["required"]) == body.keys()
    assert interests["properties"].keys() == set(interests["required"])
    assert interests["properties"].keys() == body["newInterests"][0].keys()
    assert schema["$defs"]["ContactJson"]["properties"].keys() == body["contact"].keys()


async def test_an_update_names_the_fields_that_changed_and_the_new_interests(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    await upsert(crm)

    update = Changed(record=RECORD, fields=frozenset({"phone", "first_name"}), interests=[])
    record = await upsert(crm, update, version=2)

    body = server.posts[f"{LEAD_ID}-2"]
    assert record == RECORD
    assert (body["changedFields"], body["newInterests"]) == (["firstName", "phone"], [])


async def test_a_post_again_has_the_same_id_and_is_one_lead_at_the_receiver(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmUnavailableError, match="gave no whole answer"):
        await upsert(crm)

    record = await crm.upsert(lead(), NEW, uncertain=True)

    assert [h["webhook-id"] for h in server.headers] == [f"{LEAD_ID}-1"] * 2
    assert len(server.records()) == 1
    assert record == CrmRecord(id=LEAD_ID)  # the second answer had no id in it


async def test_each_secret_signs_while_one_replaces_another(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    crm = crm_for(server, HTTPS_ENDPOINT_SECRET=f"{SECRET} {server.secret} {OTHER_SECRET}")

    await upsert(crm)

    signature = server.headers[0]["webhook-signature"].split(" ")
    assert len(set(signature)) == 3


async def test_a_signature_is_that_of_the_standard(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    server.body = "marketplace"
    server.secret = SECRET
    await crm_for(server).note(lead(), RECORD, interest(1, description="ü🙂"))

    [headers] = server.headers
    body = json.dumps(server.posts["submission-1"], ensure_ascii=False, separators=(",", ":"))
    Webhook(SECRET).verify(body, headers)


async def test_without_a_secret_nothing_is_signed(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    server.secret = ""

    await upsert(crm_for(server))

    assert "webhook-signature" not in server.headers[0]
    assert "webhook-timestamp" in server.headers[0]


async def test_a_secret_that_does_not_fit_is_told_as_credentials(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    crm = crm_for(server, HTTPS_ENDPOINT_SECRET=OTHER_SECRET)

    with pytest.raises(CrmCredentialsError, match=r"401 Unauthorized: .*SignatureMismatch"):
        await upsert(crm)

    assert server.records() == []


async def test_a_bearer_token_is_sent_as_it_is(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    server.bearer = "t0ken=="

    assert await upsert(crm_for(server)) == RECORD
    with pytest.raises(CrmCredentialsError, match="401"):
        await upsert(crm_for(server, HTTPS_ENDPOINT_BEARER="stale"))


def test_port_and_query_of_the_address_are_sent_as_they_were_given() -> None:
    crm = HttpsEndpointCrm(HttpsEndpointSettings(HTTPS_ENDPOINT_URL=LONG_ADDRESS))

    assert crm._target == LONG_ADDRESS.partition(":443")[2]  # noqa: SLF001 - nobody else may see it
    assert crm._http.where == "prod-1.westus.logic.azure.com"  # noqa: SLF001 - likewise


async def test_microsofts_own_body_goes_out_once_per_interest(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    server.body = "marketplace"
    crm = crm_for(server)
    new = changed(interest(1), interest(2, description="zwei"))

    record = await crm.upsert(lead(version=2), new, uncertain=False)
    noted = await crm.note(lead(version=2), record, new.interests[1])
    again = await crm.upsert(lead(version=3), replace(new, record=record), uncertain=False)

    assert crm.takes_notes is True
    assert (record, noted, again) == (CrmRecord(id=LEAD_ID), "submission-2", record)
    assert list(server.posts) == ["submission-1", "submission-2"]
    assert server.posts["submission-2"] == {
        "UserDetails": {
            "FirstName": CONTACT.first_name,
            "LastName": CONTACT.last_name,
            "Email": CONTACT.email,
            "Phone": CONTACT.phone,
            "Country": CONTACT.country,
            "Company": CONTACT.company,
            "Title": CONTACT.title,
        },
        "LeadSource": "AzureMarketplace-INS|fabrikam.things",
        "ActionCode": "INS",
        "OfferTitle": "Things",
        "Description": "zwei",
    }


async def test_microsofts_own_body_comes_as_a_note_after_a_lost_answer(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    server.body = "marketplace"
    crm = crm_for(server)

    record = await crm.upsert(lead(), NEW, uncertain=True)
    assert server.posts == {}
    await crm.note(lead(), record, NEW.interests[0])

    assert list(server.posts) == ["submission-1"]


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Fault.THROTTLED, timedelta(seconds=42)),
        (Fault.THROTTLED_WITHOUT_WAIT, None),
        (Fault.UNAVAILABLE, None),
        (Fault.CUT_BEFORE, None),
        (Fault.CUT_AFTER, None),
        (Fault.HALF_A_BODY, None),
        (Fault.REDIRECT, None),
        (Fault.HTML, None),
    ],
)
async def test_what_may_pass_is_unavailable(
    server: HttpsEndpointServer, fault: Fault, wait: timedelta | None, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(fault)

    with pytest.raises(CrmUnavailableError) as caught:
        await upsert(crm)

    assert caught.value.retry_after == wait
    await upsert(crm)
    assert len(server.records()) == 1


async def test_an_answer_without_an_id_is_a_success_under_our_own(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.NO_ID)

    assert await upsert(crm) == CrmRecord(id=LEAD_ID)
    assert len(server.records()) == 1


async def test_a_redirect_is_not_followed(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.REDIRECT)

    with pytest.raises(CrmUnavailableError, match=r"^302: redirected elsewhere, check"):
        await upsert(crm)

    assert len(server.calls) == 1


async def test_a_refusal_is_rejected_in_its_own_words(
    server: HttpsEndpointServer, crm: HttpsEndpointCrm
) -> None:
    server.faults.append(Fault.REJECTED)

    with pytest.raises(CrmRejectedError, match=r"^400 Bad Request: .*properties are missing"):
        await upsert(crm)


@pytest.mark.parametrize(
    ("status", "words", "error"),
    [
        (410, "gone", CrmRejectedError),
        (413, "too large", CrmRejectedError),
        (403, "who?", CrmCredentialsError),
        (500, "oh", CrmUnavailableError),
        (504, "late", CrmUnavailableError),
        (404, "nothing here", CrmUnavailableError),
        (405, "GET only", CrmUnavailableError),
        (400, '{"error":{"code":"WorkflowTriggerIsNotEnabled"}}', CrmUnavailableError),
    ],
)
async def test_what_is_wrong_with_the_endpoint_is_no_fault_of_the_lead(
    status: int, words: str, error: type[Exception], crm_for: CrmFor
) -> None:
    async with Saying(status, words).running() as server:
        with pytest.raises(error, match=f"^{status} "):
            await upsert(crm_for(server))


async def test_no_error_repeats_what_is_secret(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    parts = [
        *server.settings()["HTTPS_ENDPOINT_URL"].split("?"),
        server.sig,
        server.secret,
        "t0ken",
    ]
    async with Saying(400, f"no: {' '.join(parts)}").running() as saying:
        saying.sig, saying.secret, saying.bearer = server.sig, server.secret, "t0ken"
        with pytest.raises(CrmRejectedError) as caught:
            await upsert(crm_for(saying))

    assert "no: " in str(caught.value)
    assert all(secret not in str(caught.value) for secret in (server.sig, server.secret, "t0ken"))


async def test_no_log_has_the_query_of_the_address(
    server: HttpsEndpointServer, caplog: pytest.LogCaptureFixture, crm: HttpsEndpointCrm
) -> None:
    caplog.set_level("DEBUG")

    await upsert(crm)

    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    assert ours
    assert not any(server.sig in line for line in ours)


class Saying(HttpsEndpointServer):
    """Answers each post by the same words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__()
        self.said = (status, words)

    @override
    def fault_answer(self, fault: Fault) -> PlainTextResponse:
        return PlainTextResponse(self.said[1], self.said[0])

    @override
    def settings(self) -> dict[str, str]:
        self.faults.append(Fault.REJECTED)
        return super().settings()


async def test_nobody_can_be_asked_or_reminded(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    crm = crm_for(server)
    question = FollowUpQuestion(lead_id=LEAD_ID, record=RECORD, since=START)
    reminder = Reminder(reminder_id="r1", subject="s", text="t", due_at=START)

    assert crm.tells_follow_up is crm.takes_notes is False
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

    assert create().takes_notes is False
