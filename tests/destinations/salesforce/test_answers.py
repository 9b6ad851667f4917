"""What Salesforce's answers mean for a lead."""

from datetime import timedelta

import pytest
from starlette.responses import PlainTextResponse

from local.fakes.salesforce import SalesforceServer
from local.fakes.salesforce.answers import error
from local.fakes.salesforce.org import ID_FIELD, SALES
from local.fakes.server import Fault
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.destinations.salesforce.answers import QUOTA_WAIT
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)
from tests.destinations.salesforce.world import NEW_PHONE, CrmFor, a_lead, deliver, only, refusal
from tests.examples import CONTACT


@pytest.mark.parametrize(
    ("fault", "cls", "said", "wait"),
    [
        (Fault.THROTTLED, CrmUnavailableError, "TotalRequests", QUOTA_WAIT),
        (Fault.THROTTLED_WITHOUT_WAIT, CrmUnavailableError, "Concurrent", None),
        (Fault.UNAVAILABLE, CrmUnavailableError, "SERVER_UNAVAILABLE", None),
        (Fault.REDIRECT, CrmUnavailableError, "redirected elsewhere", None),
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
async def test_an_update_whose_answer_is_no_use_is_sent_again(
    server: SalesforceServer, crm: SalesforceCrm, fault: Fault
) -> None:
    record = await deliver(crm)
    server.meanwhile["PATCH"] = lambda: server.faults.append(fault)
    with pytest.raises(CrmOutcomeUnknownError):
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
        ("UNKNOWN_EXCEPTION", 500, CrmOutcomeUnknownError),
        ("API_DISABLED_FOR_ORG", 403, CrmCredentialsError),
        ("SOMETHING_NEW", 403, CrmCredentialsError),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", 400, CrmCredentialsError),
        ("INACTIVE_OWNER_OR_USER", 400, CrmCredentialsError),
        ("NOT_FOUND", 404, CrmCredentialsError),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", 400, CrmRejectedError),
        ("STRING_TOO_LONG", 400, CrmRejectedError),
        ("SOMETHING_NEW", 422, CrmRejectedError),
    ],
)
async def test_codes_decide_what_an_answer_means(
    server: SalesforceServer, crm: SalesforceCrm, code: str, status: int, cls: type[CrmError]
) -> None:
    server.refuses_with = error(code, "told", "Title", status=status)

    told = await refusal(crm)

    assert type(told) is cls
    assert code in str(told)


@pytest.mark.parametrize(
    ("status", "meant"),
    [(400, CrmUnavailableError), (404, CrmUnavailableError), (429, CrmOutcomeUnknownError)],
)
async def test_a_refusal_that_is_not_in_salesforces_words_never_parks_a_lead(
    server: SalesforceServer, crm: SalesforceCrm, status: int, meant: type[CrmError]
) -> None:
    server.refuses_with = PlainTextResponse("<html>", status_code=status)

    assert type(await refusal(crm)) is meant


async def test_a_triggers_lost_lock_is_tried_again(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.refuses_with = error("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "x: UNABLE_TO_LOCK_ROW")

    assert type(await refusal(crm)) is CrmUnavailableError


async def test_a_refusal_names_the_field_in_salesforces_words_and_not_the_value(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.refuses_with = error(
        "FIELD_INTEGRITY_EXCEPTION", f"Problem with {CONTACT.phone} of {CONTACT.email}", "Phone"
    )

    said = str(await refusal(crm))

    assert said == "400 FIELD_INTEGRITY_EXCEPTION: Problem with … of … (Phone)"


async def test_a_missing_required_field_parks_the_lead_with_its_name(
    server: SalesforceServer, crm: SalesforceCrm
) -> None:
    server.required.add("Region__c")

    told = await refusal(crm)

    assert type(told) is CrmRejectedError
    assert "REQUIRED_FIELD_MISSING" in str(told)
    assert "(Region__c)" in str(told)


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

    assert type(told) is CrmCredentialsError
    assert ID_FIELD in str(told)


async def test_an_org_that_can_not_be_reached_has_done_nothing(crm_for: CrmFor) -> None:
    told = await refusal(crm_for(SALESFORCE_URL="http://127.0.0.1:9"))

    assert type(told) is CrmUnavailableError
    assert "can't be reached" in str(told)
