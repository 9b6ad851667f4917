"""Identity rule 1: how customers were recognised until rule 2. Pure.

Lead ids in storage were made by it, so nothing here changes: see ``rules.py``.
"""

import json
import re
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

from shared.domain.identity.keys import DedupeKey
from shared.domain.lead import KeyKind, Submission

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

NO_VALUE = frozenset({"n/a", "n.a.", "none", "null", "nil", "unknown", "undefined", "not provided"})
"""What people and forms write where they have nothing to say."""

COUNTRY_ALIASES = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "the netherlands": "NL",
    "uae": "AE",
    "korea": "KR",
    "republic of korea": "KR",
    "russia": "RU",
    "turkey": "TR",
    "hong kong sar": "HK",
    "macao sar": "MO",
    "macau": "MO",
    "macau sar": "MO",
    "brunei": "BN",
    "congo (drc)": "CD",
    "cote d'ivoire": "CI",
    "ivory coast": "CI",
    "palestinian authority": "PS",
    "macedonia": "MK",
}
"""Country names in use, at Microsoft and in forms, that ISO 3166 does not list."""


def dedupe_key(submission: Submission) -> DedupeKey:
    """Return who the customer was: by e-mail, else phone, else name, else this submission alone."""
    contact = submission.contact
    first, last, company = (
        normalized_text(text) for text in (contact.first_name, contact.last_name, contact.company)
    )
    candidates = (
        (KeyKind.EMAIL, (normalized_email(contact.email),)),
        (KeyKind.PHONE, (e164_phone(contact.phone, contact.country), last)),
        (KeyKind.NAME, (first, last, company)),
        (KeyKind.SUBMISSION, (submission.submission_id,)),
    )
    return next(DedupeKey(kind, parts, submission.test) for kind, parts in candidates if all(parts))


SAME_SOURCE = {"appsource (spza)": "appsource", "spza": "appsource"}


def fingerprint(submission: Submission) -> str:
    """Return by what a repeat was known: 16 hex digits, as they stand on leads."""
    source = submission.source.lower()
    said = [
        SAME_SOURCE.get(source, source),
        submission.action.lower(),
        submission.publisher.lower(),
        submission.offer.lower(),
        submission.offer_title,
        submission.description,
        sorted(submission.contact.given().items()),
    ]
    return sha256(json.dumps(said).encode()).hexdigest()[:16]


def has_value(text: str) -> bool:
    """Tell whether a text says anything: "N/A", "-" and the like do not."""
    return text.lower() not in NO_VALUE and any(char.isalnum() for char in text)


def normalized_text(text: str) -> str:
    """Return the text in NFKC, lower case, single spaces; "" if it says nothing."""
    folded = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return folded if has_value(folded) else ""


def normalized_email(text: str) -> str:
    """Return the address in the form that is equal for equal mailboxes; "" if it is none.

    Lower case, not case-fold, and the domain by UTS 46: straße.de is not strasse.de.
    """
    if not has_value(text):
        return ""
    try:
        address = validate_email(
            unicodedata.normalize("NFKC", text).strip(), check_deliverability=False
        )
    except EmailNotValidError:
        return ""
    local = unicodedata.normalize("NFKC", address.local_part.lower())
    return f"{local}@{address.ascii_domain or address.domain}"


def country_code(text: str) -> str:
    """Return the ISO 3166 alpha-2 code of a code or name; "" if it is none."""
    if not has_value(text):
        return ""
    alias = COUNTRY_ALIASES.get(text.strip().lower())
    if alias is not None:
        return alias
    import pycountry  # noqa: PLC0415 - reads its tables when imported; many leads need none

    try:
        return str(pycountry.countries.lookup(text.strip()).alpha_2)
    except LookupError:
        return ""


def e164_phone(text: str, country: str) -> str:
    """Return the number in E.164; "" if it is none.

    A number without ``+`` is read as an international one if it then belongs to the given
    country, else as a national one, else as an international one of another country.
    """
    import phonenumbers  # noqa: PLC0415 - most leads are recognised by their e-mail

    region = country_code(country) or None
    written = unicodedata.normalize("NFKC", text).strip()
    international = _valid_number(re.sub(r"^(?!\+)(?:00)?", "+", written), None)
    national = None if written.startswith(("+", "00")) else _valid_number(written, region)
    if international and national and region:
        home = phonenumbers.country_code_for_region(region)
        international = international if international.country_code == home else None
    number = international or national
    if number is None:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _valid_number(text: str, region: str | None) -> "PhoneNumber | None":
    import phonenumbers  # noqa: PLC0415 - as above

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
