"""When sales changed a status, and that nothing is seen twice: else nobody would ever check in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.responses import JSONResponse

from local.fakes.hubspot import HubspotServer
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.acts import Outcome
from tests.destinations.hubspot.world import BATCH, CrmFor, deliver, question
from tests.examples import LEAD_ID
from tests.fakes import START


@pytest.mark.parametrize(
    "history",
    [None, 7, {}, {"hs_lead_status": "new"}, {"hs_lead_status": [3, {"timestamp": None}, "x"]}],
)
async def test_a_status_without_a_history_that_can_be_read_was_changed_now(
    server: HubspotServer, crm_for: CrmFor, history: object
) -> None:
    now = START + timedelta(hours=5)
    crm = crm_for(now=now)
    record = await deliver(crm)
    contact = {**server.contacts[record.id], "hs_lead_status": "UNQUALIFIED"}
    shown = {"id": record.id, "properties": contact, "propertiesWithHistory": history}
    server.answers_at[BATCH] = JSONResponse({"status": "COMPLETE", "results": [shown]})

    seen = await crm.follow_ups([question(record)])

    [act] = seen[LEAD_ID].acts
    assert (act.at, act.outcome) == (now, Outcome.NOT_QUALIFIED)


async def test_a_status_has_the_time_at_which_it_was_changed_last(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(now=START + timedelta(hours=5))
    record = await deliver(crm)
    contact = {**server.contacts[record.id], "hs_lead_status": "CONNECTED"}
    times = [(START + timedelta(hours=hour)).isoformat() for hour in (1, 3, 2)]
    history = {"hs_lead_status": [{"value": "CONNECTED", "timestamp": at} for at in times]}
    shown = {"id": record.id, "properties": contact, "propertiesWithHistory": history}
    for since, told in ((0, [START + timedelta(hours=3)]), (4, [])):
        server.answers_at[BATCH] = JSONResponse({"status": "COMPLETE", "results": [shown]})
        asked = replace(question(record), since=START + timedelta(hours=since))

        seen = await crm.follow_ups([asked])

        assert [act.at for one in seen.values() for act in one.acts] == told


async def test_a_call_that_was_seen_is_not_seen_again_as_its_count(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    server.sales_acts(record.id)
    [act] = (await crm.follow_ups([question(record)]))[LEAD_ID].acts

    assert await crm.follow_ups([replace(question(record), since=act.at)]) == {}
