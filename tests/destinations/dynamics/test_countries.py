"""Countries as the publisher wants them, never cut, and told in words where nobody knows them."""

import pytest

from local.fakes.dynamics import DynamicsServer
from tests.destinations.dynamics.world import (
    CrmFor,
    customer,
    delivered_whole,
    given,
    later,
    new,
    row,
)


@pytest.mark.parametrize(
    ("wanted", "came", "sent"),
    [
        ("", "USA", "USA"),
        ("as_given", "Deutschland!", "Deutschland!"),
        ("iso", "USA", "US"),
        ("iso", "United Kingdom", "GB"),
        ("name", "DEU", "Germany"),
    ],
)
async def test_a_country_is_written_as_the_setting_says(
    crm_for: CrmFor, server: DynamicsServer, wanted: str, came: str, sent: str
) -> None:
    crm = crm_for(DYNAMICS_COUNTRY=wanted)
    upserted = await crm.upsert(customer(country=came), new(), uncertain=False)
    assert row(server)["address1_country"] == sent
    assert "Country" not in row(server)["description"]
    assert upserted.remarks == ()


async def test_a_country_that_nobody_knows_is_left_out_and_told(
    crm_for: CrmFor, server: DynamicsServer
) -> None:
    crm = crm_for(DYNAMICS_COUNTRY="iso")
    made = await crm.upsert(customer(country="Freedonia"), new(), uncertain=False)
    assert "address1_country" not in row(server)
    assert row(server)["description"].endswith("\n\nCountry as given: Freedonia")
    assert made.remarks == ("address1_country left out: not a country that we know",)

    changed = later(made.record, "country", interests=[given(2, country="Sylvania")])
    again = await delivered_whole(crm, customer(country="Sylvania"), changed)

    assert again.remarks == made.remarks
    (held,) = server.records()
    assert held.notes[0].endswith("\n\nCountry as given: Sylvania")


@pytest.mark.parametrize(
    ("ours", "column", "most"),
    [
        ("email", "emailaddress1", 100),
        ("phone", "telephone1", 50),
        ("country", "address1_country", 80),
    ],
)
async def test_an_address_a_number_and_a_country_are_left_out_rather_than_cut(
    crm_for: CrmFor, server: DynamicsServer, ours: str, column: str, most: int
) -> None:
    long = "z" * (most + 1)
    upserted = await crm_for().upsert(customer(**{ours: long}), new(), uncertain=False)
    assert column not in row(server)
    assert f" as given: {long}" in row(server)["description"]
    assert upserted.remarks == (f"{column} left out: longer than {most} characters",)
