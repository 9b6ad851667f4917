"""What CRMs are given of a lead: values cut to their lengths, texts of interests, own mappings.

A CRM refuses a value that is too long, or cuts it in silence. We cut it ourselves, and say so in
the audit trail; the whole text goes where the CRM has room for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from shared.errors import SettingsError
from shared.lead import CONTACT_FIELDS, Interest, Lead

CUT = "…"

ACTIONS = {
    "INS": "Get it now",
    "CREATE": "Create",
    "PLT": "Contact me",
    "STARTTESTDRIVE": "Test drive",
    "DNC": "Do not contact (heads-up only)",
}
"""What the customer clicked, see
https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-get-customer-leads
"""

INTEREST_FIELDS = ("source", "action", "publisher", "offer", "offer_title", "lead_source")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Values that the CRM takes, and a remark for each that was cut."""

    values: dict[str, str]
    remarks: tuple[str, ...]


def fitted(values: Mapping[str, str], lengths: Mapping[str, int]) -> Fitted:
    """Cut each value to the CRM's length for its field; empty ones are left out.

    Lengths count as UTF-16 does, where 🙂 is two: a CRM that counts it as one takes the value too.
    """
    given = {name: value for name, value in values.items() if value}
    long = {
        name: lengths[name]
        for name, value in given.items()
        if name in lengths and _length(value) > lengths[name]
    }
    cut = {name: _cut(given[name], length) for name, length in long.items()}
    remarks = tuple(f"{name} cut to {length} characters" for name, length in long.items())
    return Fitted({**given, **cut}, remarks)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, length: int) -> str:
    """Cut a text, never within a character."""
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (length - len(CUT))]
    return units.decode("utf-16-le", "ignore") + CUT


def interest_text(interest: Interest) -> str:
    """Return what the customer did, as a salesperson reads it; the first line stands alone."""
    submission = interest.submission
    did = ACTIONS.get(submission.action.upper(), submission.action)
    offer = submission.offer_title or ".".join(
        filter(None, (submission.publisher, submission.offer))
    )
    head = ", ".join(part for part in (did, offer, submission.source) if part)
    lines = [
        f"Microsoft marketplace: {head or 'a lead'}, {submission.received_at:%Y-%m-%d %H:%M} UTC",
        f"Offer: {submission.publisher}.{submission.offer}" if submission.offer else "",
        submission.description,
    ]
    return "\n".join(line for line in lines if line)


def mark(interest: Interest) -> str:
    """Return what a note carries to be recognised by: the submission's id."""
    return f"[submission {interest.submission.submission_id}]"


def mapped(mapping: Mapping[str, str], lead: Lead, interest: Interest | None) -> dict[str, str]:
    """Return the publisher's own fields: texts in which ``{offer}`` and the like are filled in."""
    known = {name: getattr(lead.contact, name) for name in CONTACT_FIELDS}
    said = {
        name: getattr(interest.submission, name) if interest else "" for name in INTEREST_FIELDS
    }
    return {name: text.format_map(known | said) for name, text in mapping.items()}


def checked_mapping(setting: str, mapping: Mapping[str, str]) -> Mapping[str, str]:
    """Return a mapping whose placeholders exist, or raise ``SettingsError`` naming the others."""
    faults = [
        f"{setting}: {name!r} {fault}"
        for name, text in mapping.items()
        if (fault := _template_fault(text))
    ]
    if faults:
        raise SettingsError(faults)
    return mapping


def _template_fault(text: str) -> str:
    """Return what is wrong with a text to be filled in, "" if nothing."""
    known = [*CONTACT_FIELDS, *INTEREST_FIELDS]
    try:
        wanted = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        unknown = [name for name in wanted if name not in known]
        if unknown:
            return f"names {{{unknown[0]}}}; there are: {', '.join(sorted(known))}"
        text.format_map(dict.fromkeys(known, ""))
    except (ValueError, LookupError, AttributeError) as error:
        return f"is no text that can be filled in: {error}"
    return ""
