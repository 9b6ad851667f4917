"""Whatever is not as Marketo documents it is neither a success nor a refusal."""

from collections.abc import Sequence

import pytest
from starlette.responses import JSONResponse, Response

from local.fakes.marketo import MarketoServer
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.destinations.marketo.world import deliver

PAGE = "<html><title>Please wait</title></html>"
CREATED = {"status": "created", "id": 1}

FAILED = {"success": False}
OVER_HTTP: Sequence[tuple[Response, type[CrmError], str]] = [
    (Response(status_code=404), CrmOutcomeUnknownError, "check MARKETO_URL"),
    (Response(PAGE, 400), CrmOutcomeUnknownError, "^400"),
    (Response(PAGE, 413), CrmOutcomeUnknownError, "^413"),
    (Response("{}", 400), CrmOutcomeUnknownError, "^400"),
    (Response("[]", 409), CrmOutcomeUnknownError, "^409"),
    (JSONResponse({"errors": None}, 422), CrmOutcomeUnknownError, "^422"),
    (JSONResponse({"errors": [{"code": "1003"}]}, 400), CrmOutcomeUnknownError, "^400"),
    (JSONResponse(FAILED | {"errors": [{"code": "1003"}]}, 400), CrmRejectedError, "^1003: "),
    (JSONResponse(FAILED | {"errors": [{"code": "608"}]}, 503), CrmUnavailableError, "^608: "),
    (Response(status_code=429, headers={"Retry-After": "42"}), CrmOutcomeUnknownError, "^429"),
    (Response(status_code=408), CrmOutcomeUnknownError, "^408"),
    (Response(PAGE, 503), CrmOutcomeUnknownError, "^503"),
    (Response(status_code=502), CrmOutcomeUnknownError, "^502"),
    (Response(PAGE), CrmOutcomeUnknownError, "no JSON object"),
    (Response("null"), CrmOutcomeUnknownError, "no JSON object"),
    (Response("[]"), CrmOutcomeUnknownError, "no JSON object"),
]
BODIES: Sequence[object] = [
    {},
    {"success": True},
    {"success": False},
    {"success": False, "errors": None},
    {"success": False, "errors": "no"},
    {"success": False, "errors": [None, "no", {}, {"code": None}, {"code": []}]},
    {"success": True, "result": None},
    {"success": True, "result": CREATED},
    {"success": "true", "result": [CREATED]},
    {"success": False, "result": [CREATED]},
    {"success": True, "result": [CREATED], "errors": [{"code": "611", "message": None}]},
    {"success": True, "result": [CREATED], "errors": ["no"]},
]
RESULTS: Sequence[object] = [
    [],
    [{}],
    [{"status": "created"}],
    [{"status": "created", "id": None}],
    [{"status": "created", "id": True}],
    [{"status": "created", "id": {"id": 1}}],
    [CREATED | {"reasons": [{"code": "1003", "message": "no"}]}],
    [CREATED | {"reasons": ["no"]}],
    [{"status": None, "id": 1}],
    [{"status": ["created"], "id": 1}],
    [{"status": "skipped", "id": 1, "reasons": None}],
    [{"status": "skipped", "reasons": ["1003"]}],
    [{"status": "skipped", "reasons": {"code": "1003"}}],
    [None],
    ["created"],
    [[CREATED]],
    [CREATED] * 2,
]


async def test_only_marketos_own_words_over_http_say_what_became_of_a_write(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    for answer, error, match in OVER_HTTP:
        server.answers.append(answer)
        with pytest.raises(error, match=match):
            await deliver(crm)

    assert server.records() == []


async def test_a_body_of_another_shape_is_never_a_success(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    for body in (*BODIES, *({"success": True, "result": result} for result in RESULTS)):
        server.answers.append(JSONResponse(body))
        with pytest.raises(CrmOutcomeUnknownError, match=r"^200, but |^611: "):
            await deliver(crm)

    assert server.records() == []


async def test_a_question_without_an_answer_of_marketos_is_asked_again(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    for status in (400, 403, 404, 408, 409, 413, 414, 429, 500, 503, 200):
        for body in (PAGE, "{}", "[]", "null", ""):
            server.answers.append(Response(body, status))
            waits = CrmCredentialsError if status == 403 else CrmUnavailableError
            with pytest.raises(waits, match=f"^{status}"):
                await deliver(crm, None, record=record, fields={"title"})


async def test_persons_of_another_shape_are_no_answer(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    ids: list[object] = [None, "x", [], True]
    persons: list[object] = [{"leadStatus": "New"}, *({"id": given} for given in ids), 7, None, []]
    for one in persons:
        server.answers.append(JSONResponse({"success": True, "result": [one]}))
        with pytest.raises(CrmUnavailableError, match=r"a person without an id|another shape"):
            await deliver(crm, None, record=record, fields={"title"})


async def test_a_person_on_a_further_page_is_found(server: MarketoServer, crm: MarketoCrm) -> None:
    record = await deliver(crm)
    server.answers.append(
        JSONResponse({"success": True, "result": [], "moreResult": True, "nextPageToken": "p2"})
    )

    assert (await deliver(crm, record=record)).id == record.id
    assert [one.get("nextPageToken") for one in server.queries] == ["p2"]
    assert len(server.records()) == 1


async def test_pages_that_are_lacking_or_have_no_end_are_no_answer(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    for token, said in ((None, "has more on a page that it lacks"), ("p2", "has no end")):
        more = {"success": True, "result": [], "moreResult": True, "nextPageToken": token}
        server.answers.extend([JSONResponse(more)] * 100)
        with pytest.raises(CrmUnavailableError, match=said):
            await deliver(crm, record=record)
        server.answers.clear()
