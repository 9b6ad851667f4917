"""A country has one code, in whichever of its English spellings it comes."""

import unicodedata

import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers.geodata.locale import LOCALE_DATA

from shared.domain.identity import country_code, country_name
from shared.domain.identity.countries import ALIASES
from tests.suite.unhurried import examples

NAMED = [
    (name, country.alpha_2)
    for country in pycountry.countries
    for kind, name in country
    if kind != "flag"
]
CODES = sorted({code for _, code in NAMED} | {"XK"})


def without_accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


@pytest.mark.parametrize("spelled", [str, str.upper, str.lower, without_accents, " {} ".format])
def test_every_code_and_name_of_iso_is_known(spelled: type[str]) -> None:
    assert [(name, code) for name, code in NAMED if country_code(spelled(name)) != code] == []


def test_a_list_of_names_in_common_use_is_known() -> None:
    # The names are Java's, as the telephone library ships them.
    names = {code: by_language["en"] for code, by_language in LOCALE_DATA.items()}
    for code, name in names.items():
        while name.startswith("*"):
            name = LOCALE_DATA[code][name[1:]]  # noqa: PLW2901 - "the same as in that language"
        assert code == "AN" or country_code(name) == code, name


@pytest.mark.parametrize("code", CODES)
def test_the_name_of_a_code_is_known_by_it(code: str) -> None:
    assert country_code(country_name(code)) == code
    assert "," not in country_name(code) or code in ("BQ", "SH")


def test_what_is_no_code_has_no_name() -> None:
    assert country_name("") == country_name("ZZ") == ""


@pytest.mark.parametrize(("alias", "code"), ALIASES.items())
def test_an_alias_of_a_country_is_the_code_of_one(alias: str, code: str) -> None:
    assert country_code(alias.upper()) == code
    assert country_name(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("U.S.", "US"), ("U.S.A.", "US"), ("U S A", "US"), ("United States (US)", "US")),
        *(("United States of America (USA)", "US"), ("US - United States", "US"), ("usa", "US")),
        *(("Kosovo", "XK"), ("XK", "XK"), ("Türkiye", "TR"), ("Turkiye", "TR"), ("TURKEY", "TR")),
        *(("St. Lucia", "LC"), ("St Lucia", "LC"), ("Saint Lucia", "LC"), ("St. Maarten", "SX")),
        *(("St. Kitts & Nevis", "KN"), ("Bosnia & Herzegovina", "BA"), ("Trinidad & Tobago", "TT")),
        *(("Cote d’Ivoire", "CI"), ("COTE D'IVOIRE", "CI"), ("Curacao", "CW"), ("Åland", "AX")),
        *(("The Gambia", "GM"), ("Gambia, The", "GM"), ("Netherlands (the)", "NL"), ("UK", "GB")),
        *(("Korea, South", "KR"), ("Korea (Republic of)", "KR"), ("Rep. of Korea", "KR")),
        *(("Congo, Democratic Republic of the", "CD"), ("DR Congo", "CD"), ("Congo", "CG")),
        *(("Falkland Islands (Malvinas)", "FK"), ("Hong Kong S.A.R.", "HK"), ("EL", "GR")),
        *(("Germany, DE", "DE"), ("DE / Germany", "DE"), ("Ger\u00admany", "DE"), ("276", "DE")),
        *(("Cape Verde", "CV"), ("Swaziland", "SZ"), ("Vatican City", "VA"), ("Burma", "MM")),
        *(("NA", "NA"), ("Namibia", "NA"), ("Norway", "NO"), ("no", "NO"), ("IS", "IS")),
        *(("", ""), ("N/A", ""), ("N.A.", ""), ("Atlantis", ""), ("Virgin Islands", "")),
        *(("the", ""), ("Saint", ""), ("Germany, France", ""), ("Georgia, US", "")),
    ],
)
def test_a_country_is_known_however_it_is_spelt(text: str, code: str) -> None:
    assert country_code(text) == code


@settings(max_examples=examples(300))
@given(st.sampled_from(NAMED), st.sampled_from(("\u200b", "\u00a0", " ", "\ufeff")))
def test_spacing_and_the_invisible_do_not_count(named: tuple[str, str], char: str) -> None:
    name, code = named
    assert country_code(f"{char}{name}{char}") == code


@settings(max_examples=examples(300))
@given(st.text(max_size=20))
def test_any_text_is_a_code_or_none(text: str) -> None:
    assert country_code(text) in {*CODES, ""}
