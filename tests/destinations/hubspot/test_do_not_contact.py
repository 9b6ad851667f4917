"""Whom nobody may contact is unsubscribed, and never subscribed again."""

from dataclasses import replace

import pytest
from starlette.responses import Response

from local.fakes.faults import Fault
from local.fakes.hubspot import HubspotServer, error
from shared.destinations.hubspot.adapter import HubspotCrm
from shared.domain.errors import (
    CrmOutcomeUnknownError,
    CrmRejectedError,
)
from tests.destinations.hubspot.world import (
    MISTYPED,
    MOVED,
    NO_EMAIL,
    SECOND,
    UNWANTED,
    WANTED,
    CrmFor,
    deliver,
    delivered,
)
from tests.examples import CONTACT, interest

OPT_OUT = f"POST /communication-preferences/2026-09/statuses/{CONTACT.email}/unsubscribe-all"


async def test_whom_nobody_may_contact_is_unsubscribed(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    done = await delivered(crm, UNWANTED)

    assert server.records()[0].do_not_contact
    assert done.remarks == ()


async def test_do_not_contact_is_set_when_it_becomes_so_and_only_once(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    assert not server.records()[0].do_not_contact
    suppressed = replace(WANTED, suppressed=True)

    record = await deliver(crm, suppressed, SECOND, record=record)
    assert server.records()[0].do_not_contact
    server.unsubscribed.clear()  # the customer subscribes again
    await deliver(crm, suppressed, interest(3), record=record)
    await deliver(crm, WANTED, interest(4), record=record)

    assert not server.records()[0].do_not_contact


async def test_a_contact_that_sales_had_is_unsubscribed_for_our_suppression_list_only(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.has(email=CONTACT.email)

    record = await deliver(crm, UNWANTED)
    assert not server.records()[0].do_not_contact
    await deliver(crm, replace(UNWANTED, suppressed=True), SECOND, record=record)

    assert server.records()[0].do_not_contact


async def test_an_unsubscription_that_failed_is_made_up_for(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.scopes.remove("communication_preferences.read_write")
    with pytest.raises(CrmOutcomeUnknownError, match=r"communication_preferences\.read_write"):
        await deliver(crm, UNWANTED)
    server.scopes.add("communication_preferences.read_write")

    await deliver(crm, UNWANTED)

    [seen] = server.records()
    assert seen.do_not_contact
    assert seen.notes == []


@pytest.mark.parametrize(
    "answer",
    [
        '{"numErrors": 1}',
        '{"status": "COMPLETE", "numErrors": 1}',
        '{"status": "COMPLETE", "errors": ["no"]}',
        '{"status": "COMPLETE", "errors": {"message": "no"}}',
        '{"status": "CANCELED"}',
        '{"status": "PENDING", "results": []}',
        '{"status": "PROCESSING"}',
        "{}",
        "[]",
        "null",
        '"COMPLETE"',
        "<html>",
        "",
    ],
)
async def test_an_unsubscription_that_only_looks_done_is_not(
    server: HubspotServer, crm: HubspotCrm, answer: str
) -> None:
    server.answers_at[OPT_OUT] = Response(answer)

    with pytest.raises(CrmOutcomeUnknownError, match="HubSpot has not unsubscribed the address"):
        await deliver(crm, UNWANTED)
    record = await deliver(crm, UNWANTED)

    [seen] = server.records()
    assert seen.do_not_contact
    assert record.baseline["do_not_contact"] == "yes"


async def test_an_unsubscription_that_is_told_to_be_pending_but_is_done_is_done(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    server.unsubscribed.add(CONTACT.email)
    server.opt_outs.append("PENDING")

    record = await deliver(crm, UNWANTED)

    assert record.baseline["do_not_contact"] == "yes"


async def test_whatever_fails_with_an_unsubscription_the_contact_is_written_before(
    server: HubspotServer, crm: HubspotCrm
) -> None:
    record = await deliver(crm)
    suppressed = replace(MOVED, suppressed=True)
    for answer, trouble in (
        (error(429, "RATE_LIMITS", "Wait."), False),
        (error(403, "MISSING_SCOPES", "No."), True),
        (error(401, "INVALID_AUTHENTICATION", "Who?"), True),
    ):
        if answer.status_code == 401:  # it is asked twice
            server.faults_at[OPT_OUT] = Fault.UNAUTHORIZED
        server.answers_at[OPT_OUT] = answer
        with pytest.raises(CrmOutcomeUnknownError, match=r"^4\d\d [A-Z_]+") as caught:
            await deliver(crm, suppressed, SECOND, record=record, fields=frozenset({"title"}))

        assert caught.value.trouble is trouble

    assert server.contacts[record.id]["jobtitle"] == MOVED.contact.title


@pytest.mark.parametrize("known", ["a new contact", "one that we know"])
async def test_an_unsubscription_that_hubspot_refuses_parks_the_lead_with_all_else_done(
    server: HubspotServer, crm: HubspotCrm, known: str
) -> None:
    record = await deliver(crm) if known == "one that we know" else None
    server.answers_at[OPT_OUT] = error(400, "VALIDATION_ERROR", "No.")
    suppressed = replace(MOVED, suppressed=True)

    with pytest.raises(CrmRejectedError, match=r"^400 .*: do not contact is not set: unsubscribe"):
        await deliver(crm, suppressed, interest(1), SECOND, record=record)

    [seen] = server.records()
    said = [seen.description, *seen.notes]
    assert all(any(one in text for text in said) for one in ("submission-1", "submission-2"))
    assert seen.values["title"] == MOVED.contact.title

    server.unsubscribed.add(CONTACT.email)  # a person does it
    server.answers_at[OPT_OUT] = error(400, "VALIDATION_ERROR", "It is unsubscribed already.")
    done = await deliver(crm, suppressed, interest(1), SECOND)
    assert done.baseline["do_not_contact"] == "yes"
    assert len(server.records()[0].notes) == len(seen.notes)


async def test_where_nothing_can_be_unsubscribed_there_is_a_remark(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    off = crm_for(HUBSPOT_UNSUBSCRIBE="false")
    no_address = replace(NO_EMAIL, asked_for_contact=False)

    assert "HUBSPOT_UNSUBSCRIBE" in (await delivered(off, UNWANTED)).remarks[0]
    assert "has no e-mail" in (await delivered(crm_for(), no_address)).remarks[0]
    mistyped = await delivered(crm_for(), replace(MISTYPED, asked_for_contact=False))
    assert mistyped.remarks[1] == (
        "do not contact is not set: HubSpot has no e-mail to unsubscribe"
    )
    assert server.unsubscribed == set()
