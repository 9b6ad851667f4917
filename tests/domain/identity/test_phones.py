"""One telephone is one form, colleagues behind one switchboard are two, and remarks are neither."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.identity import e164_phone, phone_number
from tests.suite.unhurried import examples


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 151 12345678", "", "+4915112345678"),
        ("4915112345678", "DE", "+4915112345678"),
        ("0151 123 45678", "Germany", "+4915112345678"),
        ("0049 151 12345678", "", "+4915112345678"),
        ("00 49 151 12345678", "US", "+4915112345678"),
        ("(+49) 151 12345678", "US", "+4915112345678"),
        ("+49 (0)151 / 12345678", "US", "+4915112345678"),
        ("030 123456", "DE", "+4930123456"),
        ("(030) 12-34-56", "DE", "+4930123456"),
        ("030/123456", "DE", "+4930123456"),
        ("4930123456", "", "+4930123456"),
        ("16175555555", "USA", "+16175555555"),
        ("617-555-5555", "US", "+16175555555"),
        ("617.555.5555", "United States (US)", "+16175555555"),
        ("\uff0b\uff11 617 555 5555", "", "+16175555555"),
        ("\u202a+1 (206) 555\u20110143\u202c", "", "+12065550143"),
        ("\u0660\u0661\u0660\u0660 123 4567", "EG", "+201001234567"),
        ("07911 123456", "UK", "+447911123456"),
        ("06 698 12345", "IT", "+390669812345"),
        ("044 123 456", "Kosovo", "+38344123456"),
        ("13012345678", "CN", "+8613012345678"),
        ("8613012345678", "CN", "+8613012345678"),
        ("+13012345678", "CN", "+13012345678"),
        ("13012345678", "", "+13012345678"),
        ("13012345678", "DE", "+13012345678"),
        ("1-800-FLOWERS", "US", "+18003569377"),
    ],
)
def test_a_number_has_one_form(text: str, country: str, number: str) -> None:
    assert e164_phone(text, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        *(("", ""), ("N/A", "DE"), ("12345", "DE"), ("+", "US"), ("+1", "US"), ("1" * 300, "US")),
        *(("030 123456", ""), ("030 123456", "US"), ("call me", "US"), ("after 5 pm", "DE")),
    ],
)
def test_what_is_no_number_of_the_country_has_no_form(text: str, country: str) -> None:
    assert e164_phone(text, country) == ""


@pytest.mark.parametrize(
    ("text", "country"),
    [
        *(("0000000000", "US"), ("22222222", "DK"), ("+65 6666 6666", ""), ("7777777777", "RU")),
        *(("+7 777 777 77 77", ""), ("+44 7777 777777", ""), ("11111111", "DE")),
    ],
)
def test_digits_that_are_all_alike_are_no_number(text: str, country: str) -> None:
    assert e164_phone(text, country) == ""


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        *(
            ("+1 206 555 0100 ext. 101", "101"),
            ("+1 206 555 0100x101", "101"),
            ("2065550100 #7", "7"),
        ),
        *(
            ("206-555-0100 Ext: 5", "5"),
            ("+1 (206) 555-0100 extension 5", "5"),
            ("2065550100;ext=5", "5"),
        ),
        *(
            ("tel:+1-206-555-0100;ext=5", "5"),
            ("+1 206 555 0100, 12", "12"),
            ("+12065550100 (ext 5)", "5"),
        ),
        *(("+1 206 555 0100 ext 101 (after 5 pm)", "101"), ("+1 206 555 0100 Durchwahl 12", "12")),
        *(
            ("+1 206 555 0100 DW 12", "12"),
            ("+1 206 555 0100 poste 12", "12"),
            ("206 555 0100 доб. 9", "9"),
        ),
        *(
            ("+1 1 206 555 0100 x9", "9"),
            ("206 555 0100 ramal 9", "9"),
            ("206 555 0100 内線 9", "9"),
        ),
    ],
)
def test_an_extension_is_part_of_the_number(text: str, extension: str) -> None:
    assert phone_number(text, "US") == ("+12065550100", extension)
    assert e164_phone(text, "US") == "+12065550100"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "+43 1 5123456",
            "+43 1 5123456 (office)",
            "office: +43 1 5123456",
            "+43 1 5123456 - work",
        ),
        *("+43 1 5123456 / +43 664 1234567", "+43 1 5123456, +43 664 1234567", "Tel. 01 5123456"),
        *("01 5123456 / 0664 1234567", "01 5123456/0664 1234567", "01 5123456 or 0664 1234567"),
        *("01 5123456; 0664 1234567", "+43 1 5123456 | mobile 0664 1234567", "☎ 01 5123456"),
        *("01 5123456 (Mo-Fr, 9-17)", "5 pm or later: +43 1 5123456"),
    ],
)
def test_of_numbers_and_remarks_the_first_number_counts(text: str) -> None:
    assert phone_number(text, "AT") == ("+4315123456", "")


def test_two_numbers_that_would_make_a_longer_one_are_two() -> None:
    assert e164_phone("030 9018 / 030 9019", "DE") == "+49309018"
    assert e164_phone("030 1234 / 5678", "DE") == "+493012345678"


@pytest.mark.parametrize(
    "text",
    [
        *("+52 1 55 1234 5678", "5215512345678", "044 55 1234 5678", "045 55 1234 5678"),
        *("01 55 1234 5678", "1 55 1234 5678", "55 1234 5678", "+52 (1) 55-1234-5678"),
    ],
)
def test_an_old_prefix_of_mexico_is_no_part_of_the_number(text: str) -> None:
    assert e164_phone(text, "MX") == "+525512345678"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+49 49 30 901820", "+4930901820"),
        ("+49 +49 30 901820", "+4930901820"),
        ("+49 0049 30 901820", "+4930901820"),
        ("0049 49 30 901820", "+4930901820"),
        ("+49 49 151 12345678", "+4915112345678"),
        ("+44 44 20 7946 0000", "+442079460000"),
        ("+1 1 206 555 0100", "+12065550100"),
        ("+91-91-98765 43210", "+919876543210"),
        ("+39 39 06 69812345", "+390669812345"),
    ],
)
def test_a_doubled_country_code_counts_once(text: str, number: str) -> None:
    assert e164_phone(text, "") == number


def test_a_number_that_begins_as_its_country_code_is_left() -> None:
    assert e164_phone("+49 4931 12345", "") == "+49493112345"
    assert e164_phone("+39 393 123 4567", "") == "+393931234567"


@pytest.mark.parametrize("text", ["1.6175555555e10", "1.6175555555E+10", "16175555555.0"])
def test_a_number_that_a_program_wrote_as_a_float_is_one(text: str) -> None:
    assert e164_phone(text, "US") == e164_phone(text, "") == "+16175555555"


def test_digits_that_a_program_lost_are_not_made_up() -> None:
    assert e164_phone("1.6e10", "US") == ""


PIECES = st.sampled_from(
    ("+", "0", "49", "30", "901820", "/", " ", "ext", "x", "(", ")", "e10", ".")
)


@settings(max_examples=examples(300))
@given(
    st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20), st.sampled_from(("", "DE"))
)
def test_a_normal_form_is_its_own(text: str, country: str) -> None:
    found = phone_number(text, country)
    assert e164_phone(found.number, country) == found.number
    if found.extension:
        assert phone_number(f"{found.number};ext={found.extension}", country) == found
