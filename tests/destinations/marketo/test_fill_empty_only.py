"""On a person who was in Marketo before us, only what is empty is filled."""

from dataclasses import replace

import pytest

from local.fakes.marketo import MarketoServer
from local.fakes.server import Fault
from shared.destinations.marketo.adapter import MarketoCrm
from shared.domain.errors import CrmOutcomeUnknownError
from shared.domain.lead import Contact, Interest, Lead
from tests.destinations.marketo.world import CrmFor, a_lead, deliver, only, upsert
from tests.examples import CONTACT, interest

THEIRS = "+1 425 555 0100"


def calling_from(phone: str, *, title: str = CONTACT.title) -> Contact:
    return replace(CONTACT, phone=phone, title=title, company="")


def asking(number: int, contact: Contact) -> tuple[Lead, Interest]:
    """Return a lead with a contact, and the interest that gave it."""
    new = interest(number)
    given = replace(new.submission, contact=contact)
    return a_lead(contact), replace(new, submission=given)


async def test_what_is_there_stays_and_what_is_empty_is_filled(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.has(email=CONTACT.email.upper(), phone=THEIRS, firstName="", lastName=CONTACT.last_name)
    upserted = await upsert(crm, a_lead(replace(CONTACT, company="")))

    values = only(server).values
    assert (values["phone"], values["first_name"]) == (THEIRS, CONTACT.first_name)
    assert values["email"] == CONTACT.email.upper()
    assert values["title"] == CONTACT.title
    assert upserted.remarks == ("phone left out: the person has another",)
    told = f"Phone as given: {CONTACT.phone}"
    assert told in only(server).description


async def test_what_we_have_filled_is_ours_to_change_and_what_was_there_is_not(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.has(email=CONTACT.email, phone=THEIRS)
    record = await deliver(crm, a_lead(replace(CONTACT, company="")))
    changed = a_lead(calling_from("+49 30 654321", title="Boss"))
    record = await deliver(crm, changed, record=record, fields={"phone", "title"})
    record = await deliver(
        crm, a_lead(calling_from(THEIRS, title="CEO")), record=record, fields={"title"}
    )

    assert only(server).values["phone"] == THEIRS
    assert only(server).values["title"] == "CEO"


async def test_what_sales_empties_is_filled_again_when_it_changes(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.has(email=CONTACT.email, phone=THEIRS)
    record = await deliver(crm)
    server.sales_corrects(record.id, "phone", "")
    await deliver(crm, a_lead(calling_from("+49 1")), record=record, fields={"phone"})

    assert only(server).values["phone"] == "+49 1"


@pytest.mark.parametrize("id_field", ["marketplaceLeadId", ""])
async def test_a_person_whom_we_made_is_not_one_who_was_there(
    server: MarketoServer, crm_for: CrmFor, id_field: str
) -> None:
    crm = crm_for(MARKETO_ID_FIELD=id_field)
    record = await deliver(crm)
    record = await deliver(crm, a_lead(calling_from("+49 2")), record=record, fields={"phone"})
    await deliver(crm, a_lead(calling_from("+49 3")), record=record, fields={"phone"})

    assert only(server).values["phone"] == "+49 3"


@pytest.mark.parametrize("id_field", ["marketplaceLeadId", ""])
@pytest.mark.parametrize("title", ["Customer", ""])
async def test_what_a_lost_answer_left_is_ours_to_change(
    server: MarketoServer, crm_for: CrmFor, id_field: str, title: str
) -> None:
    """A, B, A, B: each answer but the last is lost."""
    crm = crm_for(MARKETO_ID_FIELD=id_field)
    if title:
        server.has(email=CONTACT.email, title=title)
    phones = ["+49 1", "+49 2", "+49 1", "+49 2"]
    asked = [asking(n, calling_from(phone)) for n, phone in enumerate(phones, start=1)]
    for known in range(1, 4):
        given, new = asked[known - 1][0], [one for _, one in asked[:known]]
        looks = 2 if title or known > 1 else 0
        server.faults.extend([*[Fault.NONE] * looks, Fault.CUT_AFTER])
        with pytest.raises(CrmOutcomeUnknownError):
            await deliver(crm, given, *new, uncertain=known > 1)

    await deliver(crm, asked[3][0], *[one for _, one in asked], uncertain=True)

    assert only(server).values["phone"] == "+49 2"
    assert only(server).values["title"] == (title or CONTACT.title)


async def test_all_is_written_if_the_setting_says_so(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.has(email=CONTACT.email, phone=THEIRS)
    crm = crm_for(MARKETO_FILL_EMPTY_ONLY="false")
    upserted = await upsert(crm, a_lead(replace(CONTACT, company="")))

    assert only(server).values["phone"] == CONTACT.phone
    assert upserted.remarks == ()


async def test_who_has_taken_the_place_of_a_merged_person_keeps_what_is_there(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    record = await deliver(crm)
    other = server.has(email=CONTACT.email, phone=THEIRS, marketplaceLeadId="")
    server.sales_deletes(record.id)
    record = await deliver(crm, a_lead(calling_from("+49 4")), record=record, fields={"phone"})

    assert record.id == other
    assert only(server).values["phone"] == THEIRS
