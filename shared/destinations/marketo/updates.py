"""What is sent to a person who exists: the contact fields that the marketplace changed.

A person who was in Marketo before us keeps what is there: only empty fields are filled, and what we
have filled is ours to change (``MARKETO_FILL_EMPTY_ONLY``). The baseline of the record knows such a
person and these fields. What a request without an answer has filled it does not know; then a value
is ours if the marketplace has given it since the last delivery.
"""

from collections.abc import Collection
from dataclasses import dataclass

from shared.destinations.http.own_fields import Value, filled, naming
from shared.destinations.http.owners import remembered_owner
from shared.destinations.http.texts import as_given
from shared.destinations.marketo.contact import COMPANY, FIELDS, OURS, written
from shared.destinations.marketo.fields import STATUS, Person, text
from shared.destinations.marketo.follow_up import STATUS_CHANGED_AT, SUPPRESSED
from shared.destinations.marketo.interests import with_lines
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.delivery import OWNER, CrmRecord
from shared.domain.lead import Lead
from shared.ports.crm import Changed

FOUND, FILLED = "found", "filled"
"""In the baseline: the person was there before us; the fields that we filled."""

BASELINE_KEYS = frozenset({STATUS, STATUS_CHANGED_AT, SUPPRESSED, FOUND, FILLED, OWNER})

NEW_ONLY = "Marketo takes it with a new person only"
KEPT = "the person has another"


@dataclass(frozen=True, slots=True)
class Existing:
    """A person who exists; ``filled`` are fields that we filled, of one whom we did not make."""

    person: Person
    ours: bool
    filled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Update:
    """What is sent, remarks on it, and what the baseline is to say of the person."""

    person: Person
    remarks: tuple[str, ...]
    known: dict[str, str]


def existing(person: Person, record: CrmRecord | None, *, has_our_id: bool) -> Existing:
    """Return a person, with what the baseline knows if it is about this one."""
    if record is None or record.id != text(person, "id"):
        return Existing(person, has_our_id, frozenset())
    filled = filter(None, record.baseline.get(FILLED, "").split(","))
    return Existing(person, FOUND not in record.baseline, frozenset(filled))


def update(
    settings: MarketoSettings,
    lead: Lead,
    changed: Changed,
    known: Existing,
    *,
    refused: Collection[str],
    uncertain: bool,
) -> Update:
    """Return what changed, without what Marketo refuses and what is not ours to change."""
    contact = written(settings, lead.contact, changed.fields, refused)
    kept = _kept(settings, changed, known, uncertain=uncertain)
    why = {**dict.fromkeys(kept, KEPT), COMPANY: NEW_ONLY}
    sent = {name: value for name, value in contact.values.items() if name not in why}
    owner = _owner(settings, lead, changed, refused)
    others = [n for n, v in contact.values.items() if n in why and not _shows(known, n, v)]
    told = (*contact.told, *as_given(lead.contact, [OURS[name] for name in others]))
    before = text(known.person, settings.interest_field)
    return Update(
        {**sent, **owner, **with_lines(settings.interest_field, told, before)},
        (*contact.remarks, *(f"{name} left out: {why[name]}" for name in others)),
        {**_baseline(known, sent), **remembered_owner(lead.owner)},
    )


def _owner(
    settings: MarketoSettings, lead: Lead, changed: Changed, refused: Collection[str]
) -> dict[str, Value]:
    """Return the custom fields that tell who owns the lead, if somebody else does now."""
    before = changed.record.baseline.get(OWNER, "") if changed.record else ""
    if lead.owner == before:
        return {}
    fields = naming(settings.own_fields, "owner", "team")
    own = filled(fields, lead, next(iter(changed.interests), None))
    return {name: value for name, value in own.values.items() if name not in refused}


def _kept(
    settings: MarketoSettings, changed: Changed, known: Existing, *, uncertain: bool
) -> set[str]:
    """Return the fields that hold what somebody else has put there."""
    if known.ours or not settings.fill_empty_only:
        return set()
    since = [interest.submission.contact for interest in changed.interests] if uncertain else []
    perhaps_ours = [written(settings, contact).values for contact in since]
    return {
        name
        for name in FIELDS.values()
        if text(known.person, name)
        and name not in known.filled
        and not any(name in values and _shows(known, name, values[name]) for values in perhaps_ours)
    }


def _shows(known: Existing, name: str, value: str) -> bool:
    """Tell whether a person has a value already; Marketo keeps an address in any case."""
    return text(known.person, name).casefold() == value.casefold()


def _baseline(known: Existing, sent: Collection[str]) -> dict[str, str]:
    if known.ours:
        return {}
    filled = ",".join(sorted({*known.filled, *sent}))
    return {FOUND: "yes", **({FILLED: filled} if filled else {})}
