"""What forms and people write where they have nothing to say is nothing, in any field."""

import pytest

from shared.domain.identity import Person, answerable, has_value, person, tells
from shared.domain.lead import CONTACT_FIELDS, Contact

NOTHING = [
    *("", " ", "-", "--", "?", ".", "...", "_", "–", "😀", "\u200b", "\ufeff", "xx", "XXX"),
    *("N/A", "n/a", "NA", "n.a.", "N. A.", "#N/A", "n\\a", "None", "NULL", "nil", "NaN"),
    *("unknown", "undefined", "Not Provided", "[not provided]", "--None--", "(none)", "<null>"),
    *("Please select", "-- Please select --", "Please select...", "Please choose a country"),
    *("null null", "undefined undefined", "Select a State", "Choose your job title", "N.N."),
    *("Select", "Select one", "Choose an option", "not applicable", "Not available", "TBD"),
    *("keine Angabe", "k.A.", "k. A.", "Bitte wählen", "bitte auswählen", "nicht angegeben"),
    *("Non renseigné", "NON RENSEIGNE", "Aucun", "Veuillez sélectionner", "s/o", "sans objet"),
    *("Ninguno", "No aplica", "Seleccione", "n/d", "Não informado", "Selecione", "Nessuno"),
    *("geen", "n.v.t.", "Ej angivet", "Ikke oppgitt", "Nie dotyczy", "brak danych", "Seçiniz"),
    *("не указано", "Выберите", "无", "请选择", "なし", "選択してください", "없음", "لا يوجد"),
]


@pytest.mark.parametrize("text", NOTHING)
def test_a_placeholder_says_nothing(text: str) -> None:
    assert not has_value(text)
    assert not any(tells(field, text) for field in CONTACT_FIELDS if text != "NA")
    assert person(Contact(first_name=text, last_name=text, company=text, email=text)) == Person()


@pytest.mark.parametrize(
    "text",
    [
        *("0", "x", "Nonesuch", "李", "not  provided yet", "Selecta", "Ka", "K. Anders", "X Æ"),
        *("Select Comfort", "Chosen", "No Limits", "Nona", "None Such", "NN", "Nowhere Labs"),
        *("Nilsson", "Nolan", "Nana", "SO", "ND", "Selectron", "Aplica", "Bittermann", "7"),
    ],
)
def test_short_texts_may_say_something(text: str) -> None:
    assert has_value(text)


def test_na_is_a_country_and_nothing_elsewhere() -> None:
    assert tells("country", "NA")
    assert person(Contact(country="na")).country == "NA"
    for nothing in ("N/A", "n.a.", "None", "Please select", "--None--"):
        assert not tells("country", nothing)
        assert person(Contact(country=nothing)).country == ""


@pytest.mark.parametrize("name", ["Null", "NIL", "none", "Blank"])
def test_a_word_for_nothing_beside_a_name_is_a_name(name: str) -> None:
    assert person(Contact(first_name="Hanna", last_name=name)).full_name == ("hanna", name.lower())
    assert person(Contact(first_name=name, last_name="Berg")).full_name == (name.lower(), "berg")
    assert person(Contact(first_name=name, last_name=name)).full_name is None
    assert person(Contact(last_name=name)).name == ""


@pytest.mark.parametrize("nothing", ["N/A", "NA", "-", "unknown", "LNU", "[not provided]"])
def test_other_words_for_nothing_are_no_name_beside_one(nothing: str) -> None:
    who = person(Contact(first_name="Suharsono", last_name=nothing))
    assert who.full_name is None
    assert who.name == "suharsono"


# Whom somebody could answer


@pytest.mark.parametrize(
    "contact",
    [
        Contact(first_name="Anna"),
        Contact(last_name="Sample"),
        Contact(email="anna at contoso"),
        Contact(phone="call me"),
        Contact(company="Contoso", title="N/A"),
    ],
)
def test_one_personal_datum_is_enough_to_answer(contact: Contact) -> None:
    assert answerable(contact)


@pytest.mark.parametrize(
    "contact",
    [
        Contact(),
        Contact(title="Buyer", country="DE"),
        Contact(first_name="N/A", last_name="-", company="[not provided]", phone="0000000"),
        Contact(email="noemail@contoso.com", first_name="\u200b"),
        Contact(first_name="None", last_name="None"),
    ],
)
def test_a_title_a_country_and_placeholders_are_not(contact: Contact) -> None:
    assert not answerable(contact)
