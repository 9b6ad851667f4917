"""Telephone numbers: one form for one number, and the extension that tells colleagues apart."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from shared.domain.identity.countries import country_code
from shared.domain.identity.folding import TYPOGRAPHY, visible

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

PLAIN = re.compile(r"[+\d\s().-]+")
EXTENSION_WORDS = re.compile(
    r"(?<![^\W\d_])(?:anknytning|ankn|anexo|apparat|dahili|durchwahl|dw|extensi[oó]n|extens[aã]o"
    r"|int(?:erne?|erno)?|klappe|linka|lok(?:al)?|mell[eé]k|nebenstelle|poste|ramal|toestel"
    r"|wew(?:n|nętrzny)?|вн(?:утр)?|доб(?:авочный)?|内線|分机|分機|내선)[\s.:]*(?=\d)",
    re.IGNORECASE,
)
"""What people write before an extension, beside what the library knows."""

NUMBER = re.compile(
    r"\(?\+*\s*\(?\d[\d\s().\-~/]*"
    r"(?:[\s(;,]*(?:extn?|x|#)[\s.:=-]*\d{1,7}|,\s*\d{1,5}\s*$)?",
    re.IGNORECASE,
)
SPACED_SLASH = re.compile(r"\s/|/\s")
VANITY = re.compile(r"\+?[\d\s().-]+[A-Z]{3,}[A-Z\d\s.-]*")

EXPONENT = re.compile(r"\+?\d+(?:\.\d+)?[eE]\+?\d\d?")
ZERO_DECIMALS = re.compile(r"(\+?\d+)\.0+")

MEXICO = 52
OLD_PREFIX = "1|01|04[45]"
"""What Mexico dialled before mobile numbers, from abroad and at home, until 2019."""
LONG_FOR_A_NUMBER = 12
"""Digits after the country code. A few plans allow as many, but then none begins with the code."""


class Phone(NamedTuple):
    """A number in E.164, with its extension."""

    number: str = ""
    extension: str = ""


NO_PHONE = Phone()


def e164_phone(text: str, country: str) -> str:
    """Return the number in E.164; "" if it is none. ``country`` is a code or name, or ""."""
    return phone_number(text, country_code(country)).number


def phone_number(text: str, region: str) -> Phone:
    """Return the first number that a text gives; empty if it gives none, or a placeholder.

    ``region`` is an ISO 3166 alpha-2 code, or "".

    A number without ``+`` is read as an international one if it then belongs to the given
    country, else as a national one, else as an international one of another country.
    """
    written = written_out(
        unicodedata.normalize("NFKC", visible(text).translate(TYPOGRAPHY)).strip()
    )
    found = next(_numbers(written, region or None), None)
    if found is None or _digits_are_alike(found):
        return NO_PHONE
    return Phone(f"+{found.country_code}{_national(found)}", found.extension or "")


def written_out(text: str) -> str:
    """Return the digits of a number that a program wrote as 1.6175555555e10 or 16175555555.0."""
    if EXPONENT.fullmatch(text):
        number = Decimal(text)
        return f"{number:.0f}" if number == number.to_integral_value() else text
    return ZERO_DECIMALS.sub(r"\1", text) if ZERO_DECIMALS.fullmatch(text) else text


def _numbers(written: str, region: str | None) -> Iterator["PhoneNumber"]:
    """Yield the numbers among remarks and other numbers."""
    spelled = written if PLAIN.fullmatch(written) else EXTENSION_WORDS.sub(" ext ", written)
    for run in NUMBER.finditer(spelled):
        yield from _one_of(run[0], region)
    if VANITY.fullmatch(written) and (number := _number(written, region)):
        yield number


def _one_of(run: str, region: str | None) -> Iterator["PhoneNumber"]:
    """Yield what a run of digits is: one number with a slash in it, or the first of several."""
    parts = SPACED_SLASH.split(run)
    apart = [_number(part, region) for part in parts] if len(parts) > 1 else []
    several = [number for number in apart if number]
    if len(several) > 1:
        yield several[0]
    elif number := _number(run, region):
        yield number
    else:
        tried = several or (_number(part, region) for part in run.split("/") if "/" in run)
        yield from (number for number in tried if number)


def _number(text: str, region: str | None) -> "PhoneNumber | None":
    import phonenumbers  # noqa: PLC0415 - most leads are recognised by their e-mail

    digits = text.lstrip("( ")
    international = _valid(re.sub(r"^(?!\+)(?:00)?", "+", digits), None)
    if digits.startswith(("+", "00")):
        return international
    home = phonenumbers.country_code_for_region(region) if region else 0
    if international and international.country_code == home:
        return international
    return _valid(digits, region) or international


def _valid(text: str, region: str | None) -> "PhoneNumber | None":
    import phonenumbers  # noqa: PLC0415 - as above

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    is_valid = phonenumbers.is_valid_number(number)
    if is_valid and len(_national(number)) < LONG_FOR_A_NUMBER:
        return number
    return _without_extra_digits(number, region) or (number if is_valid else None)


def _without_extra_digits(number: "PhoneNumber", region: str | None) -> "PhoneNumber | None":
    """Return the number without a second country code, or an old prefix."""
    extra = [OLD_PREFIX] if number.country_code == MEXICO else []
    extra += [] if region else [f"0*{number.country_code}"]
    rest = re.fullmatch(f"(?:{'|'.join(extra)})([0-9]+)", _national(number)) if extra else None
    if rest is None:
        return None
    extension = f";ext={number.extension}" if number.extension else ""
    return _valid(f"+{number.country_code}{rest[1]}{extension}", None)


def _national(number: "PhoneNumber") -> str:
    import phonenumbers  # noqa: PLC0415 - as above

    return phonenumbers.national_significant_number(number)


def _digits_are_alike(number: "PhoneNumber") -> bool:
    return len(set(_national(number))) == 1
