from shared.domain.identity.normal_forms import normal_forms
from shared.domain.lead import Contact


def test_country_and_number_have_the_forms_of_their_standards() -> None:
    contact = Contact(country="Germany", phone="030 123456")

    assert normal_forms(contact) == {
        "country_code": "DE",
        "country_name": "Germany",
        "phone_e164": "+4930123456",
    }


def test_what_is_neither_has_no_form() -> None:
    contact = Contact(country="Atlantis", phone="ask Anna")

    assert set(normal_forms(contact).values()) == {""}
