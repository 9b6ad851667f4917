"""Answers that are not as Salesforce documents them are no answers, and no faults of ours."""

from dataclasses import replace

import pytest

from local.fakes.faults import Reply, page
from local.fakes.salesforce import SalesforceServer
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.domain.errors import (
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.destinations.salesforce.world import (
    CREATE,
    NEW_PHONE,
    UPDATE,
    a_lead,
    deliver,
    error,
    only,
    question,
    refusal,
    says,
    upsert,
)
from tests.examples import CONTACT, interest

QUERY = "GET /services/data/v68.0/queryAll"
ODD: list[object] = [
    None,
    [],
    {},
    ["DUPLICATE_VALUE"],
    [None],
    [[]],
    [{"errorCode": None, "message": None}],
    [{"errorCode": 5, "message": "no"}],
    [{"errorCode": "STRING_TOO_LONG"}],
    [{"errorCode": "not a code", "message": "no"}],
    {"errorCode": "STRING_TOO_LONG", "message": "no"},
    {"error": "invalid_grant"},
    [{"errorCode": "STRING_TOO_LONG", "message": "no"}, "and more"],
]


@pytest.mark.parametrize("status", [400, 404])
async def test_a_client_error_that_is_not_in_salesforces_words_proves_nothing(
    server: SalesforceServer, crm: SalesforceCrm, status: int
) -> None:
    for body in ODD:
        server.faults_at[CREATE] = says(body, status)

        told = await refusal(crm)

        assert type(told) is CrmOutcomeUnknownError, body
        assert "not in Salesforce's words, check SALESFORCE_URL" in str(told)


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_what_a_proxy_answers_to_a_create_says_nothing_of_the_lead(
    server: SalesforceServer, crm: SalesforceCrm, status: int, *, done: bool
) -> None:
    for number, body in enumerate([page(200).body, b"{}"], start=1):
        given = a_lead(replace(CONTACT, email=f"zoe{number}@fabrikam.example"), f"{number}" * 32)
        server.faults_at[CREATE] = Reply(status=status, body=body, done=done)

        assert type(await refusal(crm, given)) is CrmOutcomeUnknownError

        await deliver(crm, given, uncertain=True)
        assert len(server.records()) == number


@pytest.mark.parametrize("body", [page(200).body, b"{}", b""])
async def test_a_write_is_not_sent_again_on_a_401_that_is_not_salesforces(
    server: SalesforceServer, crm: SalesforceCrm, body: bytes
) -> None:
    server.faults_at[CREATE] = Reply(status=401, body=body, done=True)

    await refusal(crm)

    assert server.calls.count(CREATE) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_no_answer_to_a_question_parks_a_lead(
    server: SalesforceServer, crm: SalesforceCrm, status: int
) -> None:
    record = await deliver(crm)
    codes = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "STRING_TOO_LONG", "MALFORMED_QUERY")
    for body in ({}, [], *([error(code, "no", "Phone")] for code in codes)):
        answer, number = says(body, status), len(server.calls)
        server.faults_at |= {number: answer, number + 1: answer}

        with pytest.raises(CrmError) as told:
            await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

        server.faults_at.clear()
        assert not isinstance(told.value, CrmRejectedError | CrmOutcomeUnknownError)


async def test_a_success_without_a_success_and_an_id_is_none(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    answers: list[object] = [
        {"id": "00Q000000000001AAA", "success": False, "errors": []},
        {"id": "00Q000000000001AAA", "success": False, "errors": None},
        {"id": "00Q000000000001AAA", "success": True, "errors": ["no"]},
        {"id": "00Q000000000001AAA", "success": True, "errors": [{"statusCode": "X_Y"}]},
        {"id": "00Q000000000001AAA", "success": "true"},
        {"id": "00Q000000000001AAA"},
        {"id": None, "success": True},
        {"id": 7, "success": True},
        {"id": "", "success": True},
        {"id": "all good", "success": True},
        {"id": ["00Q000000000001AAA"], "success": True},
        [],
        "00Q000000000001AAA",
    ]
    for answer in answers:
        server.faults_at[CREATE] = says(answer, 201)

        assert type(await refusal(crm)) is CrmOutcomeUnknownError, answer


async def test_a_success_that_says_that_it_is_none_is_read_as_what_it_says(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    why = {"statusCode": "STRING_TOO_LONG", "message": "no", "fields": ["Title"]}
    server.faults_at[CREATE] = says({"id": None, "success": False, "errors": [why]}, 201)

    new = await upsert(crm)

    assert only(server).values["title"] == ""
    assert new.remarks == ("Title left out: not accepted by Salesforce",)


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        ("UNABLE_TO_LOCK_ROW", CrmUnavailableError),
        ("UNKNOWN_EXCEPTION", CrmUnavailableError),
        ("SOMETHING_NEW", CrmRejectedError),
    ],
)
async def test_an_update_that_says_that_it_is_no_success_is_none(
    server: SalesforceServer, crm: SalesforceCrm, code: str, cls: type[CrmError]
) -> None:
    record = await deliver(crm)
    why = {"statusCode": code, "message": "no", "fields": []}
    server.faults_at[UPDATE] = says({"id": record.id, "success": False, "errors": [why]}, 200)

    with pytest.raises(cls, match=code):
        await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})


LEAD = {
    "Id": "00Q000000000001AAA",
    "IsDeleted": False,
    "MasterRecordId": None,
    "IsConverted": False,
    "ConvertedContactId": None,
    "OwnerId": "005000000000001AAA",
    "Status": "Open",
    "Description": None,
    "CreatedById": None,
    "LastModifiedById": None,
    "LastModifiedDate": "2026-11-02T10:00:00.000+0000",
    **dict.fromkeys(("FirstName", "LastName", "Email", "Phone", "Country", "Company", "Title")),
}


async def test_rows_that_are_none_are_no_answer(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    said = r"records|object|elsewhere|can't be written|not as Salesforce answers"
    answers: list[object] = [
        {},
        {"records": None},
        {"records": ["00Q000000000001AAA"]},
        {"records": [None]},
        {"done": True, "records": [{}]},
        {"done": True, "records": [LEAD | {"Id": None}]},
        {"done": True, "records": [LEAD | {"Id": "' OR Id != '"}]},
        {"done": True, "records": [LEAD | {"IsDeleted": "false"}]},
        {"done": True, "records": [LEAD | {"MasterRecordId": 5}]},
        {"done": True, "records": [LEAD | {"Description": ["a"]}]},
        {"done": True, "records": [LEAD | {"Phone": 5}]},
        {"records": [], "nextRecordsUrl": "@elsewhere.example/"},
        {"records": [], "nextRecordsUrl": "/services/data/v68.0/\x01"},
        {"records": [], "nextRecordsUrl": f"/services/data/v68.0/{'a' * 70_000}"},
        {"records": [], "nextRecordsUrl": ["/services/data/v68.0/query/more"]},
        [],
        5,
    ]
    for answer in answers:
        server.faults_at[QUERY] = says(answer, 200)
        with pytest.raises(CrmUnavailableError, match=said):
            await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

        server.faults_at[QUERY] = says(answer, 200)
        with pytest.raises(CrmUnavailableError, match=said):
            await crm.note(a_lead(), record, interest(2))


async def test_what_sales_did_is_not_read_from_nonsense(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    row = LEAD | {"Tasks": None, "Events": None, "LastModifiedBy": None}
    for odd in (
        {"Tasks": 5},
        {"Tasks": {"records": 5}},
        {"Tasks": {"records": [{"LastModifiedDate": None}]}},
        {"LastModifiedDate": "yesterday", "Status": "Other"},
        {"LastModifiedBy": "Anna", "Status": "Other"},
    ):
        server.faults_at[QUERY] = says({"done": True, "records": [row | odd]}, 200)
        with pytest.raises(CrmUnavailableError, match="not as Salesforce answers"):
            await crm.follow_ups([question(record)])


async def test_a_description_of_lead_that_is_none_is_told_by_the_check(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    answers: list[object] = [{}, {"fields": 5}, {"fields": [None]}, {"fields": [{}]}]
    for answer in answers:
        server.faults_at["GET /services/data/v68.0/sobjects/Lead/describe"] = says(answer, 200)

        [login] = await crm.check()

        assert login.mend.startswith("not as Salesforce answers, check SALESFORCE_URL")


async def test_an_answer_to_a_query_that_has_no_end_is_none(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)
    more = "/services/data/v68.0/query/01g-2000"
    server.lasting_faults[QUERY] = says({"records": [], "nextRecordsUrl": more}, 200)
    server.lasting_faults[f"GET {more}"] = says({"records": [], "nextRecordsUrl": more}, 200)

    with pytest.raises(CrmUnavailableError, match="has no end, check SALESFORCE_URL"):
        await crm.follow_ups([question(record)])


async def test_leads_that_are_merged_for_ever_are_followed_for_a_while_only(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    record = await deliver(crm)

    def merged(number: int) -> Reply:
        into = LEAD | {"Id": f"00Q0000000000{number:02}AAA", "IsDeleted": True}
        return says(
            {
                "done": True,
                "records": [into | {"MasterRecordId": f"00Q0000000000{number + 1:02}AAA"}],
            },
            200,
        )

    made = len(server.calls)
    server.faults_at |= {made + number: merged(number + 1) for number in range(20)}
    with pytest.raises(CrmUnavailableError, match="was deleted meanwhile"):
        await crm.note(a_lead(), record, interest(2))
    assert len(server.calls) - made < 10


@pytest.mark.parametrize(
    "partial",
    [
        {"done": False, "records": []},
        {"done": None, "records": []},
        {"done": "true", "records": []},
        {"records": []},
        {"done": True, "totalSize": 1, "records": []},
    ],
)
async def test_an_answer_that_is_not_whole_does_not_say_that_there_is_no_note(
    server: SalesforceServer, crm: SalesforceCrm, partial: object
) -> None:
    record = await deliver(crm)
    await crm.note(a_lead(), record, interest(2))
    server.lasting_faults[QUERY] = says(partial, 200)

    with pytest.raises(CrmUnavailableError, match="does not say that it is whole"):
        await crm.note(a_lead(), record, interest(2))

    assert len(server.live("Task")) == 1
