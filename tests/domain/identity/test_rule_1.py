"""Rule 1 knows a number as it did: each form here is what version dc2ca93 wrote."""

import pytest

from shared.domain.identity.rule_1 import e164_phone


@pytest.mark.parametrize(
    ("text", "country", "form"),
    [
        ("4915112345678", "DE", "+4915112345678"),
        ("4420 7946 0018", "DE", "+49442079460018"),
        ("39 02 1234567", "IT", "+39021234567"),
        ("020 7946 0018", "UK", "+442079460018"),
        ("0044 20 7946 0018", "", "+442079460018"),
        ("+44 20 7946 0018", "Atlantis", "+442079460018"),
        ("020 7946 0018", "Atlantis", ""),
    ],
)
def test_a_number_has_the_form_that_it_had(text: str, country: str, form: str) -> None:
    assert e164_phone(text, country) == form
