"""Values are cut to the CRM's lengths, and interests are told as texts."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.destinations.http.texts import interest_text, mark
from shared.destinations.http.values import CUT, fitted
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
