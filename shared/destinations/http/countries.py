"""How a CRM wants countries written: the marketplace sends codes and names alike."""

from typing import Literal

from shared.domain.identity import country_code, country_name

type CountryFormat = Literal["as_given", "iso", "name"]


def country_for(format: CountryFormat, given: str) -> str:  # noqa: A002 - as the setting
    """Return a country as the CRM wants it, "" for one that nobody knows."""
    if format == "as_given":
        return given
    code = country_code(given)
    return code if format == "iso" else country_name(code)
