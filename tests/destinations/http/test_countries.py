"""How countries are written."""

import pytest

from shared.destinations.http.countries import CountryFormat, country_for


@pytest.mark.parametrize(
    ("how", "given", "written"),
    [
        ("as_given", "USA", "USA"),
        ("as_given", "Neverland", "Neverland"),
        ("iso", "USA", "US"),
        ("iso", "us", "US"),
        ("iso", "Great Britain", "GB"),
        ("iso", "Neverland", ""),
        ("iso", "", ""),
        ("name", "USA", "United States"),
        ("name", "TW", "Taiwan"),
        ("name", "uk", "United Kingdom"),
        ("name", "Neverland", ""),
    ],
)
def test_a_country_is_written_whole_or_not_at_all(
    how: CountryFormat, given: str, written: str
) -> None:
    assert country_for(how, given) == written
