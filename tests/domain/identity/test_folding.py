"""Texts that a reader takes for the same are the same; nothing else is."""

import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.identity import folded, folded_company, visible
from shared.domain.identity.folding import SHORT, kept_if_short
from tests.suite.unhurried import examples

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)


def characters(*categories: str) -> Iterator[str]:
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) in categories:
            yield chr(code)


def test_no_format_character_is_visible() -> None:
    assert [char for char in characters("Cf") if visible(f"a{char}b") != "ab"] == []


@pytest.mark.parametrize(
    "char",
    [
        *("\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u2060", "\u202a", "\u202e", "\u200e"),
        *("\ufe0e", "\ufe0f", "\U000e0101", "\u034f", "\u180b", "\u3164", "\uffa0", "\u2800"),
    ],
)
def test_what_nobody_sees_does_not_count(char: str) -> None:
    assert visible(f"{char}Anna{char}") == "Anna"
    assert folded(f"An{char}na") == "anna"


@pytest.mark.parametrize("text", ["Zoë", "李", "नमस्ते", "e\u0301", "👩", "a b", ""])
def test_what_somebody_sees_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("apostrophe", "'’‘ʼʹ′`´＇‛ʻ")  # noqa: RUF001 - these are meant
def test_there_is_one_apostrophe(apostrophe: str) -> None:
    assert folded(f"O{apostrophe}Dair") == "o'dair"


def test_there_is_one_hyphen() -> None:
    assert [char for char in characters("Pd") if folded(f"a{char}b") != "a-b"] == []
    assert folded("Meyer - Schulz") == folded("Meyer\u2011Schulz") == "meyer-schulz"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Zoë", "Zoe\u0308"),
        ("\uff2d\uff4f\uff4f\uff52", "moor"),
        ("ﬁ", "FI"),
        ("Δήμος", "ΔΉΜΟΣ"),
        (" Anna\u00a0\n  M ", "anna m"),
    ],
)
def test_case_spacing_and_compatibility_do_not_count(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Zoe", "Zoë"), ("p\u0430vel", "pavel"), ("Odair", "O'Dair"), ("李", "王")]
)
def test_accents_and_scripts_count(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fjord Looms, Inc.", "Fjord Looms Inc"),
        ("FJORD LOOMS INC", "Fjord-Looms (Inc.)"),
        ("Müller GmbH & Co. KG", "Müller GmbH & Co KG"),
        ("L'Atelier", "L’Atelier"),
        ("S.A. Tejidos", "SA Tejidos"),
        ("株式会社・織", "株式会社 織"),
    ],
)
def test_punctuation_of_a_company_does_not_count(one: str, other: str) -> None:
    assert folded_company(one) == folded_company(other)


@pytest.mark.parametrize(
    ("one", "other"), [("A&B", "AB"), ("C#", "C"), ("Wool & Sons", "Wool Sons"), ("कि", "क")]
)
def test_signs_that_are_part_of_a_company_count(one: str, other: str) -> None:
    assert folded_company(one) != folded_company(other)


@settings(max_examples=examples(500))
@given(ANY_TEXT)
@example("\u1fef\u0345\u03b1\u2160`\u00b4 ")
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded_company(folded_company(text)) == folded_company(text)
    assert visible(visible(text)) == visible(text)


@settings(max_examples=examples(300))
@given(ANY_TEXT, ANY_TEXT)
def test_it_does_not_matter_where_the_invisible_stands(one: str, other: str) -> None:
    assert folded(visible(one) + visible(other)) == folded(f"{one}\u200b{other}\ufeff")


@settings(max_examples=examples(300))
@given(ANY_TEXT)
def test_one_form_of_unicode_is_folded_as_another(text: str) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(("length", "read"), [(SHORT, 1), (SHORT + 1, 2)])
def test_a_text_that_comes_again_is_read_once_unless_it_is_long(length: int, read: int) -> None:
    texts: list[str] = []

    @kept_if_short
    def lower(text: str) -> str:
        texts.append(text)
        return text.lower()

    assert [lower("A" * length) for _ in range(2)] == ["a" * length] * 2
    assert len(texts) == read
