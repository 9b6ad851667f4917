"""Where a push keeps the contact and the offer's title: the shapes that are in use. Pure.

The documented one has an object under ``UserDetails``. Relays send it as a list of one, or as JSON
text; a row that Partner Center wrote to an Azure table has JSON text under ``CustomerInfo``; forms
and flows have the contact's keys at the top.
"""

import json
from collections.abc import Mapping, Sequence

from shared.domain.lead import CONTACT_KEYS
from shared.intake.decode import JsonObject, JsonValue, load_json
from shared.intake.texts import NOTHING

USER_DETAILS = "UserDetails"
CUSTOMER_INFO = "CustomerInfo"
LEAD_KEYS = ("LeadSource", "ActionCode", "OfferTitle", "Description")
OTHER_KEYS = {"OfferTitle": "OfferDisplayName"}
"""The name that a key has in a row of Partner Center's Azure table."""

OF_A_PERSON = ("FirstName", "LastName", "Email", "Phone")
OF_AN_OFFER = ("LeadSource", "OfferTitle", "OfferDisplayName")

type Values = Mapping[str, Sequence[JsonValue]]
"""What stands under a key in lower case."""


def contact_values(push: Values) -> tuple[Values, tuple[str, ...]]:
    """Return what stands under the keys of the contact, and what was doubtful in finding it."""
    doubts: tuple[str, ...] = ()
    for key in (USER_DETAILS, CUSTOMER_INFO):
        found, doubt = _nested(key, push)
        doubts += doubt
        if _holds(CONTACT_KEYS, found):
            return found, doubts
    # A title or a country alone is in many a body that is no lead.
    flat = push if _holds((*OF_A_PERSON, *OF_AN_OFFER), push) else {}
    return flat, doubts


def lead_values(key: str, push: Values) -> Sequence[JsonValue]:
    """Return what stands under a key of the lead, or under its other name."""
    values = push.get(key.lower(), ())
    if key not in OTHER_KEYS or _has_some(values):
        return values
    return push.get(OTHER_KEYS[key].lower(), ())


def _nested(key: str, push: Values) -> tuple[Values, tuple[str, ...]]:
    """Return the contact under one key, put together if it came in several objects."""
    given = [_unwrapped(value) for value in push.get(key.lower(), ()) if value not in NOTHING]
    objects = [value for value in given if isinstance(value, JsonObject)]
    doubts = (f"{key} is not an object and was left out",) if given != objects else ()
    return JsonObject([pair for value in objects for pair in value.pairs]).by_key(), doubts


def _unwrapped(value: JsonValue) -> JsonValue:
    """Read an object that was sent as a string of JSON or as a list of one."""
    try:
        value = load_json(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        return value
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _holds(keys: Sequence[str], values: Values) -> bool:
    return any(_has_some(values.get(key.lower(), ())) for key in keys)


def _has_some(values: Sequence[JsonValue]) -> bool:
    return any(value not in NOTHING for value in values)
