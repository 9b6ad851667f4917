"""What may exist is looked for, or waits for a person."""

import pytest

from local.fakes.faults import Reply, page
from local.fakes.hubspot import HubspotServer, error
from local.fakes.server import Fault
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import (
    CrmOutcomeUnknownError,
    CrmSettingsError,
    CrmUncertainError,
)
from shared.domain.lead import Lead
from tests.destinations.hubspot.world import CREATE, FIRST, NO_EMAIL, SECOND, WANTED, deliver


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.NO_ID, Fault.HTML, Fault.HALF_A_BODY])
@pytest.mark.parametrize("who", [WANTED, NO_EMAIL], ids=["email", "our id"])
async def test_a_create_without_an_answer_is_unknown_and_found_when_uncertain(
    server: HubspotServer, crm: HubspotCrm, who: Lead, fault: Fault
) -> None:
    server.faults_at[CREATE] = fault

    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, who)
    record = await deliver(crm, who, FIRST, SECOND, uncertain=True)

    [seen] = server.records()
    assert seen.record_id == record.id
    assert (seen.owner, seen.status) == ("77", "NEW")
    assert "Hello" in seen.description
    assert ["Zwei" in note for note in seen.notes] == [True]


async def test_without_email_and_our_property_an_unanswered_create_is_for_a_person(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.unique.clear()
    server.faults_at[CREATE] = Fault.CUT_AFTER

    with pytest.raises(CrmOutcomeUnknownError):
        await deliver(crm, NO_EMAIL)
    with pytest.raises(CrmUncertainError, match="marketplace_lead_id with unique values"):
        await deliver(crm, NO_EMAIL, uncertain=True)

    assert len(server.contacts) == 1


@pytest.mark.parametrize(
    "answer",
    [
        *(page(status, done=True) for status in (400, 401, 403, 404, 409, 413)),
        Reply(status=404, body=b"{}", done=True),
        Reply(status=302, headers={"Location": "https://proxy.example/login"}, done=True),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:9]!r}",
)
async def test_a_proxy_is_not_believed_that_a_contact_was_not_created_if_it_can_not_be_found(
    server: HubspotServer, crm: HubspotCrm, answer: Reply
) -> None:
    server.unique.clear()
    server.faults_at[CREATE] = answer

    with pytest.raises(CrmOutcomeUnknownError, match=rf"^{answer.status}"):
        await deliver(crm, NO_EMAIL)

    assert len(server.contacts) == 1


async def test_hubspot_itself_is_believed_that_a_contact_was_not_created(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.unique.clear()
    server.answers_at[CREATE] = error(403, "MISSING_SCOPES", "Not granted.")

    with pytest.raises(CrmSettingsError, match=r"^403 MISSING_SCOPES"):
        await deliver(crm, NO_EMAIL)


async def test_without_email_and_our_property_a_contact_is_created_and_known_by_its_id(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.unique.clear()
    server.properties.remove("marketplace_lead_id")

    record = await deliver(crm, NO_EMAIL)
    again = await deliver(crm, NO_EMAIL, SECOND, record=record)

    [seen] = server.records()
    assert (record.id, again.id, seen.lead_id) == (seen.record_id, seen.record_id, "")
    assert len(seen.notes) == 1


async def test_an_uncertain_create_that_never_arrived_is_done(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm, WANTED, FIRST, SECOND, uncertain=True)

    [seen] = server.records()
    assert (seen.record_id, len(seen.notes)) == (record.id, 1)
    assert "Hello" in seen.description
