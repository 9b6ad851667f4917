import codecs
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from encodings.aliases import aliases
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.errors import InvalidPushError
from shared.domain.lead import Contact, Submission
from shared.intake.decode import WRONG_CHARSET
from shared.intake.doubts import KNOWN_SOURCES
from shared.intake.lead_source import LeadSource, split_lead_source
from shared.intake.parse import NO_LEAD, TOO_DEEP, parse
from shared.intake.shapes import CONTACT_KEYS, LEAD_KEYS, USER_DETAILS

RECEIVED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

OFFICIAL_SAMPLE: dict[str, Any] = {
    "UserDetails": {
        "FirstName": "Some",
        "LastName": "One",
        "Email": "someone@contoso.com",
        "Phone": "16175555555",
        "Country": "USA",
        "Company": "Contoso",
        "Title": "Esquire",
    },
    "LeadSource": "AzureMarketplace",
    "ActionCode": "INS",
    "OfferTitle": "Test Microsoft",
    "Description": "Test run through Power Automate",
}

FAQ_SAMPLE = """{
    "userDetails": {
        "firstName": "MSFT_TEST_636573304831318844",
        "lastName": "MSFT_TEST_636573304831318844",
        "email": "MSFT_TEST_636573304831318844@test.com",
        "phone": "MSFT_TEST_636573304831318844",
        "country": "MSFT_TEST_636573304831318844",
        "company": "MSFT_TEST_636573304831318844",
        "title": "MSFT_TEST_636573304831318844"
    },
    "leadSource": "MSFT_TEST_636573304831318844-MSFT_TEST_636573304831318844|<Offer Name>",
    "actionCode": "MSFT_TEST_636573304831318844",
    "offerTitle": "MSFT_TEST_636573304831318844"
    "description": "MSFT_TEST_636573304831318844"
}"""


def parsed(body: bytes | str | Mapping[str, object], content_type: str = "") -> Submission:
    if isinstance(body, Mapping):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    return parse(body, content_type, submission_id="s1", received_at=RECEIVED_AT)


def faults(body: bytes | str, content_type: str = "") -> tuple[str, ...]:
    with pytest.raises(InvalidPushError) as refused:
        parsed(body, content_type)
    return refused.value.faults


def official(**changes: object) -> Submission:
    """Parse the official sample with other values, of the contact too."""
    contact = {key: changes.pop(key) for key in CONTACT_KEYS if key in changes}
    details = OFFICIAL_SAMPLE["UserDetails"] | contact
    return parsed({**OFFICIAL_SAMPLE, "UserDetails": details, **changes})


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


# Encodings


@pytest.mark.parametrize(
    "encoding",
    ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=latin-1"])
def test_the_bytes_of_unicode_tell_more_than_the_charset(encoding: str, charset: str) -> None:
    body = '{"OfferTitle": "Sauvegarde été 備份"}'.encode(encoding)
    lead = parsed(body, f"application/json{charset}")
    assert lead.offer_title == "Sauvegarde été 備份"
    assert WRONG_CHARSET not in lead.warnings


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
    ],
)
def test_a_byte_order_mark_decides_the_byte_order(encoding: str, mark: bytes) -> None:
    assert parsed(mark + '{"OfferTitle": "é"}'.encode(encoding)).offer_title == "é"


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("application/json; charset=ISO-8859-1", "latin-1"),
        ('text/plain; charset="windows-1252"; q=1', "cp1252"),
        ("text/html;CHARSET=Shift_JIS", "shift_jis"),
        ("application/json; charset=IBM037", "cp037"),
        ("application/json; charset=iso-2022-jp", "iso2022_jp"),
    ],
)
def test_the_charset_of_the_content_type_is_understood_where_the_bytes_are_not_utf_8(
    content_type: str, encoding: str
) -> None:
    name = "備前" if "jis" in encoding or "jp" in encoding else "Müller"
    lead = parsed(f'\r\n{{"OfferTitle": "{name}"}}'.encode(encoding), content_type)
    assert lead.offer_title == name
    assert WRONG_CHARSET not in lead.warnings


@pytest.mark.parametrize(
    "charset", ["iso-8859-1", "windows-1252", "latin-9", "cp437", "mac-roman", "koi8-r", "gbk"]
)
def test_valid_utf_8_is_utf_8_whatever_the_charset(charset: str) -> None:
    lead = parsed('{"OfferTitle": "Jürgen Größe 備份"}', f"application/json; charset={charset}")
    assert lead.offer_title == "Jürgen Größe 備份"
    assert lead.warnings[0] == WRONG_CHARSET


@pytest.mark.parametrize("charset", ["iso-8859-1", "us-ascii", "utf-7", "iso-2022-jp", "utf8"])
def test_a_charset_that_reads_the_same_is_no_doubt(charset: str) -> None:
    lead = parsed('{"OfferTitle": "Backup"}', f"application/json; charset={charset}")
    assert lead.offer_title == "Backup"
    assert WRONG_CHARSET not in lead.warnings


def test_a_charset_does_not_eat_an_address_with_a_plus_sign() -> None:
    body = '{"UserDetails": {"Email": "anna+AGEA-@contoso.com"}}'
    assert parsed(body, "application/json; charset=utf-7").contact.email == "anna+AGEA-@contoso.com"


def test_what_neither_utf_8_nor_the_charset_reads_is_located_as_utf_8() -> None:
    (fault,) = faults(b'{"Company": "M\xfcller"}', "application/json; charset=ascii")
    assert fault == "the body is not UTF-8: byte 0xfc at offset 14"


@pytest.mark.parametrize(
    "charset",
    [
        "utf-9",
        "hex",
        "rot13",
        "unicode_escape",
        "undefined",
        "utf-16",
        "utf-16-be",
        "cp037",
        "ascii",
    ],
)
def test_a_charset_that_can_not_be_right_costs_a_warning_only(charset: str) -> None:
    lead = parsed(r'{"OfferTitle": "M\u00fcller, ü\/"}', f"application/json; charset={charset}")
    assert lead.offer_title == "Müller, ü/"
    assert lead.warnings[0] == WRONG_CHARSET


@pytest.mark.parametrize(
    "content_type",
    ["", ";", "text/xml", "image/png; charset=", "\ud800; charset=\ud800", "a; charset*=\0'en'b"],
)
def test_no_content_type_is_wrong(content_type: str) -> None:
    lead = parsed('{"OfferTitle": "Müller"}', content_type)
    assert lead.offer_title == "Müller"
    assert WRONG_CHARSET not in lead.warnings


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
    assert "UserDetails is no object and was left out" in lead.warnings


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


@settings(max_examples=40, deadline=None)
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


# Values


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
    assert "OfferTitle is no text; it is kept as JSON" in lead.warnings
    assert "Description is no text; it is kept as JSON" in lead.warnings


NONCHARACTERS = [
    *range(0xFDD0, 0xFDF0),
    *(plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)),
]


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


# Lead source, action and offer


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


# Warnings


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"Email": "test@test"}, "Email is no valid address"),
        ({"Email": "N/A"}, "Email is no valid address"),
        (
            {"Phone": "12345"},
            "Phone is no valid number, neither of the country nor an international one",
        ),
        (
            {"Phone": "030 123456"},
            "Phone is no valid number, neither of the country nor an international one",
        ),
        ({"Country": "Atlantis"}, "Country is no known code or name"),
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


# Whatever comes

KEYS = st.sampled_from((USER_DETAILS, *CONTACT_KEYS, *LEAD_KEYS)).flatmap(
    lambda key: st.sampled_from((key, key.lower(), f" {key.upper()}"))
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        (
            "INS",
            "AzureMarketplace-INS|a.b",
            "+4915112345678",
            "DE",
            "MSFT_TEST",
            "\ud800",
            '{"a":1}',
        )
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner),
    max_leaves=12,
)
ENCODINGS = st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-32-be", "utf-7"))
CHARSETS = st.sampled_from((*sorted(set(aliases.values())), "utf-8", "", "?", "\ud800", "é", "\0"))
CONTENT_TYPES = st.text(max_size=30) | CHARSETS.map("application/json; charset={}".format)


def _encoded(value: object, encoding: str, cut: slice) -> bytes:
    return json.dumps(value).encode(encoding, "replace")[cut]


BODIES = (
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: text.encode("utf-16", "surrogatepass"))
    | st.builds(_encoded, JSON, ENCODINGS, st.just(slice(None)))
    | st.builds(_encoded, JSON, ENCODINGS, st.slices(200))
    | st.builds(
        _encoded,
        st.dictionaries(KEYS, JSON, min_size=1),
        st.just("utf-8"),
        st.just(slice(None)),
    )
)


@settings(max_examples=200, deadline=None)
@given(body=BODIES, content_type=CONTENT_TYPES)
@example(body=b'{"OfferTitle":"\\/"}', content_type="a/b; charset=raw_unicode_escape")
def test_any_body_is_a_submission_or_an_invalid_push(body: bytes, content_type: str) -> None:
    try:
        lead = parsed(body, content_type)
    except InvalidPushError:
        return
    lead.description.encode()
    assert lead.description == lead.description.strip()
    assert not FORBIDDEN.search(lead.description)
    for text in (*(getattr(lead, name) for name in LINES), *lead.contact.given().values()):
        text.encode()
        assert text == text.strip()
        assert len(text) <= 1_000
        assert not FORBIDDEN.search(text)
        assert not set("\n\t") & set(text)


LINES = ("lead_source", "source", "action", "publisher", "offer", "offer_title")
FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029" + "".join(map(chr, NONCHARACTERS)) + "]"
)

SECRET = "Zq7Secret"
PERSONAL_TEXTS = st.sampled_from(
    (SECRET, f"{SECRET}@contoso.com", f"{SECRET}@", f"+49 {SECRET}", f"a\n{SECRET}", SECRET * 200)
)
PERSONAL = PERSONAL_TEXTS | PERSONAL_TEXTS.flatmap(
    lambda text: st.sampled_from(([text], {text: 1}, {"Email": text}))
)


@st.composite
def personal_bodies(draw: st.DrawFn) -> str:
    """Draw pushes of nothing but personal data, some with a key twice, most of them damaged."""
    details = draw(st.dictionaries(st.sampled_from(CONTACT_KEYS), PERSONAL) | PERSONAL)
    push = draw(st.dictionaries(st.sampled_from((*LEAD_KEYS, "Other", SECRET)), PERSONAL))
    text = json.dumps({USER_DETAILS: details, **push})
    if draw(st.booleans()):
        text = (
            f'{text[:-1]}, "{USER_DETAILS}": {{"Email": "{SECRET}2"}}, "OfferTitle": "{SECRET}3"}}'
        )
    at = draw(st.integers(min_value=0, max_value=len(text)))
    damage: str = draw(st.sampled_from((*'",:{}[]=0', "", "", '"": ", ')))
    return text[:at] + damage + text[at:]


@settings(max_examples=150, deadline=None)
@given(body=personal_bodies(), encoding=ENCODINGS, content_type=CONTENT_TYPES)
def test_neither_faults_nor_warnings_repeat_anything_personal(
    body: str, encoding: str, content_type: str
) -> None:
    try:
        said: tuple[str, ...] = parsed(body.encode(encoding), content_type).warnings
    except InvalidPushError as error:
        said = (*error.faults, str(error))
    assert SECRET.lower() not in " ".join(said).lower()


def test_each_key_of_the_contact_has_its_field() -> None:
    lead = parsed({"UserDetails": {key: f"{key}!" for key in CONTACT_KEYS}})
    assert {
        name.title().replace("_", ""): value for name, value in lead.contact.given().items()
    } == {key: f"{key}!" for key in CONTACT_KEYS}
