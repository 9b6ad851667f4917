"""New persons."""

import asyncio
from dataclasses import replace

import pytest

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.answers import skipped
from local.fakes.marketo.schema import ID_FIELD, INTERESTS
from shared.destinations.http.texts import mark
from shared.destinations.marketo.adapter import MarketoCrm
from shared.destinations.marketo.interests import TEXT_AREA_BYTES
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmRejectedError, CrmSettingsError
from shared.ports.crm import Upserted
from tests.destinations.marketo.world import WITHOUT_EMAIL, CrmFor, a_lead, deliver, only, upsert
from tests.examples import CONTACT, LEAD_ID, OTHER_LEAD_ID, interest


async def test_a_person_is_created_with_all_there_is_and_our_id(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    upserted = await upsert(crm, None, interest(1, description="“Hello”\ntwo lines 🙂"))

    [body] = server.bodies
    [person] = body["input"]
    assert (body["action"], body["lookupField"]) == ("createOnly", "email")
    assert person == {
        "firstName": "Zoë",
        "lastName": 'O"Hara\\',
        "email": CONTACT.email,
        "phone": CONTACT.phone,
        "country": "DE",
        "company": CONTACT.company,
        "title": CONTACT.title,
        "leadSource": "Microsoft marketplace",
        "leadStatus": "New",
        ID_FIELD: LEAD_ID,
        INTERESTS: person[INTERESTS],
    }
    assert person[INTERESTS].startswith("Microsoft marketplace: Get it now, Things")
    assert person[INTERESTS].endswith(f"“Hello”\ntwo lines 🙂\n{mark(interest(1))}")
    assert upserted == Upserted(
        record=CrmRecord(
            id=only(server).record_id, baseline={"leadStatus": "New", "owner": "anna"}
        ),
        created=True,
        holds=frozenset({"submission-1"}),
    )
    assert server.calls == ["POST /rest/v1/leads.json"]


async def test_what_is_too_long_is_cut_and_the_cut_is_told(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    long = replace(CONTACT, first_name="Z" * 300, title="🙂" * 200)
    upserted = await upsert(crm, a_lead(long), interest(1, description="ü🙂" * 8_000))

    [person] = server.persons.values()
    assert person["firstName"] == "Z" * 254 + "…"
    assert person["title"] == "🙂" * 127 + "…"
    assert TEXT_AREA_BYTES - 4 < len(person[INTERESTS].encode()) <= TEXT_AREA_BYTES
    assert "…\nFirst name as given: ZZZ" in person[INTERESTS]
    assert person[INTERESTS].endswith(f"{long.title}\n{mark(interest(1))}")
    assert f"Job title as given: {long.title}" in person[INTERESTS]
    assert set(upserted.remarks) == {
        "firstName cut to 255 characters",
        "title cut to 255 characters",
        f"{INTERESTS} cut to {TEXT_AREA_BYTES} bytes",
    }


async def test_a_company_that_is_refused_is_left_out(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.takes_company = False
    upserted = await upsert(crm)

    assert only(server).values["company"] == ""
    assert only(server).values["title"] == CONTACT.title
    assert upserted.remarks == ("company left out: not accepted by Marketo",)
    assert (
        f"Company as given, not accepted by Marketo: {CONTACT.company}" in only(server).description
    )


async def test_an_address_that_marketo_does_not_take_is_kept_with_the_interest(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    await deliver(crm, a_lead(replace(CONTACT, email="zoë@fabrikam.example")))

    assert only(server).values["email"] == ""
    assert only(server).lead_id == LEAD_ID
    assert "E-mail as given, not accepted by Marketo: zoë@f" in only(server).description


async def test_without_e_mail_and_id_field_nobody_is_created(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    with pytest.raises(CrmRejectedError, match="set MARKETO_ID_FIELD, then release"):
        await deliver(crm_for(MARKETO_ID_FIELD=""), a_lead(WITHOUT_EMAIL))

    assert server.calls == []


async def test_what_is_no_use_in_part_is_left_out_and_told_whole(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    long = replace(CONTACT, phone="1" * 256, country="Never " * 50)
    upserted = await upsert(crm, a_lead(long))

    assert (only(server).values["phone"], only(server).values["country"]) == ("", "")
    assert f"Phone as given: {long.phone}" in only(server).description
    assert upserted.remarks == (
        "phone left out: longer than 255 characters",
        "country left out: longer than 255 characters",
    )


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("as_given", {"USA": "USA", "DE": "DE", "Neverland": "Neverland"}),
        ("iso", {"USA": "US", "Germany": "DE", "Neverland": ""}),
        ("name", {"USA": "United States", "DE": "Germany", "Neverland": ""}),
    ],
)
async def test_countries_are_written_as_the_setting_says(
    server: MarketoServer, crm_for: CrmFor, written: str, sent: dict[str, str]
) -> None:
    crm = crm_for(MARKETO_COUNTRY=written)
    for given, country in sent.items():
        upserted = await upsert(crm, a_lead(replace(CONTACT, country=given)))

        left_out = () if country else ("country left out: not a country that we know",)
        told = f"Country as given: {given}"
        assert only(server).values["country"] == country
        assert upserted.remarks == left_out
        assert (told in only(server).description) is not bool(country)
        server.persons.clear()


async def test_a_new_person_gets_the_partition_that_is_set(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    server.schema.partitions = {"EMEA", "Default"}
    crm = crm_for(MARKETO_PARTITION="EMEA")
    record = await deliver(crm)
    await deliver(crm, None, record=record, fields={"title"})

    create, update = server.bodies
    assert create["partitionName"] == "EMEA"
    assert "partitionName" not in update


async def test_a_partition_that_is_missing_or_not_for_us_is_a_fault_of_the_settings(
    server: MarketoServer, crm: MarketoCrm, crm_for: CrmFor
) -> None:
    server.schema.partitions = {"EMEA", "Default"}
    with pytest.raises(CrmSettingsError, match=r"^1009: Partition name .*: set MARKETO_PARTITION"):
        await deliver(crm)
    with pytest.raises(CrmSettingsError, match=r"^1008: .*: correct MARKETO_PARTITION, or give"):
        await deliver(crm_for(MARKETO_PARTITION="APAC"))


async def test_a_person_in_another_partition_is_found_and_stays_there(
    server: MarketoServer, crm_for: CrmFor
) -> None:
    known = server.has(email=CONTACT.email)
    server.answers.append(skipped("1010", "Partition update not allowed"))

    assert (await deliver(crm_for(MARKETO_PARTITION="EMEA"))).id == known


async def test_two_creates_at_the_same_time_make_two_persons_in_marketo(
    server: MarketoServer, crm: MarketoCrm
) -> None:
    server.create_seconds = 0.1
    await asyncio.gather(deliver(crm), deliver(crm))

    assert len(server.records()) == 2  # the claim on a delivery is what keeps them apart


async def test_two_leads_are_two_persons(server: MarketoServer, crm: MarketoCrm) -> None:
    await deliver(crm, a_lead(WITHOUT_EMAIL))
    await deliver(crm, a_lead(WITHOUT_EMAIL, lead_id=OTHER_LEAD_ID))

    assert [record.lead_id for record in server.records()] == [LEAD_ID, OTHER_LEAD_ID]
