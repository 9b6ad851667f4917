"""A vendor's words are kept, the customer's are not."""

import json
import unicodedata
from base64 import b64encode
from dataclasses import replace
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.destinations.http.answers import Request
from shared.destinations.http.hiding import PIECE, hidden
from shared.destinations.http.said import (
    LONGEST_REASON,
    said,
    sent_by,
    texts_in,
    unless_quoting,
    without,
)
from shared.destinations.http.texts import customers_words
from shared.domain.lead import Contact
from tests.examples import CONTACT, interest, lead

VALUE = 'Zoë "O\'Hara" <zoe+x@fabrikam.example>, 50% & more'
REQUEST = Request(
    method="PATCH",
    path="/contacts/zoe%40fabrikam.example?sig=s3cr3t",
    writes=True,
    json={"properties": {"name": VALUE, "owner": "77", "of": [1, True, None, "Fabrikam"]}},
    params={"select": "name", "filter": "Things"},
    form={"secret": "a-secret"},
    shown=frozenset({"owner", "select"}),
)


def test_what_a_request_sent_is_known_wherever_it_stood() -> None:
    assert sent_by(REQUEST) == [
        *("zoe@fabrikam.example", "sig=s3cr3t", "a-secret", "Things", VALUE, "Fabrikam"),
    ]
    assert sent_by(replace(REQUEST, json=None, content=b'{"a": "b"}'))[-1] == "b"
    assert sent_by(replace(REQUEST, json=None, content=b"not JSON"))[-1] == "not JSON"


@pytest.mark.parametrize(
    "spelled",
    [
        VALUE,
        VALUE.upper(),
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
        quote(VALUE, safe=""),
        quote(VALUE, safe="").lower(),
        escape(VALUE),
        VALUE[:20],
        VALUE[9:30],
        f"x{VALUE}x",
    ],
)
def test_a_value_is_hidden_however_it_is_spelled(spelled: str) -> None:
    told = said(REQUEST, f"The value [{spelled}] is not one of 77.")

    assert "fabrikam" not in told.lower()
    assert "hara" not in told.lower()
    assert told.startswith("The value ")
    assert told.endswith(" is not one of 77.")


def test_a_short_value_is_hidden_as_a_word_of_its_own_only() -> None:
    told = without(["de", "Zoe", "B", ""], "DE, Zoetrope, ZOE and a B? abide by the code")

    assert told == "…, Zoetrope, … and a …? abide by the code"
    assert without(["Zoe"], "users/zoe_things") == "users/…_things"


@pytest.mark.parametrize("before", ["%20", "%3C", r"\n", r"\u00df", "&lt;", "&#39;"])
def test_a_short_value_is_hidden_beside_an_escape_too(before: str) -> None:
    assert without(["Zoe"], f"x{before}Zoe{before}y") == f"x{before}…{before}y"


def test_a_word_of_a_value_is_hidden_too() -> None:
    assert without(["Zoë O'Hara of Fabrikam"], "Hara (fabrikam) of") == "… (…) of"


def test_the_name_of_a_field_is_told_whatever_the_customer_wrote() -> None:
    sent = replace(REQUEST, json={"marketplace_id": "a", "input": [{"phone": "my marketplace"}]})

    told = said(sent, "marketplace_id, marketplace and phone")

    assert told == "marketplace_id,… and phone"


def test_words_without_a_value_are_clipped() -> None:
    assert said(REQUEST, "x" * 10_000) == "x" * LONGEST_REASON
    assert said(replace(REQUEST, json=None), "") == ""
    assert said(REQUEST, "also t0ken", also=["t0ken", ""]) == "also …"


@given(st.text(min_size=PIECE, max_size=80), st.integers(0, 1_100), st.integers(PIECE, 80))
def test_no_piece_of_a_value_is_left_wherever_it_begins(value: str, start: int, size: int) -> None:
    padding = "\x00" * start
    told = without([value], padding + value[:size] + "\x01" * 2_000)

    left = told.strip("\x00\x01")
    if "\x00" not in value and "\x01" not in value and value.strip():
        assert left.replace("…", "") == ""


def test_what_is_known_of_a_customer_is_hidden_though_it_is_not_sent() -> None:
    one = interest(1, description="A word in confidence")
    words = customers_words(replace(lead(), contact=Contact(last_name="O'Hara")), [one])
    assert words == ("O'Hara", *CONTACT.given().values(), "A word in confidence")

    told = said(replace(REQUEST, hidden=words), "O'Hara has a word in confidence; Zoë has not")

    assert told == "… has …; … has not"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("The region is unknown.", "The region is unknown."),
        ("Like record 7: ZOE@FABRIKAM.EXAMPLE, Contoso", "…"),
        ("x" * 600, "x" * LONGEST_REASON),
    ],
)
def test_words_that_quote_the_contact_are_not_told_at_all(words: str, told: str) -> None:
    request = replace(REQUEST, json=None)

    assert unless_quoting(request, words, ["zoe@fabrikam.example", "", "DE"]) == told


def test_of_a_record_that_is_quoted_what_stands_between_its_values_is_hidden() -> None:
    values = ["Zoë", "O'Hara", "Fabrikam", "Boss"]

    told = without(values, "400 no: Zoë O'Hara, +49 30 1234567, Boss, Fabrikam is there twice")

    assert told == "400 no: … is there twice"


def test_a_few_values_are_no_record() -> None:
    assert without(["Zoë", "Boss"], "Zoë is no Boss") == "… is no …"


OF_A_FORM = Request(
    method="POST",
    path="/leads",
    writes=True,
    json={
        "first": "Zoë",
        "last": "Ğüneş-Łukasz",
        "phone": "+49 (30) 765-4321",
        "company": "Straßenbau AG",
        "country": "Côte d'Ivoire",
        "title": "Chef·fe d’équipe",
    },
)


@pytest.mark.parametrize(
    "quoted",
    [
        "+49307654321",
        "49307654321",
        "030/765 43 21",
        "(030) 7654321",
        unicodedata.normalize("NFD", "Côte d'Ivoire, Zoë"),
        "C&ocirc;te",
        "Zo&#235;",
        "Zo&#xEB;",
        "STRASSENBAU",
        "Stra&szlig;enbau",
        "Gunes",
        "Lukasz",
        "Cote d'Ivoire",
        "Chef\u00b7fe d'equipe",
        "Z\u200bo\u00eb",
    ],
)
def test_a_value_is_hidden_in_other_letters_too(quoted: str) -> None:
    told = said(OF_A_FORM, f"Not allowed: {quoted} [77]")

    assert set(told.removeprefix("Not allowed: ").removesuffix("[77]")) <= set("…+()' ,.\u00b7")


def wide(text: str) -> str:
    """Return a text in the wide letters and digits of Japanese."""
    return "".join(chr(ord(char) + 0xFEE0) for char in text)


@pytest.mark.parametrize(
    ("quoted", "told"),
    [
        ("'Straßen...' is too long", "'…...' is too long"),
        ("'Straßen…' is too long", "'……' is too long"),
        ("'Côte d...' is too long", "'…...' is too long"),
        ("'Ğü***' is too long", "'…***' is too long"),
        ("slug lukasz_gunes_x", "slug …_…_x"),
        (f"tel. {wide('49307654321')}", "tel. …"),
        ("tel. ٤٩٣٠٧٦٥٤٣٢١", "tel. …"),
        ("It goes on... and ends.", "It goes on... and ends."),
    ],
)
def test_a_value_is_hidden_in_pieces_too(quoted: str, told: str) -> None:
    assert said(OF_A_FORM, quoted) == told


LUKASZ = "Łukasz von Güneş"


@pytest.mark.parametrize(
    "encoded",
    [
        "".join(f"%{byte:02X}" for byte in LUKASZ.encode()),
        "".join(f"\\u{ord(char):04x}" for char in LUKASZ),
        "".join(f"\\x{byte:02x}" for byte in LUKASZ.encode()),
        "".join(f"={byte:02X}" for byte in LUKASZ.encode()),
        "".join(f"&#{ord(char)};" for char in LUKASZ).replace("&", "&amp;"),
        quote(quote(quote("Łukasz", safe=""), safe=""), safe=""),
        b64encode(LUKASZ.encode()).decode(),
        "xn--" + "güneş".encode("punycode").decode(),
        LUKASZ.encode().decode("latin-1"),
        " ".join("Lukasz"),
        ".".join("LUKASZ"),
        wide("Lukasz"),
    ],
)
def test_a_sentence_with_an_encoded_value_is_not_told(encoded: str) -> None:
    request = replace(OF_A_FORM, hidden=(LUKASZ,))

    told = said(request, f"It is refused. The value {encoded} is wrong. Try again!")

    value = told.removeprefix("It is refused. ").removesuffix(" Try again!")
    assert value in {"…", "… is wrong.", "The value … is wrong."}


@pytest.mark.parametrize(
    "words",
    [
        "Discount 50%25, see https://example.com/a%20b?c=%C3%BC&amp;d",
        "Request dGhpcyBpcyBub3RoaW5n of xn--mnchen-3ya or xn--é failed at \\u00e9\\x41",
        "A I D and C.R.M. are short; so is ﬁ",
    ],
)
def test_what_is_encoded_and_not_the_customers_is_told(words: str) -> None:
    assert said(OF_A_FORM, words) == words


def test_a_number_that_is_not_the_customers_is_told() -> None:
    told = said(OF_A_FORM, "400 on 2026-11-28, request 1234567890, limit 100 000 000")

    assert told == "400 on 2026-11-28, request 1234567890, limit 100 000 000"


def test_of_many_texts_the_spellings_are_made_once() -> None:
    before = hidden.cache_info().misses
    request = replace(REQUEST, hidden=("A long description. " * 500,))
    told = [said(request, f"text {number} by zoe@fabrikam.example") for number in range(300)]

    assert told[299] == "text 299 by …"
    assert hidden.cache_info().misses == before + 1


def test_texts_are_found_however_deep_they_are() -> None:
    deep: object = "bottom"
    for _ in range(20_000):
        deep = {"a": [deep]}

    assert list(texts_in({"a": "1", "b": ["2", {"c": "3"}], "d": deep, "e": "4"})) == [
        *("1", "2", "3", "bottom", "4"),
    ]
