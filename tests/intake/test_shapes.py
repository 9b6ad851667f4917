"""The contact is found wherever a push keeps it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.lead import Contact
from shared.intake.parse import NO_LEAD
from tests.intake.pushes import OFFICIAL_SAMPLE, faults, official, parsed
from tests.suite.unhurried import examples

# Keys


def test_the_last_value_of_a_doubled_key_wins_with_a_warning() -> None:
    lead = parsed('{"OfferTitle": "a", "OFFERTITLE": "b", "offerTitle": " "}')
    assert lead.offer_title == "b"
    assert "OfferTitle came more than once with different values; the last is used" in lead.warnings


def test_the_same_value_twice_is_no_warning() -> None:
    lead = parsed(
        '{"LeadSource": "AzurePortal|a.b", "leadSource": " AzurePortal|a.b", "x": 1, "x": 2}'
    )
    assert lead.warnings == ("there is nothing of a contact",)


def test_doubled_user_details_are_put_together() -> None:
    lead = parsed(
        '{"UserDetails": {"FirstName": "Anna", "Company": "Contoso", "Country": "DE"},'
        ' "userdetails": {"firstname": "Berta", "LastName": "Sample", "company": "",'
        ' "country": "DE"}, "OfferTitle": "x"}'
    )
    assert lead.contact == Contact(
        first_name="Berta", last_name="Sample", company="Contoso", country="DE"
    )
    assert lead.warnings == (
        "FirstName came more than once with different values; the last is used",
    )


@pytest.mark.parametrize(
    "details",
    ["anna@contoso.com", ["Anna"], [[]], [{"Title": "x"}, {"Title": "x"}], 17, True, '"{}"', "[]"],
)
def test_user_details_that_are_no_object_cost_a_warning_only(details: object) -> None:
    lead = parsed({"UserDetails": details, "OfferTitle": "Backup"})
    assert lead.contact == Contact()
    assert "UserDetails is not an object and was left out" in lead.warnings


@pytest.mark.parametrize("details", [None, "", {}])
def test_empty_user_details_are_no_details(details: object) -> None:
    lead = parsed({"UserDetails": details, "OfferTitle": "Backup"})
    assert lead.warnings == ("there is nothing of a contact",)


# Shapes of the contact


@pytest.mark.parametrize("key", ["UserDetails", "userDetails", "CustomerInfo", "customerinfo"])
@pytest.mark.parametrize(
    "details",
    [
        {"firstName": "Anna"},
        ' {"firstName": "Anna"} ',
        [{"FirstName": "Anna"}],
        '[{"FirstName": "Anna"}]',
    ],
)
def test_a_contact_may_be_an_object_a_list_of_one_or_json_text(key: str, details: object) -> None:
    lead = parsed({key: details, "OfferTitle": "Backup"})
    assert lead.contact == Contact(first_name="Anna")
    assert lead.warnings == ()


def test_a_row_of_partner_centers_azure_table_is_a_lead() -> None:
    lead = parsed(
        {
            "PartitionKey": "x",
            "RowKey": "y",
            "ActionCode": "PLT",
            "CreatedTime": "2026-11-28T10:00:00Z",
            "CustomerInfo": json.dumps(OFFICIAL_SAMPLE["UserDetails"]),
            "LeadSource": "AppSource (SPZA)-PLT|contoso.backup",
            "OfferDisplayName": "Test Microsoft",
            "Description": "Test run through Power Automate",
        }
    )
    assert lead.contact == official().contact
    assert lead.offer_title == "Test Microsoft"
    assert lead.warnings == ()


@pytest.mark.parametrize("key", ["FirstName", "lastname", "Email", "Phone"])
def test_a_contact_at_the_top_is_the_contact(key: str) -> None:
    lead = parsed({key: "anna@contoso.com", "Company": "Contoso", "country": "DE"})
    assert set(lead.contact.given().values()) == {"anna@contoso.com", "Contoso", "DE"}
    assert parsed({"UserDetails": None, "OfferTitle": "x", "Title": "Buyer"}).contact == Contact(
        title="Buyer"
    )


def test_a_contact_in_user_details_leaves_what_is_at_the_top() -> None:
    lead = parsed({"UserDetails": {"Title": "Buyer"}, "Email": "info@contoso.com"})
    assert lead.contact == Contact(title="Buyer")
    both = parsed({"CustomerInfo": {"Title": "Clerk"}, "UserDetails": {"Title": "Buyer"}})
    assert both.contact == Contact(title="Buyer")


@pytest.mark.parametrize("key", ["Title", "Country", "Company"])
def test_a_word_that_any_body_may_have_at_the_top_makes_no_lead(key: str) -> None:
    assert faults(json.dumps({key: "Something"})) == (NO_LEAD,)


@settings(max_examples=examples(40))
@given(st.data())
def test_the_case_and_the_spacing_of_keys_never_matter(data: st.DataObject) -> None:
    def spelled(value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {data.draw(_spellings(key)): spelled(inner) for key, inner in value.items()}

    assert parsed(json.dumps(spelled(OFFICIAL_SAMPLE))) == parsed(OFFICIAL_SAMPLE)


def _spellings(key: str) -> st.SearchStrategy[str]:
    cased = st.tuples(*(st.sampled_from((char.lower(), char.upper())) for char in key))
    space = st.sampled_from(("", " ", "\n\t"))
    return st.builds(lambda left, chars, right: left + "".join(chars) + right, space, cased, space)
