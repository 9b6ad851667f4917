"""A column that Dataverse refuses by name is left out and told of, and the lead is delivered."""

from dataclasses import replace

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.faults import Reply
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.destinations.http.texts import LABELS
from shared.domain.errors import CrmError, CrmRejectedError, CrmSettingsError, CrmUnavailableError
from shared.ports.crm import Upserted
from tests.destinations.dynamics.world import (
    WRITE,
    customer,
    delivered,
    delivered_whole,
    fault,
    given,
    later,
    new,
    row,
    says,
    too_long,
)
from tests.examples import CONTACT

PLUG_IN = "0x80040265"
COLUMNS = {
    "first_name": "firstname",
    "email": "emailaddress1",
    "phone": "telephone1",
    "country": "address1_country",
    "company": "companyname",
    "title": "jobtitle",
}


def told_of_it(server: DynamicsServer, upserted: Upserted, ours: str, column: str) -> None:
    """Assert that a column is told of instead of written, and no other."""
    (held,) = server.records()
    value = getattr(CONTACT, ours)
    assert column not in row(server)
    words = f"\n{LABELS[ours]} as given, not accepted by Dynamics 365: {value}"
    assert words in held.description
    assert upserted.remarks == (f"{column} left out: not accepted by Dynamics 365",)
    assert upserted.holds == {"submission-1"}
    assert {n: v for n, v in held.values.items() if n != ours} == {
        n: getattr(CONTACT, n) for n in held.values if n != ours
    }


@pytest.mark.parametrize(("ours", "column"), COLUMNS.items())
async def test_a_column_of_a_new_lead_that_is_refused_is_told_in_its_description(
    crm: DynamicsCrm, server: DynamicsServer, ours: str, column: str
) -> None:
    server.faults_at[WRITE] = says(too_long(column))
    told_of_it(server, await crm.upsert(customer(), new(), uncertain=False), ours, column)


@pytest.mark.parametrize(("ours", "column"), COLUMNS.items())
async def test_so_is_one_that_a_plug_in_of_the_publisher_names(
    crm: DynamicsCrm, server: DynamicsServer, ours: str, column: str
) -> None:
    server.refused_columns[column] = PLUG_IN
    told_of_it(server, await crm.upsert(customer(), new(), uncertain=False), ours, column)


LONG = "exceeded the maximum allowed length of"


@pytest.mark.parametrize(
    ("code", "message", "columns"),
    [
        ("0x80044331", f"The length of the 'CompanyName' attribute {LONG} '20'.", "companyname"),
        ("0x80044331", "Die Länge des Attributs 'companyname' ist größer als '20'", "companyname"),
        ("0x80044331", f"The length of 'companyname' {LONG} '1,000'.\r\n", "companyname"),
        ("0x80044331", f"'companyname' {LONG} '5'. 'JOBTITLE' too.", "companyname jobtitle"),
        ("0x80044330", "The value -1.5 000 of 'jobtitle' is outside the range", "jobtitle"),
        (PLUG_IN, "CompanyName is not allowed", "companyname"),
        ("0x80040203", "The value of telephone1 is invalid", "telephone1"),
        ("0x80049999", "telephone1 is bad", "telephone1"),
    ],
)
async def test_a_column_is_known_in_any_case_language_and_sentence(
    crm: DynamicsCrm, server: DynamicsServer, code: str, message: str, columns: str
) -> None:
    server.faults_at[WRITE] = says(fault(code, message))
    upserted = await crm.upsert(customer(), new(), uncertain=False)
    told = tuple(f"{column} left out: not accepted by Dynamics 365" for column in columns.split())
    assert upserted.remarks == told


async def test_a_customer_who_is_called_as_a_column_loses_no_value(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    told = "The value jobtitle of 'telephone1' is outside the valid range."
    server.faults_at[WRITE] = says(fault("0x80044330", told))
    await crm.upsert(customer(company="jobtitle"), new(), uncertain=False)
    assert row(server)["jobtitle"] == CONTACT.title
    assert "telephone1" not in row(server)


async def test_a_refused_column_of_an_update_is_told_in_the_note(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    record = await delivered(crm)
    server.refused_columns["telephone1"] = PLUG_IN
    came = given(2, phone="+49 1", title="Boss")
    changed = later(record, "phone", "title", interests=[came])
    updated = await delivered_whole(crm, customer(phone="+49 1", title="Boss"), changed)
    (held,) = server.records()
    assert (held.values["phone"], held.values["title"]) == (CONTACT.phone, "Boss")
    assert updated.remarks == ("telephone1 left out: not accepted by Dynamics 365",)
    (note,) = held.notes
    assert note.endswith("\n\nPhone as given, not accepted by Dynamics 365: +49 1")
    assert "+49 1" not in str(updated)


async def test_a_refused_value_stays_told_until_the_column_takes_another_one(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.refused_columns["telephone1"] = PLUG_IN
    record = await delivered(crm)
    again = await crm.upsert(customer(), later(record), uncertain=False)
    assert again.record.baseline["refused"] == "telephone1"
    server.refused_columns.clear()
    changed = later(again.record, "phone")
    good = await crm.upsert(customer(phone="+49 1"), changed, uncertain=False)
    assert row(server)["telephone1"] == "+49 1"
    assert "refused" not in good.record.baseline


async def test_all_that_is_refused_one_after_the_other_is_left_out(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    refused = ["jobtitle", "telephone1", "lastname", "description", "subject"]
    for number, column in enumerate(refused):
        server.faults_at[number] = says(too_long(column))
    upserted = await delivered_whole(crm, customer(), new())
    sent = server.bodies[0]["body"]
    assert sent["lastname"] == "(no name)"
    assert set(refused) & sent.keys() == {"lastname"}
    told = {f"{column} left out: not accepted by Dynamics 365" for column in refused}
    assert told <= {*upserted.remarks}
    (held,) = server.records()
    (note,) = held.notes
    assert upserted.holds == frozenset()
    assert f"Last name as given, not accepted by Dynamics 365: {CONTACT.last_name}" in note


@pytest.mark.parametrize(
    ("answer", "raised", "said"),
    [
        (too_long("donotphone"), CrmSettingsError, "correct DYNAMICS_FIELDS"),
        (too_long("leadsourcecode"), CrmSettingsError, "correct DYNAMICS_LEAD_SOURCE_CODE"),
        (too_long("new_other"), CrmRejectedError, "0x80044331"),
        (fault(PLUG_IN, "donotphone is set"), CrmRejectedError, "donotphone is set"),
        (fault(PLUG_IN, "A plug-in says no."), CrmRejectedError, "A plug-in says no"),
        (fault("0x80044331", "It is too long"), CrmRejectedError, "0x80044331"),
        (fault("0x80040333", "emailaddress1 is there"), CrmRejectedError, "0x80040333"),
        (fault("0x80060892", "emailaddress1 is there"), CrmRejectedError, "0x80060892"),
        (fault("0x80040237", "emailaddress1 is there"), CrmRejectedError, "0x80040237"),
    ],
)
async def test_what_is_not_the_customers_or_not_named_is_never_left_out(
    crm: DynamicsCrm,
    server: DynamicsServer,
    answer: dict[str, object],
    raised: type[CrmError],
    said: str,
) -> None:
    server.faults_at[WRITE] = says(answer)
    with pytest.raises(raised, match=said) as caught:
        await delivered(crm, replace(customer(), suppressed=True))
    assert type(caught.value) is raised
    assert server.records() == []


async def test_a_customers_words_name_no_column(crm: DynamicsCrm, server: DynamicsServer) -> None:
    lead = customer(company="telephone1, emailaddress1 and donotphone")
    said = f"'{lead.contact.company}' is on the list of companies that we refuse."
    server.faults_at[WRITE] = says(fault(PLUG_IN, said))
    with pytest.raises(CrmRejectedError, match=PLUG_IN):
        await delivered(crm, lead)
    assert server.records() == []


async def test_leads_wait_while_a_plug_in_requires_a_column_that_is_not_mapped(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.own_columns.add("new_region")
    server.required_columns.add("new_region")
    server.enforces_required = True
    with pytest.raises(CrmSettingsError, match=r"new_region\.: set new_region in DYNAMICS_FIELDS"):
        await delivered(crm)


async def test_a_column_that_is_refused_and_required_parks_the_lead(
    crm: DynamicsCrm, server: DynamicsServer
) -> None:
    server.required_columns.add("telephone1")
    server.enforces_required = True
    server.faults_at[WRITE] = says(too_long("telephone1"))
    with pytest.raises(CrmRejectedError, match="gave for telephone1 is not accepted"):
        await delivered(crm)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (says({"value": [{}]}, 200), CrmUnavailableError),
        (says(fault("0x80072322", "Too many"), 429), CrmUnavailableError),
        (says({}, 503), CrmUnavailableError),
        (says(fault("0x80040220", "prvReadAttribute"), 403), CrmSettingsError),
    ],
)
async def test_a_lead_waits_where_nobody_tells_which_columns_are_required(
    crm: DynamicsCrm, server: DynamicsServer, answer: Reply, raised: type[CrmError]
) -> None:
    server.own_columns.add("new_region")
    server.required_columns.add("new_region")
    server.enforces_required = True
    server.faults_at["GET /api/data/v9.2/EntityDefinitions(LogicalName='lead')/Attributes"] = answer
    with pytest.raises(raised):
        await delivered(crm)
    with pytest.raises(CrmSettingsError, match="set new_region in DYNAMICS_FIELDS"):
        await delivered(crm)
