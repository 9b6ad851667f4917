"""Source, action, publisher and offer, and what marks a test lead."""

from typing import Any

import pytest

from shared.domain.lead import CONTACT_KEYS
from shared.intake.lead_source import LeadSource, split_lead_source
from tests.intake.pushes import official, parsed


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", "", "", "")),
        ("AzureMarketplace", ("AzureMarketplace", "", "", "")),
        ("AzurePortal-Create", ("AzurePortal", "Create", "", "")),
        (
            "AzureMarketplace-INS|bitnami.openedxcypress",
            ("AzureMarketplace", "INS", "bitnami", "openedxcypress"),
        ),
        (
            "AzureMarketplace-StartTestDrive|checkpoint.check-point-r77-10sg-byol",
            ("AzureMarketplace", "StartTestDrive", "checkpoint", "check-point-r77-10sg-byol"),
        ),
        (
            "AppSource (SPZA)-INS|docusign.3701c77e-1cfa-4c56-91e6-3ed0b622145",
            ("AppSource (SPZA)", "INS", "docusign", "3701c77e-1cfa-4c56-91e6-3ed0b622145"),
        ),
        (
            "MSFT_TEST_636573304831318844-MSFT_TEST_636573304831318844|My Offer",
            ("MSFT_TEST_636573304831318844", "MSFT_TEST_636573304831318844", "", "My Offer"),
        ),
        (" SPZA - PLT | contoso . a.b|c-d ", ("SPZA", "PLT", "contoso", "a.b|c-d")),
        ("a-b-c", ("a", "b-c", "", "")),
        ("|offer", ("", "", "", "offer")),
        ("x|pub.", ("x", "", "pub", "")),
    ],
)
def test_a_lead_source_is_split_at_the_first_of_each_separator(
    text: str, parts: tuple[str, ...]
) -> None:
    assert split_lead_source(text) == LeadSource(*parts)
    lead = parsed({"LeadSource": text, "OfferTitle": "x"})
    assert (lead.source, lead.action, lead.publisher, lead.offer) == parts
    assert lead.lead_source == text.strip()


@pytest.mark.parametrize("nothing", ["N/A", "-", "none", "null"])
def test_a_placeholder_of_an_action_overrides_nothing(nothing: str) -> None:
    lead = official(LeadSource="AzureMarketplace-DNC|a.b", ActionCode=nothing)
    assert lead.do_not_contact
    assert lead.warnings == ()
    assert official(ActionCode=nothing).action == nothing


def test_a_placeholder_under_a_doubled_key_is_not_the_last_value() -> None:
    lead = parsed('{"LeadSource": "a-b|c.d", "ActionCode": "DNC", "actionCode": "N/A"}')
    assert lead.do_not_contact
    assert not any("more than once" in warning for warning in lead.warnings)


DIFFERENT_ACTIONS = "LeadSource and ActionCode name different actions; ActionCode is used"


def test_the_separate_action_wins_over_the_embedded_one_with_a_warning() -> None:
    lead = official(LeadSource="AzureMarketplace-INS|a.b", ActionCode="DNC")
    assert lead.action == "DNC"
    assert lead.warnings == (DIFFERENT_ACTIONS,)


@pytest.mark.parametrize(
    ("lead_source", "separate", "action"),
    [
        ("AzureMarketplace-ins|a.b", "INS", "INS"),
        ("AzureMarketplace|a.b", "INS", "INS"),
        ("AzureMarketplace-INS|a.b", "", "INS"),
        ("AzureMarketplace-INS|a.b", None, "INS"),
    ],
)
def test_actions_that_agree_are_no_warning(
    lead_source: str, separate: str | None, action: str
) -> None:
    lead = official(LeadSource=lead_source, ActionCode=separate)
    assert lead.action == action
    assert lead.warnings == ()


@pytest.mark.parametrize("field", [*CONTACT_KEYS, "LeadSource"])
def test_the_mark_of_test_leads_begins_a_field(field: str) -> None:
    assert official(**{field: "msft_Test_1"}).test
    for real in ("a-MSFT_TEST_1", "MSFT-TEST_1", "MSFT_TESTING", "MSFT_TEST"):
        assert not official(**{field: real}).test


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"OfferTitle": "MSFT_TEST_1"},
        {"Description": "MSFT_TEST_1"},
        {"ActionCode": "MSFT_TEST_1"},
        {"LeadSource": "AppSource (SPZA)-PLT|contoso.msft_test_bench"},
        {"LeadSource": "AppSource (SPZA)-MSFT_TEST_1|contoso.bench"},
        {"LeadSource": "AzurePortal-INS|MSFT_TEST_labs.bench"},
    ],
)
def test_the_mark_of_test_leads_elsewhere_makes_no_test(elsewhere: dict[str, Any]) -> None:
    assert not official(**elsewhere).test
