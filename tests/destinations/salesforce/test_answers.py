"""What Salesforce's answers mean for a lead."""

import re
from datetime import timedelta

import pytest

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.org import ID_FIELD, SALES
from local.fakes.server import Fault
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.destinations.salesforce.answers import QUOTA_WAIT
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from tests.destinations.salesforce.world import (
    CREATE,
    NEW_PHONE,
    UPDATE,
    CrmFor,
    a_lead,
    deliver,
    error,
    only,
    refusal,
    says,
)
from tests.examples import CONTACT


@pytest.mark.parametrize(
    ("fault", "cls", "said", "wait"),
    [
        (Fault.THROTTLED, CrmUnavailableError, "TotalRequests", QUOTA_WAIT),
        (Fault.THROTTLED_WITHOUT_WAIT, CrmUnavailableError, "Concurrent", None),
        (Fault.UNAVAILABLE, CrmUnavailableError, "SERVER_UNAVAILABLE", None),
        (Fault.REDIRECT, CrmOutcomeUnknownError, "redirected elsewhere", None),
        (Fault.REJECTED, CrmRejectedError, "A region is needed", None),
        (Fault.CUT_BEFORE, CrmOutcomeUnknownError, "no whole answer", None),
        (Fault.CUT_AFTER, CrmOutcomeUnknownError, "no whole answer", None),
        (Fault.HALF_A_BODY, CrmOutcomeUnknownError, "no whole answer", None),
        (Fault.HTML, CrmOutcomeUnknownError, "no JSON object", None),
        (Fault.NO_ID, CrmOutcomeUnknownError, "without the id of a record", None),
    ],
)
async def test_what_can_go_wrong_with_a_create_is_told_apart(
    server: SalesforceServer,
    crm: SalesforceCrm,
    fault: Fault,
    cls: type[CrmError],
    said: str,
    wait: timedelta | None,
) -> None:
    server.faults.append(fault)

    error = await refusal(crm)

    assert type(error) is cls
    assert said in str(error)
    assert getattr(error, "retry_after", None) == wait


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.HALF_A_BODY, Fault.HTML, Fault.NO_ID])
async def test_an_update_whose_answer_is_no_use_may_have_been_done_and_is_sent_again(
    server: SalesforceServer, crm: SalesforceCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.faults_at[UPDATE] = fault
    with pytest.raises(CrmOutcomeUnknownError, match=r"answer|id of a record"):
        await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    await deliver(crm, a_lead(NEW_PHONE), record=record, fields={"phone"})

    assert only(server).values["phone"] == NEW_PHONE.phone


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.NO_ID, Fault.HALF_A_BODY])
async def test_a_query_that_tells_nothing_does_not_mean_that_there_is_no_lead(
    server: SalesforceServer, crm: SalesforceCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.faults.append(fault)

    with pytest.raises(CrmUnavailableError):
        await deliver(crm, record=record)

    assert len(server.records()) == 1


@pytest.mark.parametrize(
    ("code", "status", "cls"),
    [
        ("UNABLE_TO_LOCK_ROW", 400, CrmUnavailableError),
        ("STORAGE_LIMIT_EXCEEDED", 400, CrmUnavailableError),
        ("SERVER_UNAVAILABLE", 503, CrmUnavailableError),
        ("ENTITY_IS_LOCKED", 400, CrmUnavailableError),
        ("LIMIT_EXCEEDED", 400, CrmUnavailableError),
        ("REQUEST_RUNNING_TOO_LONG", 400, CrmUnavailableError),
        ("UNKNOWN_EXCEPTION", 400, CrmUnavailableError),
        ("UNKNOWN_EXCEPTION", 500, CrmOutcomeUnknownError),
        ("SOMETHING_NEW", 429, CrmOutcomeUnknownError),
        ("SOMETHING_NEW", 408, CrmOutcomeUnknownError),
        ("INVALID_SESSION_ID", 401, CrmCredentialsError),
        ("SOMETHING_NEW", 403, CrmCredentialsError),
        ("API_DISABLED_FOR_ORG", 403, CrmSettingsError),
        ("INSUFFICIENT_ACCESS_OR_READONLY", 400, CrmSettingsError),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", 400, CrmSettingsError),
        ("INACTIVE_OWNER_OR_USER", 400, CrmSettingsError),
        ("JSON_PARSER_ERROR", 400, CrmSettingsError),
        ("NOT_FOUND", 404, CrmSettingsError),
        ("SOMETHING_NEW", 405, CrmUnavailableError),
        ("SOMETHING_NEW", 422, CrmRejectedError),
    ],
)
async def test_codes_decide_what_an_answer_means(
    server: SalesforceServer, crm: SalesforceCrm, code: str, status: int, cls: type[CrmError]
) -> None:
    server.faults_at[CREATE] = says([error(code, "told", "Region__c")], status)
    if status == 401:
        server.refuses_tokens = True

    told = await refusal(crm)

    assert type(told) is cls
    assert code in str(told)


@pytest.mark.parametrize(
    ("message", "wait"),
    [
        ("TotalRequests Limit exceeded.", QUOTA_WAIT),
        ("ConcurrentPerOrgLongTxn Limit exceeded.", None),
        ("Somebody wrote that TotalRequests Limit exceeded.", None),
    ],
)
async def test_the_daily_quota_is_known_by_its_message_as_a_whole(
    server: SalesforceServer, crm: SalesforceCrm, message: str, wait: timedelta | None
) -> None:
    server.faults_at[CREATE] = says([error("REQUEST_LIMIT_EXCEEDED", message)], 403)

    told = await refusal(crm)

    assert isinstance(told, CrmUnavailableError)
    assert told.retry_after == wait


LOCKED = (
    "RegionTrigger: execution of AfterInsert\n\ncaused by: System.DmlException: Update failed."
    " First exception on row 0 with id 001B000001ABCdEIAX; first error: UNABLE_TO_LOCK_ROW, unable"
    " to obtain exclusive access to this record: []\n\nTrigger.RegionTrigger: line 7, column 1"
)


@pytest.mark.parametrize(
    ("message", "cls"),
    [
        (LOCKED, CrmUnavailableError),
        (LOCKED.replace("UNABLE_TO_LOCK_ROW", "INVALID_STATUS"), CrmRejectedError),
        (f"Wrong company: {LOCKED}", CrmRejectedError),
        ("RegionTrigger: the company 'UNABLE_TO_LOCK_ROW' is unknown", CrmRejectedError),
    ],
)
async def test_a_lost_lock_of_a_trigger_is_known_by_its_message_and_not_by_a_customers_words(
    server: SalesforceServer, crm: SalesforceCrm, message: str, cls: type[CrmError]
) -> None:
    code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    server.faults_at[CREATE] = says([error(code, message)])

    assert type(await refusal(crm)) is cls


async def test_a_refusal_names_the_field_in_salesforces_words_and_not_the_value(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    message = f"Problem with {CONTACT.phone} of {CONTACT.email}"
    code = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    server.faults_at[CREATE] = says([error(code, message, "Region__c")])

    said = str(await refusal(crm))

    assert re.fullmatch(rf"400 {code}: Problem with ?… of … \(Region__c\)", said)


async def test_leads_wait_while_a_field_is_required_that_is_not_mapped(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.required.add("Region__c")

    told = await refusal(crm)

    assert isinstance(told, CrmSettingsError)
    assert str(told) == (
        "400 REQUIRED_FIELD_MISSING: Required fields are missing: [Region__c] (Region__c): set the"
        " field in SALESFORCE_FIELDS, or make it optional"
    )


async def test_a_duplicate_rule_that_blocks_parks_the_lead_with_the_records_it_matches(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.duplicate_rule = "block"
    twin = server.insert("Lead", {"Email": CONTACT.email}, SALES)

    told = await refusal(crm)

    assert type(told) is CrmRejectedError
    assert "DUPLICATES_DETECTED" in str(told)
    assert str(told).endswith(f"it matches {twin['Id']}")


async def test_a_duplicate_rule_that_only_alerts_lets_the_lead_pass(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.duplicate_rule = "alert"
    server.insert("Lead", {"Email": CONTACT.email}, SALES)

    await deliver(crm)

    assert len(server.records()) == 2


async def test_leads_wait_while_the_id_field_is_missing(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.custom_fields.clear()

    told = await refusal(crm)

    assert type(told) is CrmSettingsError
    assert f"({ID_FIELD}): create the field" in str(told)


async def test_an_org_that_can_not_be_reached_has_done_nothing(crm_for: CrmFor) -> None:
    told = await refusal(crm_for(SALESFORCE_URL="http://127.0.0.1:9"))

    assert type(told) is CrmUnavailableError
    assert "can't be reached" in str(told)


async def test_a_daily_quota_is_told_as_one(server: SalesforceServer, crm: SalesforceCrm) -> None:
    for fault, daily in ((Fault.THROTTLED, True), (Fault.THROTTLED_WITHOUT_WAIT, False)):
        server.faults.append(fault)
        told = await refusal(crm)
        assert isinstance(told, CrmUnavailableError)
        assert told.daily_quota is daily
