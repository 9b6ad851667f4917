"""What sales reads in a CRM of where a lead stands, and how our notes are recognised still."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared.destinations.http.texts import interest_text
from shared.domain.delivery import CrmRecord
from shared.domain.standing import Standing
from shared.ports.crm import Changed
from tests.crm_contract.subjects import Subject, on_a_socket
from tests.examples import interest, lead

CRMS = ["dynamics", "hubspot", "marketo", "salesforce"]
LEAD = replace(lead(), suppressed=False)
FIRST, SECOND = interest(1), interest(2)
OWNED = Standing(owner="Anna Example", team="Sales North", judged=True)
GIVEN_AWAY = replace(OWNED, owner="Bert Example")


@pytest.fixture(params=CRMS)
async def crm(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    async with on_a_socket(request.param) as subject:
        yield subject


async def delivered(crm: Subject, standing: Standing | None) -> CrmRecord:
    changed = Changed(
        record=None,
        fields=frozenset(LEAD.contact.given()),
        interests=(FIRST, SECOND),
        standing=standing,
    )
    return (await crm.crm.upsert(LEAD, changed, uncertain=False)).record


async def texts(crm: Subject) -> list[str]:
    """Return all that the one record says of what the customer did."""
    [record] = await crm.records()
    return [text for text in (record.description, *record.notes) if text]


async def test_the_record_and_each_note_tell_whose_lead_it_is_and_whether_it_is_qualified(
    crm: Subject,
) -> None:
    record = await delivered(crm, OWNED)
    await crm.crm.note(LEAD, record, SECOND, OWNED)

    told = "\n".join(await texts(crm))
    assert told.count("Owner: Anna Example (Sales North)") == 2
    assert told.count("Qualified: no, country is missing") == 2
    assert told.count("Priority: high") == 2
    for line in ("Answer by: Tue 3 Nov 2026, 09:00 UTC", "Rule: enterprise"):
        assert told.count(line) == 1  # the other interest has another rule and no time


async def test_without_rules_a_record_says_what_it_did_before(crm: Subject) -> None:
    await delivered(crm, None)

    [told] = await texts(crm)
    assert told.startswith(interest_text(FIRST).split("\n")[0])
    assert not any(word in told for word in ("Owner:", "Qualified:", "Rule:", "Priority:"))


@pytest.mark.parametrize("before", [None, OWNED], ids=["by the version before", "by this version"])
async def test_what_is_there_is_recognised_whatever_it_said_of_the_owner(
    crm: Subject, before: Standing | None
) -> None:
    record = await delivered(crm, before)
    await crm.crm.note(LEAD, record, SECOND, before)
    said = await texts(crm)

    await crm.crm.note(LEAD, record, FIRST, GIVEN_AWAY)
    await crm.crm.note(LEAD, record, SECOND, GIVEN_AWAY)

    assert await texts(crm) == said
