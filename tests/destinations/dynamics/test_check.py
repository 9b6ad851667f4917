"""What ``leads check`` tells of an environment."""

import json
from uuid import uuid4

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.ports.crm import CheckResult
from tests.destinations.dynamics.world import CrmFor


async def test_a_check_of_what_fits_finds_no_fault_and_writes_nothing(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    for owner in ("", f"systemuser:{server.anna.id}", f"team:{server.team.id}"):
        results = await crm_for(DYNAMICS_OWNER=owner).check()
        assert [result.ok for result in results] == [True] * 6
    assert server.bodies == []


async def test_a_check_names_what_is_missing_and_how_to_mend_it(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.missing_privileges = {"prvCreateLead", "prvAppendNote"}
    server.required_columns |= {"new_region", "telephone1", "companyname", "campaignid"}
    server.anna.disabled = True
    crm = crm_for(
        DYNAMICS_FIELDS=json.dumps(
            {
                "new_offer": "{offer}",
                "campaignid@odata.bind": "/campaigns(1)",
                "companyname": {"of": "{company}", "values": {}, "else": "unknown"},
            }
        ),
        DYNAMICS_LEAD_SOURCE_CODE="99",
        DYNAMICS_OWNER=f"systemuser:{server.anna.id}",
    )
    results = await crm.check()
    assert [result.ok for result in results] == [True, False, False, False, False, False]
    assert [result.mend for result in results[1:]] == [
        "give the application user a security role with prvCreateLead, prvAppendNote",
        "create new_offer on the table lead, or correct DYNAMICS_FIELDS",
        (
            "set new_region, telephone1 in DYNAMICS_FIELDS, or make it optional: the forms require"
            " it, and so may business rules and plug-ins"
        ),
        "set DYNAMICS_LEAD_SOURCE_CODE to one of [1, 2, 8, 10], or to 0 for none; it is 99",
        "DYNAMICS_OWNER names a disabled user: enable it or name another",
    ]


async def test_a_check_names_an_owner_that_is_not_there(crm_for: CrmFor) -> None:
    (*_, owner) = await crm_for(DYNAMICS_OWNER=f"team:{uuid4()}").check()
    assert owner.mend == "set DYNAMICS_OWNER to a team of this environment"


async def test_a_check_stops_where_nobody_is_let_in(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.refuses_tokens = True
    (only,) = await crm.check()
    assert isinstance(only, CheckResult)
    assert not only.ok
    assert "AADSTS7000215" in only.mend


async def choices(crm_for: CrmFor, **settings: str) -> str:
    """Return what is told of the choices."""
    results = {result.what: result.mend for result in await crm_for(**settings).check()}
    return results["the choices have the values that leads are given"]


@pytest.mark.parametrize("shared", [set(), {"new_kind"}])
async def test_a_check_looks_at_every_value_that_a_choice_may_be_given(
    crm_for: CrmFor, server: DynamicsServer, shared: set[str]
) -> None:
    server.choices["new_kind"] = {1, 2}
    server.shared_choices = shared
    kind = {"of": "{offer}", "values": {"things": 1, "others": 7}, "else": 8}
    assert await choices(crm_for, DYNAMICS_FIELDS=json.dumps({"new_kind": kind})) == (
        "set DYNAMICS_FIELDS: new_kind to one of [1, 2]; it gets 7;"
        " set DYNAMICS_FIELDS: new_kind to one of [1, 2]; it gets 8"
    )
    kind |= {"values": {"things": 1}, "else": 2}
    assert await choices(crm_for, DYNAMICS_FIELDS=json.dumps({"new_kind": kind})) == ""


@pytest.mark.parametrize("value", ["{offer}", "1", True, 1.0])
async def test_a_check_finds_what_is_no_number_of_a_choice(
    crm_for: CrmFor, server: DynamicsServer, value: object
) -> None:
    server.choices["new_kind"] = {1}
    told = await choices(crm_for, DYNAMICS_FIELDS=json.dumps({"new_kind": value}))
    assert told == f"set DYNAMICS_FIELDS: new_kind to one of [1]; it gets {value!r}"


async def test_a_lead_source_of_ones_own_takes_the_place_of_the_setting(crm_for: CrmFor) -> None:
    both = {"DYNAMICS_LEAD_SOURCE_CODE": "99", "DYNAMICS_FIELDS": '{"leadsourcecode": 10}'}
    assert await choices(crm_for, **both) == ""
    both["DYNAMICS_FIELDS"] = '{"leadsourcecode": 11}'
    assert "leadsourcecode to one of [1, 2, 8, 10]; it gets 11" in await choices(crm_for, **both)


async def test_a_check_names_a_column_that_can_not_be_set(crm_for: CrmFor) -> None:
    results = await crm_for(DYNAMICS_FIELDS='{"createdon": "{offer}"}').check()
    assert [result.mend for result in results if not result.ok] == [
        "create createdon on the table lead, or correct DYNAMICS_FIELDS"
    ]


async def test_definitions_that_are_none_are_no_answer(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    path = "EntityDefinitions(LogicalName='lead')/Attributes"
    server.answers[f"{path}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata"] = {}
    assert await choices(crm_for) == "not as Dataverse answers, check DYNAMICS_URL"


async def test_status_reasons_that_outcomes_are_named_for_must_exist(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    server.statuses["Nurturing"] = 100_000_001
    ours = {"100000001": "meeting", "Nurturing": "meeting", "99": "lost"}

    *others, found = await crm_for(DYNAMICS_OUTCOMES=json.dumps(ours)).check()

    assert all(result.ok for result in others)
    assert found.what == "the statuses of DYNAMICS_OUTCOMES exist"
    assert found.mend.startswith("correct 'Nurturing' (write '100000001'), '99'; there are: '1', ")
