"""Bytes become text: by what they are, else by what the content type says."""

import codecs

import pytest

from shared.intake.decode import WRONG_CHARSET
from tests.intake.pushes import faults, parsed


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
