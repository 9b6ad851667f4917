"""What is posted, and how it is signed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from local.fakes.https_endpoint import HttpsEndpointServer
from local.fakes.server import Fault
from shared.destinations.https_endpoint.adapter import HttpsEndpointCrm
from shared.destinations.https_endpoint.settings import HttpsEndpointSettings
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmCredentialsError,
    CrmOutcomeUnknownError,
)
from shared.ports.crm import Changed, Noted, Upserted
from tests.destinations.https_endpoint.world import (
    LONG_ADDRESS,
    NEW,
    OTHER_SECRET,
    RECORD,
    SECRET,
    CrmFor,
    changed,
    upsert,
)
from tests.examples import CONTACT, LEAD_ID, interest, lead


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
        "countryCode": "DE",
        "countryName": "Germany",
        "phoneE164": "+4930123456",
    }
    assert body["changedFields"] == list(body["contact"])[:7]
    assert body["stage"] == "active"
    assert body["doNotContact"] is body["test"] is True
    assert (body["recognisedBy"], body["nameConflicts"]) == ("email", ["Z O"])
    assert (body["owner"], body["team"]) == ("anna", "north")
    assert (body["priority"], body["tags"]) == ("high", ["big"])
    assert (body["qualified"], body["unqualifiedBecause"]) == (False, ["country is missing"])
    assert body["followUpDueAt"] == "2026-11-03T09:00:00Z"
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
    root = Path(__file__).parents[3]
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
    with pytest.raises(CrmOutcomeUnknownError, match="gave no whole answer"):
        await upsert(crm)

    record = (await crm.upsert(lead(), NEW, uncertain=True)).record

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

    assert crm.endpoint.target == LONG_ADDRESS.partition(":443")[2]
    assert crm.endpoint.http.where == "prod-1.westus.logic.azure.com"


async def test_microsofts_own_body_goes_out_once_per_interest(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    server.body = "marketplace"
    crm = crm_for(server)
    new = changed(interest(1), interest(2, description="zwei"))

    upserted = await crm.upsert(lead(version=2), new, uncertain=False)
    record = upserted.record
    noted = await crm.note(lead(version=2), record, new.interests[1])
    again = await crm.upsert(lead(version=3), replace(new, record=record), uncertain=False)

    first = frozenset({"submission-1"})
    assert upserted == Upserted(record=CrmRecord(id=LEAD_ID), holds=first)
    assert (noted, again) == (Noted(id="submission-2"), Upserted(record=record))
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


async def test_microsofts_own_body_has_the_same_id_after_a_lost_answer(
    server: HttpsEndpointServer, crm_for: CrmFor
) -> None:
    server.body = "marketplace"
    crm = crm_for(server)
    server.faults.append(Fault.CUT_AFTER)
    with pytest.raises(CrmOutcomeUnknownError, match="gave no whole answer"):
        await crm.upsert(lead(), NEW, uncertain=False)

    await crm.upsert(lead(), NEW, uncertain=True)

    assert [h["webhook-id"] for h in server.headers] == ["submission-1"] * 2
    assert list(server.posts) == ["submission-1"]
