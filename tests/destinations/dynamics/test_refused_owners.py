"""An owner whom Dataverse refuses, under whatever code: left out of one lead, else a trouble."""

import re
from dataclasses import replace

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.errors import CrmCredentialsError, CrmSettingsError
from tests.destinations.dynamics.world import (
    REMINDER,
    WRITE,
    CrmFor,
    customer,
    delivered,
    fault,
    new,
    says,
)

OWNER_ID = "11111111-1111-1111-1111-111111111111"
OWNER = f"systemuser:{OWNER_ID}"
TASKS = re.compile(r"/tasks\(")

REFUSALS = [
    (403, "0x80040225", "The specified user is disabled."),
    (403, "0x8004abcd", "Principal user is missing prvReadLead privilege"),
    (403, "0x80040220", "Principal user is missing prvReadLead privilege"),
    (400, "0x8004d24b", "The team has no role"),
    (400, "0x8004d24b", "Der OwnerId ist ungültig"),
    (400, "0x8004d24b", f"Für {OWNER_ID.upper()} fehlt etwas"),
]


@pytest.mark.parametrize(("status", "code", "message"), REFUSALS)
async def test_a_lead_is_delivered_without_an_owner_of_its_own_who_is_refused(
    crm: DynamicsCrm, server: DynamicsServer, status: int, code: str, message: str
) -> None:
    server.faults_at[WRITE] = says(fault(code, message), status)

    made = await crm.upsert(customer(), replace(new(), owner=OWNER), uncertain=False)

    assert len(server.records()) == 1
    assert made.owner != OWNER
    assert [one.partition(": ")[0] for one in made.remarks] == ["owner not set"]


@pytest.mark.parametrize(("status", "code", "message"), REFUSALS)
async def test_leads_wait_while_the_owner_of_the_settings_is_refused(
    crm_for: CrmFor, server: DynamicsServer, status: int, code: str, message: str
) -> None:
    server.lasting_faults[WRITE] = says(fault(code, message), status)

    with pytest.raises(CrmSettingsError, match=r"correct DYNAMICS_OWNER|widen the role"):
        await delivered(crm_for(DYNAMICS_OWNER=OWNER))


@pytest.mark.parametrize("code", ["0x80040225", "0x8004abcd"])
async def test_without_an_owner_it_is_our_own_user_who_is_refused(
    crm_for: CrmFor, server: DynamicsServer, code: str
) -> None:
    server.lasting_faults[WRITE] = says(fault(code, "disabled"), 403)

    with pytest.raises(CrmCredentialsError, match=code):
        await delivered(crm_for(DYNAMICS_OWNER=""))


async def test_a_reminder_is_our_own_users_where_its_owner_is_disabled(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    task = await crm.remind(customer(), record, REMINDER)
    [call] = filter(TASKS.search, server.calls)
    server.tables["tasks"].clear()
    server.faults_at[call] = says(fault("0x80040225", "The user is disabled"), 403)

    assert await crm.remind(customer(), record, REMINDER) == task
    assert list(server.tables["tasks"]) == [task]
