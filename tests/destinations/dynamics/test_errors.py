"""What Dataverse answers is told for what it is, and never makes a second lead."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.server import Fault
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from tests.destinations.dynamics.world import CrmFor, customer, delivered, later
from tests.examples import CONTACT, OTHER_LEAD_ID


@pytest.mark.parametrize(
    ("fault", "raised", "said"),
    [
        (Fault.REJECTED, CrmRejectedError, "400 0x80040265 A plug-in of the publisher says no."),
        (Fault.THROTTLED, CrmUnavailableError, "0x80072322"),
        (Fault.THROTTLED_WITHOUT_WAIT, CrmUnavailableError, "0x80072322"),
        (Fault.UNAVAILABLE, CrmOutcomeUnknownError, "503"),
        (Fault.CUT_BEFORE, CrmOutcomeUnknownError, "no whole answer"),
        (Fault.HALF_A_BODY, CrmOutcomeUnknownError, "no whole answer"),
        (Fault.HTML, CrmOutcomeUnknownError, "no JSON object"),
        (Fault.NO_ID, CrmOutcomeUnknownError, "not with the record alone"),
        (Fault.REDIRECT, CrmOutcomeUnknownError, "redirected elsewhere"),
    ],
)
async def test_each_fault_is_told_for_what_it_is_and_the_lead_is_made_once(
    crm: DynamicsCrm,
    server: DynamicsServer,
    fault: Fault,
    raised: type[CrmError],
    said: str,
) -> None:
    server.faults.append(fault)
    with pytest.raises(raised, match=said) as caught:
        await delivered(crm)
    wait = getattr(caught.value, "retry_after", None)
    assert wait == (timedelta(seconds=30) if fault is Fault.THROTTLED else None)
    await delivered(crm)
    (held,) = server.records()
    assert held.notes == []


async def test_a_rule_against_duplicates_rejects_although_its_status_is_500(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm, replace(customer(), lead_id=OTHER_LEAD_ID))
    server.duplicate_rule = True
    with pytest.raises(CrmRejectedError, match="0x80040333 A record was not created"):
        await delivered(crm)


async def test_a_violated_key_rejects_and_is_told_without_the_address(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    await delivered(crm, replace(customer(), lead_id=OTHER_LEAD_ID))
    server.email_is_key = True
    with pytest.raises(CrmRejectedError, match="0x80060892 Entity Key Email violated") as caught:
        await delivered(crm)
    assert CONTACT.email not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"DYNAMICS_FIELDS": '{"new_offer": "x"}'},
            "property 'new_offer' .*: correct DYNAMICS_FIELDS",
        ),
        ({"DYNAMICS_LEAD_SOURCE_CODE": "99"}, "value 99 .*: correct DYNAMICS_LEAD_SOURCE_CODE"),
        ({"DYNAMICS_OWNER": f"team:{uuid4()}"}, "Does Not Exist: correct DYNAMICS_OWNER"),
    ],
)
async def test_leads_wait_until_a_setting_that_dataverse_refuses_is_mended(
    crm_for: CrmFor, server: DynamicsServer, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(CrmSettingsError, match=said):
        await delivered(crm_for(**settings))
    assert server.records() == []


async def test_a_fault_inside_dataverse_is_told_without_what_was_sent(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.breaks_down = True
    said = "500 Internal Server Error: 0x80040224 A plug-in broke over …"
    with pytest.raises(CrmOutcomeUnknownError, match=said) as caught:
        await delivered(crm)
    assert CONTACT.email not in str(caught.value)


async def test_a_missing_privilege_and_a_missing_user_are_told_with_what_to_do(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.missing_privileges = {"prvCreateLead"}
    with pytest.raises(CrmSettingsError, match=r"0x80040220 .*: widen the role"):
        await delivered(crm)
    server.knows_no_user = True
    with pytest.raises(CrmCredentialsError, match=r"0x80072560 .*: add an application user"):
        await delivered(crm)


async def test_leads_wait_for_an_environment_with_sales(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = crm_for()
    record = await delivered(crm)
    del server.tables["leads"]
    with pytest.raises(CrmSettingsError, match="no Dynamics 365 Sales here"):
        await delivered(crm)
    with pytest.raises(CrmSettingsError, match="no Dynamics 365 Sales here"):
        await crm.upsert(customer(phone="+49 1"), later(record, "phone"), uncertain=False)
