"""E-mail addresses: one form for one mailbox, whatever a mail program or a form set around it.

Syntax counts and not deliverability: ``werk.local`` is a domain, and people are known by it. Pure.
"""

import re
import unicodedata
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from shared.domain.identity.folding import visible
from shared.domain.identity.placeholders import has_value

AT = re.compile("[@\ufe6b\uff20]")
IN_BRACKETS = re.compile(r'(?:"[^"]*"|[^<>]*)\s*<([^<>]*)>')
AROUND = re.compile(r"^\s*(?:mailto:\s*)?|[\s.,;\u3002]+$", re.IGNORECASE)
QUERY = re.compile(r"(@[^?]*)\?.*")
"""What may follow the address in a link."""

ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
PLAIN = re.compile(rf"{ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+(?=[a-z0-9-]*[a-z]$){LABEL}")
"""Nearly all addresses. The library takes fifty times as long to say the same of them."""

LONGEST = 254
TOP_LEVEL = re.compile(r"\.[a-z0-9-]*[a-z]$")

UNDER = ".example"
"""The library refuses domains of special use, such as ``werk.local``, but nothing below this."""

NO_MAILBOX = re.compile(
    r"(?:no|non|not|without|ohne|keine?|pas[._-]?de?|sans|sin|sem|senza|geen|ingen|brak)"
    r"[._-]?(?:e[._-]?)?(?:mail|mel|correo|post)"
    r"(?:[._-]?(?:address|adresse|provided|given|available|known))?"
    r"|(?:(?:e[._-]?)?mail[._-]?)?not?[._-]?(?:provided|available|applicable|given|specified|known)"
)
"""Names of mailboxes that stand for none, at any domain."""

TWICE = frozenset(
    {"asdf", "dummy", "email", "example", "fake", "mail", "no", "nobody", "noone", "test", "xxx"}
)
"""Names that a placeholder repeats as its domain, as in ``test@test.com``."""


class Address(NamedTuple):
    """A mailbox: ``written`` without what was set around it, and ``key``, equal for equal ones."""

    written: str = ""
    key: str = ""


NO_ADDRESS = Address()


def normalized_email(text: str) -> str:
    """Return the form of an address that is equal for equal mailboxes; "" if it is none.

    Lower case, not case-fold, and the domain by UTS 46: straße.de is not strasse.de.
    """
    return email_address(text).key


def email_address(text: str) -> Address:
    """Return the address that a text gives; empty if it gives none, or a placeholder."""
    found = _read(text)
    return NO_ADDRESS if _is_placeholder(found.key) else found


def is_no_mailbox(text: str) -> bool:
    """Tell whether a text is an address that stands for none, such as noemail@contoso.com."""
    return _is_placeholder(_read(text).key)


def _read(text: str) -> Address:
    if not AT.search(text):
        return NO_ADDRESS
    plain = text if text.isascii() else unicodedata.normalize("NFKC", visible(text))
    written = _bare(plain)
    key = _key(written)
    return Address(written, key) if key else NO_ADDRESS


def _bare(text: str) -> str:
    """Return the text without a name before it and punctuation around it; nothing cleverer."""
    text = AROUND.sub("", text)
    if text.endswith(">") and (within := IN_BRACKETS.fullmatch(text)):
        text = AROUND.sub("", within[1])
    return QUERY.sub(r"\1", text) if "?" in text else text


def _key(text: str) -> str:
    lower = text.lower()
    if PLAIN.fullmatch(lower) and len(lower) <= LONGEST:
        return lower
    try:
        found = validate_email(text + UNDER, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return ""
    domain = (found.ascii_domain or found.domain).removesuffix(UNDER)
    mailbox = unicodedata.normalize("NFKC", found.local_part.lower())
    return f"{mailbox}@{domain}" if TOP_LEVEL.search(domain) else ""


def _is_placeholder(key: str) -> bool:
    if not key:
        return False
    mailbox, _, domain = key.rpartition("@")
    name = domain.partition(".")[0]
    if NO_MAILBOX.fullmatch(mailbox) or (mailbox == name and name in TWICE):
        return True
    return not has_value(mailbox) and (not has_value(name) or bool(NO_MAILBOX.fullmatch(name)))
