"""Answers that are not as Dataverse documents them are no answers, and no faults of ours."""

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.faults import Reply, page
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import (
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.destinations.dynamics.world import (
    LEAD,
    LOOK,
    WRITE,
    about_note,
    all_seen,
    customer,
    delivered,
    fault,
    later,
    says,
)
from tests.examples import interest

ODD: list[object] = [
    None,
    [],
    {},
    {"error": None},
    {"error": []},
    {"error": "0x80040333"},
    {"error": {"code": None, "message": "no"}},
    {"error": {"code": 5, "message": "no"}},
    {"error": {"code": "0x80040333", "message": None}},
    {"error": {"code": "0x80040333", "message": ""}},
    {"error": {"code": "BadRequest", "message": "no"}},
    {"error": {"code": "", "message": "no"}},
    {"error": {"message": "0x80040333"}},
    [{"code": "0x80040333", "message": "no"}],
]


@pytest.mark.parametrize("status", [400, 404, 412])
async def test_a_client_error_that_is_not_in_the_words_of_dataverse_proves_nothing(
    crm: DynamicsCrm, server: DynamicsServer, status: int
) -> None:
    record = await delivered(crm)
    for body in [one for one in ODD if status != 412 or one != ODD[11]]:
        server.faults_at[WRITE] = says(body, status)
        with pytest.raises(CrmOutcomeUnknownError, match="check DYNAMICS_URL"):
            await delivered(crm)
        server.faults_at[WRITE] = says(body, status)
        with pytest.raises(CrmOutcomeUnknownError, match="check DYNAMICS_URL"):
            await crm.upsert(customer(phone="1"), later(record, "phone"), uncertain=False)
        server.faults_at[about_note("submission-2")] = says(body, status)
        with pytest.raises(CrmOutcomeUnknownError, match="check DYNAMICS_URL"):
            await crm.note(customer(), record, interest(2))


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_what_a_proxy_answers_to_a_write_says_nothing_of_the_lead(
    crm: DynamicsCrm, server: DynamicsServer, status: int, *, done: bool
) -> None:
    for body in [page(200).body, b"{}", b'{"error": {"code": "", "message": "busy"}}']:
        server.faults_at[WRITE] = Reply(status=status, body=body, done=done)
        with pytest.raises(CrmOutcomeUnknownError, match=str(status)):
            await delivered(crm)
    await delivered(crm)
    assert len(server.records()) == 1


async def test_only_the_codes_of_throttling_say_that_nothing_was_done(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    for code in ("0x80072321", "0x80072322", "0x80072326"):
        server.faults_at[WRITE] = says(fault(code, "Too many"), 429)
        with pytest.raises(CrmUnavailableError, match=code):
            await delivered(crm)
    server.faults_at[WRITE] = says(fault("0x80040224", "0x80072322"), 429)
    with pytest.raises(CrmOutcomeUnknownError, match="0x80040224"):
        await delivered(crm)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 412, 429, 500])
async def test_no_answer_to_a_question_parks_a_lead_or_takes_it_for_deleted(
    crm: DynamicsCrm, server: DynamicsServer, status: int
) -> None:
    record = await delivered(crm)
    refusals = [fault(code, "no") for code in ("0x80040333", "0x80040265", "0x80044331")]
    for body in [*ODD, *refusals]:
        server.faults.extend([says(body, status)] * (2 if status == 401 else 1))
        with pytest.raises(CrmError) as caught:
            await crm.upsert(customer(phone="1"), later(record, "phone"), uncertain=False)
        assert not isinstance(caught.value, CrmRejectedError | CrmOutcomeUnknownError), body
        assert not server.faults
    assert len(server.bodies) == 1


async def test_a_success_that_does_not_name_the_record_is_none(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    answers: list[object] = [{}, [], None, {"leadid": None}, {"leadid": 5}, {"leadid": "other"}]
    answers.append({"leadid": LEAD} | fault("0x80040265", "no"))
    for answer in answers:
        server.faults_at[WRITE] = says(answer, 200)
        with pytest.raises(CrmOutcomeUnknownError, match="200, but"):
            await delivered(crm)
    server.faults_at[WRITE] = Reply(status=204)
    with pytest.raises(CrmOutcomeUnknownError, match="204, but"):
        await delivered(crm)


ODD_VALUES: list[dict[str, object]] = [
    {"statecode": "0"},
    {"statecode": True},
    {"statecode": 0.0},
    {"statuscode": "1"},
    {"_ownerid_value": 5},
    {"_masterid_value": [1]},
    {"createdon": 5},
    {"modifiedon": {}},
]


def with_odd(odd: dict[str, object]) -> dict[str, object]:
    return {"leadid": LEAD, "statecode": 0, "statuscode": 1, "_ownerid_value": None, **odd}


@pytest.mark.parametrize("odd", [*ODD_VALUES, {"statecode": None}])
async def test_a_lead_that_is_shown_with_values_of_other_types_is_no_answer(
    crm: DynamicsCrm, server: DynamicsServer, odd: dict[str, object]
) -> None:
    record = await delivered(crm)
    server.faults_at[LOOK] = says(with_odd(odd), 200)
    with pytest.raises(CrmUnavailableError):
        await crm.upsert(customer(phone="1"), later(record, "phone"), uncertain=False)

    server.lasting_faults["GET /api/data/v9.2/leads"] = says({"value": [with_odd(odd)]}, 200)
    with pytest.raises(CrmUnavailableError, match="odd values"):
        await all_seen(crm, record)


@pytest.mark.parametrize("odd", ODD_VALUES)
async def test_a_success_with_values_of_other_types_is_none(
    crm: DynamicsCrm, server: DynamicsServer, odd: dict[str, object]
) -> None:
    server.faults_at[WRITE] = says(with_odd(odd), 201)
    with pytest.raises(CrmOutcomeUnknownError, match="201, but"):
        await delivered(crm)


@pytest.mark.parametrize(
    "named", [f"contacts({LEAD})", f"leads({LEAD})x", "leads(5)", f"xleads({LEAD})", LEAD, ""]
)
async def test_an_empty_answer_that_names_another_row_is_none(
    crm: DynamicsCrm, server: DynamicsServer, named: str
) -> None:
    address = f"https://contoso.crm4.dynamics.com/api/data/v9.2/{named}"
    server.faults_at[WRITE] = Reply(status=204, headers={"OData-EntityId": address}, done=True)
    with pytest.raises(CrmOutcomeUnknownError, match="204, but"):
        await delivered(crm)


async def test_that_a_note_is_there_already_is_believed_when_it_is_seen(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.faults_at[about_note("submission-2")] = says(fault("", "no"), 412)
    with pytest.raises(CrmUnavailableError, match="can't be written and is not there"):
        await crm.note(customer(), record, interest(2))


async def test_a_lead_that_is_merged_into_nonsense_is_no_answer(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.sales_merges(record.id, into="nowhere) or leads(1")
    with pytest.raises(CrmUnavailableError, match="merged into what has no id"):
        await crm.upsert(customer(phone="1"), later(record, "phone"), uncertain=False)
    assert server.calls[-1] == LOOK
