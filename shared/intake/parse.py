"""From a push to a submission: whatever is there counts, no single field is required. Pure.

Texts are kept as sent. What is doubtful about them becomes a warning, and a warning never costs a
lead. Neither warnings nor faults repeat anything of the body: it may be personal data.
"""

from dataclasses import replace
from datetime import datetime

from shared.domain.errors import InvalidPushError
from shared.domain.identity import has_value, visible
from shared.domain.lead import CONTACT_FIELDS, CONTACT_KEYS, TEST_MARK, Contact, Submission
from shared.intake.decode import read_object
from shared.intake.doubts import doubts_of
from shared.intake.lead_source import split_lead_source
from shared.intake.shapes import (
    LEAD_KEYS,
    USER_DETAILS,
    contact_values,
    lead_values,
)
from shared.intake.texts import read_text

NO_LEAD = (
    "the body holds nothing of a lead: a field of the contact, an offer or a lead source is needed;"
    f" the keys are {USER_DETAILS} (with {', '.join(CONTACT_KEYS)}), {', '.join(LEAD_KEYS)}"
)
TOO_DEEP = "the body is nested too deeply"


def parse(
    body: bytes, content_type: str, *, submission_id: str, received_at: datetime
) -> Submission:
    """Return the submission that a push holds; raise ``InvalidPushError`` if it is no lead."""
    try:
        contact, values, doubts = _read(body, content_type)
    except RecursionError:
        raise InvalidPushError([TOO_DEEP]) from None
    lead_source, action, offer_title, description = (values[key] for key in LEAD_KEYS)
    if not (contact.given() or lead_source or offer_title):
        raise InvalidPushError([NO_LEAD])
    parts = split_lead_source(lead_source)
    submission = Submission(
        submission_id=submission_id,
        received_at=received_at,
        contact=contact,
        lead_source=lead_source,
        source=parts.source,
        action=_action(visible(action).strip(), parts.action),
        publisher=parts.publisher,
        offer=parts.offer,
        offer_title=offer_title,
        description=description,
        test=any(_is_marked(text) for text in (*contact.given().values(), lead_source)),
    )
    return replace(submission, warnings=(*doubts, *doubts_of(submission)))


def _read(body: bytes, content_type: str) -> tuple[Contact, dict[str, str], tuple[str, ...]]:
    """Return the contact, the other texts by key, and what was doubtful in reading them."""
    push, decoding = read_object(body, content_type)
    given = push.by_key()
    details, doubts = contact_values(given)
    contact = [read_text(key, details.get(key.lower(), ())) for key in CONTACT_KEYS]
    texts = {key: read_text(key, lead_values(key, given)) for key in LEAD_KEYS}
    values = (text.value for text in contact)
    return (
        Contact(**dict(zip(CONTACT_FIELDS, values, strict=True))),
        {key: text.value for key, text in texts.items()},
        (
            *decoding,
            *doubts,
            *(doubt for text in (*contact, *texts.values()) for doubt in text.doubts),
        ),
    )


def _action(separate: str, embedded: str) -> str:
    """Return the separate action, unless it is a placeholder and the embedded one is none."""
    return separate if has_value(separate) or not has_value(embedded) else embedded


def _is_marked(text: str) -> bool:
    return visible(text).strip()[: len(TEST_MARK)].upper() == TEST_MARK
