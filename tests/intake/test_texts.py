"""Texts are kept as sent, but for what no system downstream can hold."""

import pytest

from shared.domain.lead import CONTACT_KEYS
from tests.intake.pushes import NONCHARACTERS, official, parsed


def test_texts_are_kept_as_sent_but_for_what_surrounds_them() -> None:
    lead = official(Company="  \uff23ontoso e\u0301 GmbH\u00a0", ActionCode="ins ")
    assert lead.contact.company == "\uff23ontoso e\u0301 GmbH"
    assert lead.action == "ins"
    assert lead.warnings == ()


def test_numbers_keep_their_digits() -> None:
    lead = parsed('{"UserDetails": {"Phone": 4915112345678901234567890, "Title": 1.50e0}}')
    assert lead.contact.phone == "4915112345678901234567890"
    assert lead.contact.title == "1.50e0"


def test_an_integer_of_5000_digits_is_a_text_too() -> None:
    digits = "7" * 5_000
    assert parsed(f'{{"OfferTitle": "x", "Description": {digits}}}').description == digits


@pytest.mark.parametrize(
    ("json_text", "text"),
    [
        ("null", ""),
        ("true", "true"),
        ("false", "false"),
        ("0", "0"),
        ("-0.0", "-0.0"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("[]", ""),
        ("{}", ""),
    ],
)
def test_what_is_no_text_becomes_one(json_text: str, text: str) -> None:
    lead = parsed(f'{{"LeadSource": "AzurePortal|a.b", "OfferTitle": {json_text}}}')
    assert lead.offer_title == text
    assert lead.warnings == ("there is nothing of a contact",)


def test_lists_and_objects_become_compact_json_with_a_warning() -> None:
    lead = parsed('{"OfferTitle": ["é", {"a" : [1, null, true]}], "Description": {"b": "\\n"}}')
    assert lead.offer_title == '["é",{"a":["1",null,true]}]'
    assert lead.description == '{"b":"\\n"}'
    assert "OfferTitle is not text; it is kept as JSON" in lead.warnings
    assert "Description is not text; it is kept as JSON" in lead.warnings


def test_control_characters_and_noncharacters_are_dropped() -> None:
    codes = (*range(9), *range(14, 32), *range(127, 133), *range(134, 160), *NONCHARACTERS)
    dropped = "".join(chr(code) for code in codes)
    lead = official(Company=f"Con{dropped}toso", Description=f"a{dropped}b\n{dropped}")
    assert lead.contact.company == "Contoso"
    assert lead.description == "ab"
    lead = official(LeadSource="a\x00-\nb|\tc.\x1fd")
    assert (lead.source, lead.publisher, lead.offer) == ("a", "c", "d")


LINE_BREAKS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("line_break", LINE_BREAKS)
def test_words_on_two_lines_stay_two_words(line_break: str) -> None:
    lead = official(Company=f"Contoso{line_break}Ltd.", Description=f"a{line_break}\tb{line_break}")
    assert lead.contact.company == "Contoso Ltd."
    assert lead.description == "a\n\tb"


def test_a_description_keeps_its_lines() -> None:
    lead = official(Description="\r\nA\x00\x1f:\r\n\tb\rc\n\x85\n")
    assert lead.description == "A:\n\tb\nc"


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d", "\ufe0f"])
def test_what_shapes_a_script_or_an_emoji_stays(joiner: str) -> None:
    assert official(Company=f"نامه{joiner}ای").contact.company == f"نامه{joiner}ای"


def test_line_breaks_within_json_strings_are_tolerated() -> None:
    assert parsed('{"OfferTitle": "a\nb", "Description": "c\nd"}').description == "c\nd"


def test_lone_surrogates_are_replaced() -> None:
    lead = parsed(r'{"OfferTitle": "\ud83d\ude00 \ud800", "Description": "\udfff"}')
    assert lead.offer_title == "😀 \ufffd"
    assert lead.description == "\ufffd"


@pytest.mark.parametrize("key", [*CONTACT_KEYS, "LeadSource", "ActionCode", "OfferTitle"])
def test_long_texts_are_cut_with_a_warning(key: str) -> None:
    doubt = f"{key} has more than 1,000 characters and was cut"
    assert doubt not in official(**{key: "x" * 1_000}).warnings
    lead = official(**{key: "x" * 999 + " y"})
    assert doubt in lead.warnings
    texts = (*lead.contact.given().values(), lead.lead_source, lead.action, lead.offer_title)
    assert "x" * 999 in texts


def test_a_description_has_any_length() -> None:
    lead = official(Description="x" * 30_000)
    assert len(lead.description) == 30_000
    assert lead.warnings == ()
