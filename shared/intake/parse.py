"""From a push to a submission: whatever is there counts, no single field is required. Pure.

Texts are kept as sent. What is doubtful about them becomes a warning, and a warning never costs a
lead. Neither warnings nor faults repeat anything of the body: it may be personal data.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from shared.domain.errors import InvalidPushError
from shared.domain.identity import country_code, e164_phone, normalized_email
from shared.domain.lead import CONTACT_FIELDS, TEST_MARK, Contact, Submission
from shared.intake.decode import JsonObject, JsonValue, dump_json, load_json, read_object

USER_DETAILS = "UserDetails"
CONTACT_KEYS = ("FirstName", "LastName", "Email", "Phone", "Country", "Company", "Title")
LEAD_KEYS = ("LeadSource", "ActionCode", "OfferTitle", "Description")

NOTHING: tuple[JsonValue, ...] = (None, "", [], JsonObject([]))

LONGEST_TEXT = 1_000
MANY_LINES = "Description"
"""The one text that may have several lines, and any length that a body can give it."""

LONGEST_COLUMN = 32 * 1024
"""What a column of a table holds, in UTF-16 units; what was no text can grow beyond it as JSON."""

KNOWN_ACTIONS = ("INS", "PLT", "DNC", "Create", "StartTestDrive")
KNOWN_SOURCES = (
    "AzureMarketplace",
    "AzurePortal",
    "AppSource (SPZA)",
    "AppSource",
    "SPZA",
    "TestDrive",
)

NO_LEAD = (
    "the body holds nothing of a lead: a field of the contact, an offer or a lead source is needed;"
    f" the keys are {USER_DETAILS} (with {', '.join(CONTACT_KEYS)}), {', '.join(LEAD_KEYS)}"
)
TOO_DEEP = "the body is nested too deeply"

LINE_BREAK = re.compile(r"\r\n?")
BREAK_OR_TAB = re.compile(r"[\n\t]")
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")

VALUE_DOUBTS: dict[str, Callable[[Submission], bool]] = {
    "Email is no valid address": lambda s: _fails(s.contact.email, normalized_email),
    "Phone is no valid number, neither of the country nor an international one": lambda s: _fails(
        s.contact.phone, lambda phone: e164_phone(phone, s.contact.country)
    ),
    "Country is no known code or name": lambda s: _fails(s.contact.country, country_code),
    f"the action is none of {', '.join(KNOWN_ACTIONS)}": lambda s: _is_unknown(
        s.action, KNOWN_ACTIONS
    ),
    f"the source is none of {', '.join(KNOWN_SOURCES)}": lambda s: _is_unknown(
        s.source, KNOWN_SOURCES
    ),
    "LeadSource and ActionCode name different actions; ActionCode is used": lambda s: (
        split_lead_source(s.lead_source).action.lower() not in ("", s.action.lower())
    ),
}
"""What would be wrong with every test lead is not asked of one."""

GAPS: dict[str, Callable[[Submission], bool]] = {
    "there is nothing of a contact": lambda s: not s.contact.given(),
    "no offer is named": lambda s: not _names_offer(s),
}


class Text(NamedTuple):
    """What stands under a key, cleaned, and what is doubtful about it."""

    value: str
    doubts: tuple[str, ...]


class LeadSource(NamedTuple):
    """The parts of ``source-action|publisher.offer``; what is not there is ""."""

    source: str
    action: str
    publisher: str
    offer: str


def parse(
    body: bytes, content_type: str, *, submission_id: str, received_at: datetime
) -> Submission:
    """Return the submission that a push holds; raise ``InvalidPushError`` if it is no lead."""
    try:
        values, doubts = _read(body, content_type)
    except RecursionError:
        raise InvalidPushError([TOO_DEEP]) from None
    contact = Contact(
        **dict(zip(CONTACT_FIELDS, (values[key] for key in CONTACT_KEYS), strict=True))
    )
    lead_source, action, offer_title, description = (values[key] for key in LEAD_KEYS)
    parts = split_lead_source(lead_source)
    submission = Submission(
        submission_id=submission_id,
        received_at=received_at,
        contact=contact,
        lead_source=lead_source,
        source=parts.source,
        action=action or parts.action,
        publisher=parts.publisher,
        offer=parts.offer,
        offer_title=offer_title,
        description=description,
        test=any(TEST_MARK in text.upper() for text in (*contact.given().values(), lead_source)),
    )
    if not (contact.given() or lead_source or offer_title):
        raise InvalidPushError([NO_LEAD])
    return replace(submission, warnings=(*doubts, *_value_doubts(submission)))


def split_lead_source(text: str) -> LeadSource:
    """Split ``source-action|publisher.offer``; each separator is the first of its kind."""
    left, _, right = text.partition("|")
    source, _, action = left.partition("-")
    publisher, dot, offer = right.partition(".")
    parts = (source, action, publisher, offer) if dot else (source, action, "", right)
    return LeadSource(*(part.strip() for part in parts))


def _read(body: bytes, content_type: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the text of every key that is recognised, and what was doubtful in reading them."""
    push, decoding = read_object(body, content_type)
    details, doubts = _user_details(push)
    texts = {key: _text(key, details) for key in CONTACT_KEYS}
    texts |= {key: _text(key, push) for key in LEAD_KEYS}
    values = {key: text.value for key, text in texts.items()}
    return values, (
        *decoding,
        *doubts,
        *(doubt for text in texts.values() for doubt in text.doubts),
    )


def _user_details(push: JsonObject) -> tuple[JsonObject, tuple[str, ...]]:
    """Return the contact, put together if it came in several objects."""
    given = [_unquoted(value) for value in push.all(USER_DETAILS) if value not in NOTHING]
    objects = [value for value in given if isinstance(value, JsonObject)]
    doubts = (f"{USER_DETAILS} is no object and was left out",) if given != objects else ()
    return JsonObject([pair for value in objects for pair in value.pairs]), doubts


def _unquoted(value: JsonValue) -> JsonValue:
    """Read an object that was sent as a string of JSON."""
    try:
        return load_json(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return value


def _text(key: str, where: JsonObject) -> Text:
    """Return the last text under a key that is not empty."""
    values = [value for value in where.all(key) if value not in NOTHING]
    texts = [text for value in values if (text := _cleaned(_as_text(value), key))]
    value = texts[-1] if texts else ""
    longest = LONGEST_COLUMN if key == MANY_LINES else LONGEST_TEXT
    kept = _cut(value, longest)
    doubts = {
        f"{key} is no text; it is kept as JSON": any(
            isinstance(value, list | JsonObject) for value in values
        ),
        f"{key} came more than once with different values; the last is used": len(set(texts)) > 1,
        f"{key} has more than {longest:,} characters and was cut": kept != value,
    }
    return Text(kept.rstrip(), tuple(doubt for doubt, holds in doubts.items() if holds))


def _as_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else dump_json(value)


def _cleaned(text: str, key: str) -> str:
    text = LONE_SURROGATE.sub("\ufffd", LINE_BREAK.sub("\n", text))
    if key != MANY_LINES:
        text = BREAK_OR_TAB.sub(" ", text)
    return CONTROL_CHARACTER.sub("", text).strip()


def _cut(text: str, longest: int) -> str:
    """Cut a text by UTF-16 units, as storage counts it; half a character is none."""
    return text.encode("utf-16-le")[: 2 * longest].decode("utf-16-le", errors="ignore")


def _value_doubts(submission: Submission) -> list[str]:
    table = GAPS if submission.test else VALUE_DOUBTS | GAPS
    return [doubt for doubt, holds in table.items() if holds(submission)]


def _names_offer(submission: Submission) -> bool:
    return bool(submission.publisher or submission.offer or submission.offer_title)


def _fails(text: str, normalized: Callable[[str], str]) -> bool:
    """Tell whether a text was given that has no normal form."""
    return bool(text) and not normalized(text)


def _is_unknown(text: str, known: tuple[str, ...]) -> bool:
    return bool(text) and text.lower() not in (name.lower() for name in known)
