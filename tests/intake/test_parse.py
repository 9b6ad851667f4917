from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared.domain.lead import CONTACT_KEYS, Contact, Submission
from shared.intake.doubts import KNOWN_SOURCES
from shared.intake.parse import NO_LEAD, TOO_DEEP
from shared.intake.shapes import LEAD_KEYS, USER_DETAILS
from tests.intake.pushes import (
    FAQ_SAMPLE,
    OFFICIAL_SAMPLE,
    RECEIVED_AT,
    faults,
    official,
    parsed,
)

# The samples


def test_the_official_sample_is_a_lead_without_warnings() -> None:
    assert parsed(OFFICIAL_SAMPLE, "application/json; charset=utf-8") == Submission(
        submission_id="s1",
        received_at=RECEIVED_AT,
        contact=Contact(
            first_name="Some",
            last_name="One",
            email="someone@contoso.com",
            phone="16175555555",
            country="USA",
            company="Contoso",
            title="Esquire",
        ),
        lead_source="AzureMarketplace",
        source="AzureMarketplace",
        action="INS",
        offer_title="Test Microsoft",
        description="Test run through Power Automate",
    )


@pytest.mark.parametrize("sample", [FAQ_SAMPLE, FAQ_SAMPLE.lower()], ids=["as given", "lower"])
def test_the_sample_of_the_faq_is_answered_with_the_comma_it_lacks(sample: str) -> None:
    (fault,) = faults(sample)
    assert "line 14, column 5" in fault
    assert "Microsoft's sample of a test lead lacks a comma after the offerTitle line" in fault
    assert "add it" in fault


def test_the_sample_of_the_faq_is_a_test_lead_once_it_has_its_comma() -> None:
    lead = parsed(FAQ_SAMPLE.replace('844"\n    "desc', '844",\n    "desc'))
    mark = "MSFT_TEST_636573304831318844"
    assert lead.test
    assert lead.contact.first_name == mark
    assert (lead.source, lead.action, lead.publisher, lead.offer) == (
        mark,
        mark,
        "",
        "<Offer Name>",
    )
    assert lead.warnings == ()


def test_a_comma_missing_elsewhere_is_not_blamed_on_the_faq() -> None:
    (fault,) = faults('{"OfferTitle": "a"\n"Description": "b"}')
    assert fault == "the body is not JSON: Expecting ',' delimiter at line 2, column 1"


def test_another_fault_of_a_test_lead_is_not_blamed_on_the_comma() -> None:
    (fault,) = faults('{"OfferTitle" "MSFT_TEST"}')
    assert fault == "the body is not JSON: Expecting ':' delimiter at line 1, column 15"


# Bodies that are no lead


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("", "empty"),
        (" \r\n\t", "empty"),
        ("null", "null"),
        ("[{}]", "a JSON array"),
        ('"UserDetails"', "a JSON string"),
        ("12.5", "a JSON number"),
        ("NaN", "a JSON number"),
        ("true", "a JSON boolean"),
    ],
)
def test_what_is_no_object_is_named_for_what_it_is(body: str, what: str) -> None:
    assert faults(body) == (f"the body is {what}; a JSON object is expected",)


@pytest.mark.parametrize(
    "body",
    ["UserDetails.Email=a%40contoso.com&ActionCode=INS", " LeadSource=AzureMarketplace", "a="],
)
def test_a_form_is_named_for_what_it_is(body: str) -> None:
    assert faults(body) == ("the body is form-encoded; JSON is expected",)


def test_what_is_not_json_is_located_and_not_repeated() -> None:
    (fault,) = faults('{\n  "Description": Anna Sample\n}')
    assert fault == "the body is not JSON: Expecting value at line 2, column 18"


def test_what_is_not_utf_8_is_located_and_not_repeated() -> None:
    assert faults(b'{"Company": "M\xfcller"}') == ("the body is not UTF-8: byte 0xfc at offset 14",)


def test_half_a_character_of_utf_16_is_located() -> None:
    (fault,) = faults('{"Company": "Müller"}'.encode("utf-16-le") + b"\x00")
    assert fault == "the body is not UTF-16-LE: byte 0x00 at offset 42"


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"ActionCode": "INS", "Description": "Please call me"}',
        '{"UserDetails": {"FirstName": " ", "Email": null}, "LeadSource": ""}',
        '{"UserDetails": {"Emails": "anna@contoso.com"}, "Source": "AzureMarketplace"}',
        '{"OfferTitle": [], "LeadSource": {}}',
    ],
)
def test_an_object_without_contact_offer_and_source_is_no_lead(body: str) -> None:
    assert faults(body) == (NO_LEAD,)
    for key in (USER_DETAILS, *CONTACT_KEYS, *LEAD_KEYS):
        assert key in NO_LEAD


@pytest.mark.parametrize(
    "body",
    [
        *({"UserDetails": {key: "x"}} for key in CONTACT_KEYS),
        {"LeadSource": "AzureMarketplace"},
        {"LeadSource": "|contoso.backup"},
        {"OfferTitle": "Backup"},
    ],
)
def test_one_field_of_contact_offer_or_source_makes_a_lead(body: Mapping[str, object]) -> None:
    assert parsed(body).submission_id == "s1"


@pytest.mark.parametrize(
    ("opening", "closing", "levels"),
    [
        ("[", "]", 32_000),  # too deep to be read
        ('{"Title":', "}", 6_500),  # read, but too deep to be written again as a title
    ],
)
def test_what_is_nested_too_deeply_is_refused(opening: str, closing: str, levels: int) -> None:
    assert faults(f'{{"UserDetails": {opening * levels}1{closing * levels}}}') == (TOO_DEEP,)


def test_nesting_of_3000_levels_costs_no_lead() -> None:
    deep = "[" * 3_000 + "]" * 3_000
    assert parsed(f'{{"OfferTitle": "Backup", "Extra": {deep}}}').offer_title == "Backup"


# Warnings


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"Email": "test@test"}, "Email is not a valid address"),
        ({"Email": "N/A"}, "Email is not a valid address"),
        (
            {"Phone": "12345"},
            "Phone is not a valid number, neither of the country nor an international one",
        ),
        (
            {"Phone": "030 123456"},
            "Phone is not a valid number, neither of the country nor an international one",
        ),
        ({"Country": "Atlantis"}, "Country is not a known code or name"),
        ({"ActionCode": "Buy"}, "the action is none of INS, PLT, DNC, Create, StartTestDrive"),
        (
            {"LeadSource": "Bazaar"},
            f"the source is none of {', '.join(KNOWN_SOURCES)}",
        ),
        ({"OfferTitle": ""}, "no offer is named"),
        ({"UserDetails": {}}, "there is nothing of a contact"),
    ],
)
def test_a_doubtful_value_is_kept_and_reported(changes: dict[str, Any], warning: str) -> None:
    lead = official(**changes)
    assert lead.warnings == (warning,)
    ((key, value),) = changes.items()
    kept = (*lead.contact.given().values(), lead.action, lead.source)
    assert not value or value in kept, key


@pytest.mark.parametrize("action", ["INS", "PLT", "DNC", "Create", "StartTestDrive"])
@pytest.mark.parametrize(
    "source",
    ["AzureMarketplace", "AzurePortal", "AppSource (SPZA)", "AppSource", "SPZA", "TestDrive"],
)
@pytest.mark.parametrize("spelled", [str, str.upper, str.lower])
def test_known_actions_and_sources_are_no_warning(
    action: str, source: str, spelled: Callable[[str], str]
) -> None:
    assert official(ActionCode=spelled(action), LeadSource=spelled(source)).warnings == ()


@pytest.mark.parametrize("key", [*CONTACT_KEYS, "ActionCode", "Description"])
def test_a_missing_field_is_no_warning(key: str) -> None:
    # Without its country the sample's number is still an international one.
    assert official(**{key: ""}).warnings == ()


@pytest.mark.parametrize("offer", ["contoso.backup", "backup", "contoso."])
def test_the_offer_may_stand_in_the_lead_source_alone(offer: str) -> None:
    assert official(LeadSource=f"AzurePortal|{offer}", OfferTitle="").warnings == ()


def test_values_of_test_leads_are_not_doubted_but_gaps_are() -> None:
    lead = parsed({"LeadSource": "MSFT_TEST_1-a", "ActionCode": "b"})
    assert lead.test
    assert lead.warnings == ("there is nothing of a contact", "no offer is named")
