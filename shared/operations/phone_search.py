"""Find leads by a phone number that they gave, however it was written.

A lead that gave an e-mail address is not known by its phone, so all submissions are looked through.
"""

import re
from collections.abc import AsyncIterable, Collection

from shared.domain.identity import e164_phone

LOOKS_LIKE_A_PHONE = re.compile(r"[+(]*\d[\d\s().+/-]{4,}\d", re.ASCII)
NO_COUNTRY = ""


async def leads_by_phone(
    wanted: str, given: AsyncIterable[tuple[str, str, str]]
) -> Collection[str]:
    """Return the leads of submissions that gave a number, each as lead id, phone and country.

    Without a country code, the number is one of the country that the submission names.
    """
    meant = _Meant(wanted)
    found: dict[str, None] = {}
    async for lead_id, phone, country in given:
        if lead_id not in found and meant.by(phone, country):
            found[lead_id] = None
    return found.keys()


class _Meant:
    """The number that is looked for, in the countries that come up."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._digits = _digits(wanted)
        self._in = {NO_COUNTRY: e164_phone(wanted, NO_COUNTRY)}

    def by(self, phone: str, country: str) -> bool:
        """Tell whether a submission gave the number."""
        number = e164_phone(phone, country)
        if not number:
            return _digits(phone) == self._digits
        if country not in self._in:
            self._in[country] = e164_phone(self._wanted, country)
        return number in (self._in[NO_COUNTRY], self._in[country])


def _digits(phone: str) -> str:
    return "".join(char for char in phone if char.isdecimal())
