"""A contact as a CRM has it: what is not as it was given is told in words, and in a remark."""

from dataclasses import replace

from hypothesis import given

from shared.destinations.http.contact import WHOLE, Writing
from shared.destinations.http.refused import refused_before, remembered
from shared.destinations.http.texts import LABELS
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Contact
from tests import strategies
from tests.examples import CONTACT

WRITING = Writing(
    vendor="Fabrikam",
    names={name: f"the_{name}" for name in LABELS if name != "title"},
    lengths={f"the_{name}": 30 for name in LABELS},
    country="name",
)


def test_a_contact_is_written_under_the_crms_names_and_only_what_is_asked_for() -> None:
    written = WRITING.written(replace(CONTACT, company="Fabrikam"), {"email", "country", "title"})

    assert written.values == {"the_email": CONTACT.email, "the_country": "Germany"}
    assert (written.remarks, written.told) == ((), ())


def test_what_is_not_written_as_given_is_told_whole() -> None:
    contact = Contact(
        company="F" * 31, email=f"{'z' * 30}@a.example", country="Nowhere", phone="+49 30 1"
    )

    written = WRITING.written(contact, refused={"the_phone", "the_title"})

    assert written.values == {"the_company": "F" * 29 + "…"}
    assert written.remarks == (
        "the_company cut to 30 characters",
        "the_email left out: longer than 30 characters",
        "the_country left out: not a country that we know",
        "the_phone left out: not accepted by Fabrikam",
    )
    assert written.told == (
        f"E-mail as given: {contact.email}",
        "Country as given: Nowhere",
        f"Company as given: {contact.company}",
        "Phone as given, not accepted by Fabrikam: +49 30 1",
    )


@given(strategies.CONTACT)
def test_whatever_is_given_is_written_or_told_and_addresses_are_never_cut(contact: Contact) -> None:
    written = WRITING.written(contact)

    told = "\n".join(written.told)
    for name, value in contact.given().items():
        theirs = f"the_{name}"
        whole = written.values.get(theirs) == value or f"{LABELS[name]} as given: {value}" in told
        assert whole or name in {"title", "country"}
        assert name not in WHOLE or not written.values.get(theirs, "").endswith("…") or whole


def test_refused_fields_are_remembered_by_name() -> None:
    baseline = remembered({"Phone", "Email"})

    assert baseline == {"refused": "Email,Phone"}
    assert refused_before(CrmRecord(id="1", baseline=baseline)) == {"Phone", "Email"}
    assert remembered([]) == {}
    assert refused_before(None) == frozenset()
