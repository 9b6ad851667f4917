"""Who a customer is: normal forms of what a contact gives, and the key that they make. Pure."""

from shared.domain.identity.content import contact_forms, content_digest
from shared.domain.identity.countries import country_code, country_name
from shared.domain.identity.emails import email_address, normalized_email
from shared.domain.identity.folding import folded, folded_company, visible
from shared.domain.identity.keys import (
    LEAD_ID_DIGITS,
    UNIT_SEPARATOR,
    DedupeKey,
    dedupe_key,
    lead_id,
)
from shared.domain.identity.normal_forms import NORMAL_FORMS, normal_forms
from shared.domain.identity.person import Person, answerable, person, tells
from shared.domain.identity.phones import e164_phone, phone_number, written_out
from shared.domain.identity.placeholders import has_value
from shared.domain.identity.rules import RULES, former_keys, is_of, key_of

__all__ = [
    "LEAD_ID_DIGITS",
    "NORMAL_FORMS",
    "RULES",
    "UNIT_SEPARATOR",
    "DedupeKey",
    "Person",
    "answerable",
    "contact_forms",
    "content_digest",
    "country_code",
    "country_name",
    "dedupe_key",
    "e164_phone",
    "email_address",
    "folded",
    "folded_company",
    "former_keys",
    "has_value",
    "is_of",
    "key_of",
    "lead_id",
    "normal_forms",
    "normalized_email",
    "person",
    "phone_number",
    "tells",
    "visible",
    "written_out",
]
