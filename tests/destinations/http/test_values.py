"""Values are cut to the CRM's lengths, and interests are told as texts."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.destinations.http.texts import as_given, interest_text, mark, name_for
from shared.destinations.http.values import CUT, fitted, for_empty
from shared.domain.lead import Contact
from tests.examples import interest

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def test_a_value_that_is_too_long_is_cut_and_remarked() -> None:
    found = fitted({"a": "12345", "b": "123456", "c": "", "d": "1" * 99}, {"a": 5, "b": 5})

    assert found.values == {"a": "12345", "b": "1234…", "d": "1" * 99}
    assert found.remarks == ("b cut to 5 characters",)


@given(TEXT, st.integers(1, 40))
def test_a_cut_value_fits_however_the_crm_counts_characters(text: str, length: int) -> None:
    value = fitted({"a": text}, {"a": length}).values.get("a", "")

    assert len(value.encode("utf-16-le")) // 2 <= length
    if value != text:
        assert text.startswith(value.removesuffix(CUT))
        assert len(value.encode("utf-16-le")) // 2 >= length - 1


def test_what_is_in_the_crm_already_stays() -> None:
    held = {"a": "theirs", "b": "", "c": None, "e": 0}

    assert for_empty({"a": "1", "b": "2", "c": "3", "d": "4", "e": "5"}, held) == {
        "b": "2",
        "c": "3",
        "d": "4",
    }


def test_what_is_not_sent_is_told_as_it_was_given() -> None:
    contact = Contact(email="joe@contoso.con", country="Neverland", phone="1")

    assert as_given(contact, ["country", "email", "title"]) == [
        "E-mail as given: joe@contoso.con",
        "Country as given: Neverland",
    ]
    assert as_given(contact, ["email"], "HubSpot") == [
        "E-mail as given, not accepted by HubSpot: joe@contoso.con"
    ]


def test_a_last_name_is_found_for_everybody() -> None:
    whole = Contact(last_name="O'Hara", email="zoe@fabrikam.example", company="Fabrikam")
    names = [
        name_for(contact, "(no name)")
        for contact in (
            whole,
            replace(whole, last_name=""),
            Contact(company="Fabrikam"),
            Contact(first_name="Zoë"),
        )
    ]

    assert names == ["O'Hara", "zoe@fabrikam.example", "Fabrikam", "(no name)"]


def test_an_interest_reads_as_what_the_customer_did() -> None:
    assert interest_text(interest(1, description="Hello\nthere")) == (
        "Microsoft marketplace: Get it now, Things, AzureMarketplace, 2026-11-02 09:01 UTC\n"
        "Offer: fabrikam.things\n"
        "Hello\nthere"
    )
    assert mark(interest(1)) == "[submission submission-1]"


def test_an_interest_without_anything_reads_as_a_lead() -> None:
    bare = replace(
        interest(1).submission, source="", action="", publisher="", offer="", offer_title=""
    )

    assert interest_text(replace(interest(1), submission=bare)) == (
        "Microsoft marketplace: a lead, 2026-11-02 09:01 UTC"
    )
