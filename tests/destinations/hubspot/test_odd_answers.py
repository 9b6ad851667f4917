"""Answers that nobody documents are errors of a CRM, whatever they hold, and never a bug."""

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.faults import Reply
from local.fakes.hubspot import HubspotServer
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmError, CrmUnavailableError
from tests.destinations.hubspot.world import (
    BATCH,
    BY_EMAIL,
    CONTACTS,
    CREATE,
    MOVED,
    NOTES,
    REMINDER,
    SECOND,
    WANTED,
    CrmFor,
    deliver,
    question,
    update_of,
)
from tests.examples import LEAD_ID

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

TASKS_OF = "POST /crm/associations/2026-09/contacts/tasks/batch/read"
NOTES_OF = "POST /crm/associations/2026-09/contacts/notes/batch/read"

ODD: list[Any] = [None, [], {}, "text", 0, 1.5, True, [None], ["text"], [[]], {"a": None}]


@pytest.mark.parametrize(
    "body",
    [
        *ODD,
        {"id": None},
        {"id": ""},
        {"id": True},
        {"id": ["501"]},
        {"id": {"a": 1}},
        {"id": "501", "properties": None},
        {"id": "501", "properties": ["email"]},
        {"id": "501", "properties": {}, "errors": [{"status": "error", "message": "no"}]},
        {"id": "501", "properties": {}, "numErrors": 1},
        {"id": "501", "properties": {}, "status": "error", "category": "VALIDATION_ERROR"},
    ],
)
@pytest.mark.parametrize("call", [BY_EMAIL, CREATE, f"POST {NOTES}", f"GET {CONTACTS}/501"])
async def test_a_record_without_an_id_or_properties_is_no_answer(
    server: HubspotServer, crm: HubspotCrm, call: str, body: object
) -> None:
    if call not in (CREATE, BY_EMAIL):
        await deliver(crm)
    server.answers_at[call] = JSONResponse(body)

    with pytest.raises(CrmError, match=r"no record id|no JSON object|and errors"):
        await deliver(crm, MOVED, SECOND, record=known(server))


def known(server: HubspotServer) -> CrmRecord | None:
    """Return the contact that there is, as we know it."""
    return next((CrmRecord(id=contact_id) for contact_id in server.contacts), None)


@pytest.mark.parametrize(
    "body",
    [
        *ODD,
        {"results": None},
        {"results": {}},
        {"results": ["501"]},
        {"results": [None]},
        {"results": [{"id": None}]},
        {"results": [{"id": "501", "properties": None}]},
        {"results": [], "errors": ["no"]},
        {"results": [], "errors": "no"},
        {"results": [], "errors": {"category": "OBJECT_NOT_FOUND"}},
        {"results": [], "errors": [{"category": None}]},
        {"results": [], "errors": [{"category": ["OBJECT_NOT_FOUND"]}]},
        {"results": [], "errors": [{"category": "zoe@fabrikam.example"}]},
        {"results": [], "errors": [None]},
        {"results": [], "errors": [[]]},
    ],
)
@pytest.mark.parametrize("status", [200, 207])
async def test_a_batch_that_is_not_whole_is_no_answer(
    server: HubspotServer, crm: HubspotCrm, status: int, body: object
) -> None:
    record = await deliver(crm)
    server.answers_at[BATCH] = JSONResponse(body, status)

    with pytest.raises(CrmUnavailableError) as caught:
        await crm.follow_ups([question(record)])

    assert "fabrikam" not in str(caught.value)


@pytest.mark.parametrize("errors", [None, [], [{"category": "OBJECT_NOT_FOUND", "context": None}]])
async def test_a_batch_without_faults_is_whole_however_it_says_so(
    server: HubspotServer, crm: HubspotCrm, errors: object
) -> None:
    record = await deliver(crm)
    server.sales_acts(record.id)
    shown = {"id": int(record.id), "properties": server.contacts[record.id], "url": 7}
    body = {"status": "COMPLETE", "results": [shown], "errors": errors}
    server.answers_at[BATCH] = JSONResponse(body, 207)

    assert set(await crm.follow_ups([question(record)])) == {LEAD_ID}


@pytest.mark.parametrize(
    "result",
    [
        {"from": None, "to": []},
        {"from": {"id": None}, "to": []},
        {"from": {"id": "501"}, "to": None},
        {"from": {"id": "501"}, "to": ["9"]},
        {"from": {"id": "501"}, "to": [{"toObjectId": None}]},
        {"from": {"id": "501"}, "to": [{"id": 9}]},
        {"from": {"id": "501"}, "to": [], "paging": "more"},
        {"from": {"id": "501"}, "to": [], "paging": {"next": ["1"]}},
        {"from": {"id": "501"}, "to": [], "paging": {"next": {"after": {"a": 1}}}},
        {"to": []},
        {},
    ],
)
@pytest.mark.parametrize("call", [TASKS_OF, NOTES_OF])
async def test_associations_without_ids_are_no_answer(
    server: HubspotServer, crm: HubspotCrm, call: str, result: object
) -> None:
    record = await deliver(crm)
    server.answers_at[call] = JSONResponse({"status": "COMPLETE", "results": [result]})

    asks: dict[str, Callable[[], Awaitable[object]]] = {
        TASKS_OF: lambda: crm.follow_ups([question(record)]),
        NOTES_OF: lambda: crm.note(WANTED, record, SECOND),
    }
    with pytest.raises(CrmUnavailableError, match="associations"):
        await asks[call]()


@pytest.mark.parametrize("paging", [None, {}, {"next": None}, {"next": {}}])
async def test_a_last_page_is_one_however_it_says_so(
    server: HubspotServer, crm: HubspotCrm, paging: object
) -> None:
    record = await deliver(crm)
    result = {"from": {"id": record.id}, "to": [], "paging": paging}
    server.answers_at[TASKS_OF] = JSONResponse({"status": "COMPLETE", "results": [result]})

    assert await crm.remind(WANTED, record, REMINDER)


PARTS: dict[str, list[Any]] = {
    "errors": [*ODD, [{"context": None}], [{"context": ["a"]}], [{"context": {"a": None}}]],
    "context": [*ODD, {"properties": None}, {"properties": "a"}, {"properties": [None, 1, []]}],
    "message": [*ODD, "Property values were not valid: [{", "Property values were not valid: [1]"],
    "category": ODD,
    "subCategory": ODD,
    "policyName": ODD,
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, some in PARTS.items() for v in some])
async def test_an_error_may_have_parts_of_any_type(
    server: HubspotServer, crm: HubspotCrm, name: str, value: object
) -> None:
    said = {"status": "error", "category": "VALIDATION_ERROR", "message": "no", "errors": []}
    for status, call in itertools.product((400, 403, 422, 429), (BY_EMAIL, CREATE)):
        server.answers_at[call] = JSONResponse(said | {name: value}, status)
        with pytest.raises(CrmError, match=str(status)):
            await deliver(crm)
    record = await deliver(crm)
    server.answers_at[update_of(record)] = JSONResponse(said | {name: value}, 400)
    with pytest.raises(CrmError, match="400"):
        await deliver(crm, MOVED, SECOND, record=record)


@pytest.mark.parametrize("body", ["", "null", "[]", '"ok"', "{}", '{"results": null}', "<html>"])
async def test_the_check_tells_what_it_can_not_read(
    server: HubspotServer, crm: HubspotCrm, body: str
) -> None:
    for path in ("/account-info/2026-09/details", "/crm/properties/2026-09/contacts"):
        server.answers_at[f"GET {path}"] = Response(body)
        assert await crm.check()
    server.answers_at["GET /crm-object-schemas/2026-09/schemas/contacts"] = Response(body)
    assert await crm.check()


async def test_a_list_of_notes_that_has_no_end_is_no_answer(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    page = {"from": {"id": record.id}, "to": [], "paging": {"next": {"after": "1"}}}
    server.lasting_faults[NOTES_OF] = Reply(
        status=200, body=json.dumps({"status": "COMPLETE", "results": [page]}).encode()
    )

    with pytest.raises(CrmUnavailableError, match="list of notes has no end: check HUBSPOT_URL"):
        await crm.note(WANTED, record, SECOND)


@pytest.mark.parametrize("metadata", [None, "text", 7, ["a"], {"readOnlyValue": None}])
async def test_a_property_may_be_described_in_any_shape(
    server: HubspotServer, crm_for: CrmFor, metadata: object
) -> None:
    own = {"name": "product", "modificationMetadata": metadata}
    server.answers_at["GET /crm/properties/2026-09/contacts"] = JSONResponse({"results": [own]})

    results = await crm_for(HUBSPOT_FIELDS='{"product": "x"}').check()

    assert any(one.what == "property product can be set" and one.ok for one in results)


NO_SUCH = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["1", "2"]}}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        *(({"status": s, "results": []}, 200) for s in ("PENDING", "PROCESSING", "CANCELED")),
        ({"status": None, "results": []}, 200),
        ({"results": []}, 200),
        ({"status": "COMPLETE", "results": []}, 207),
        ({"status": "COMPLETE", "results": [], "numErrors": 1}, 200),
        ({"status": "COMPLETE", "results": [], "numErrors": "1"}, 207),
        ({"status": "COMPLETE", "results": [], "numErrors": 3, "errors": [NO_SUCH]}, 207),
    ],
)
@pytest.mark.parametrize("call", [NOTES_OF, f"POST {NOTES}/batch/read"])
async def test_a_batch_that_is_not_complete_does_not_say_that_there_is_no_note(
    server: HubspotServer, crm: HubspotCrm, call: str, body: object, status: int
) -> None:
    record = await deliver(crm)
    await crm.note(WANTED, record, SECOND)
    server.answers_at[call] = JSONResponse(body, status)

    with pytest.raises(CrmUnavailableError, match="a batch is not complete"):
        await crm.note(WANTED, record, SECOND)

    assert len(server.attached["notes"]) == 1


async def test_a_note_that_is_neither_told_nor_told_missing_is_not_believed_missing(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    await crm.note(WANTED, record, SECOND)
    body = {"status": "COMPLETE", "results": []}
    server.answers_at[f"POST {NOTES}/batch/read"] = JSONResponse(body)

    with pytest.raises(CrmUnavailableError, match="a batch is not complete"):
        await crm.note(WANTED, record, SECOND)

    assert len(server.attached["notes"]) == 1


async def test_one_error_of_a_batch_may_be_about_several_notes_that_are_gone(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    await crm.note(WANTED, record, SECOND)
    body = {"status": "COMPLETE", "results": [], "numErrors": 2, "errors": [NO_SUCH]}
    server.answers_at[f"POST {NOTES}/batch/read"] = JSONResponse(body, 207)

    await crm.note(WANTED, record, SECOND)

    assert len(server.attached["notes"]) == 2
