"""What a row has that only a newer version of the app knows: it stays as it is.

A merge leaves columns alone that are not written, but a column of JSON is written whole. What is
new therefore lives in a column of its own; should a newer version put it into one of these all the
same, this one takes it along. What a lead takes in of another one goes into rows of its own: with
all of their columns.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from pydantic_core import from_json, to_json

from shared.domain.acts import ActSummary
from shared.domain.lead import CONTACT_FIELDS, InterestSummary, Lead

type Row = dict[str, Any]
type NewerKeys = Mapping[str, Any]
"""By column: of a map its keys and values, of interests and acts each with its own."""

CONTACT_STAMPS, INTERESTS, ACTS = "contact_stamps", "interests", "acts"
DELIVERED_CONTACT, BASELINE = "delivered_contact", "record_baseline"
SUMMARY_FIELDS = frozenset(field.name for field in fields(InterestSummary))
ACT_FIELDS = frozenset(field.name for field in fields(ActSummary))
EVERY_ROW_HAS = frozenset({"PartitionKey", "RowKey", "schema"})


def newer_columns(row: Row, known: Collection[str]) -> Row:
    """Return the columns of a row that only a newer version of the app knows."""
    return _beside(row, EVERY_ROW_HAS.union(known))


def newer_in_lead(row: Row, lead: Lead) -> NewerKeys:
    """Return what a row has that the lead which was read of it has not."""
    interests = zip(lead.interests, _json(row, INTERESTS, []), strict=True)
    of_interests = [(interest, _beside(item, SUMMARY_FIELDS)) for interest, item in interests]
    acts = zip(lead.acts, _json(row, ACTS, []), strict=True)
    of_acts = {act.act_id: _beside(item, ACT_FIELDS) for act, item in acts}
    found = {
        CONTACT_STAMPS: _beside(_json(row, CONTACT_STAMPS, {}), CONTACT_FIELDS),
        INTERESTS: [(interest, newer) for interest, newer in of_interests if newer],
        ACTS: {act_id: newer for act_id, newer in of_acts.items() if newer},
    }
    return {column: newer for column, newer in found.items() if newer}


def newer_in_delivery(row: Row) -> NewerKeys:
    """Return what a row has that the delivery which is read of it has not."""
    baseline = _json(row, BASELINE, {})
    texts = [key for key, value in baseline.items() if isinstance(value, str)]
    found = {
        DELIVERED_CONTACT: _beside(_json(row, DELIVERED_CONTACT, {}), CONTACT_FIELDS),
        BASELINE: _beside(baseline, texts),
    }
    return {column: newer for column, newer in found.items() if newer}


def with_taken_in(own: NewerKeys, others: NewerKeys) -> NewerKeys:
    """Return what a lead has with what those interests and acts have that it takes in."""
    found = {
        INTERESTS: [*others.get(INTERESTS, ()), *own.get(INTERESTS, ())],
        ACTS: {**others.get(ACTS, {}), **own.get(ACTS, {})},
    }
    return {**own, **{column: newer for column, newer in found.items() if newer}}


def with_newer_keys(row: Row, newer: NewerKeys, lead: Lead) -> Row:
    """Return a row that is to be written, with what its reader did not know."""
    merged = dict(row)
    for column, keys in newer.items():
        written = from_json(row[column])
        merged[column] = to_json(_taken_along(column, written, keys, lead)).decode()
    return merged


def _taken_along(column: str, written: Any, keys: Any, lead: Lead) -> object:  # noqa: ANN401 - any JSON
    if column == INTERESTS:
        return _with_each(lead, written, keys)
    if column == ACTS:
        pairs = zip(lead.acts, written, strict=True)
        return [keys.get(act.act_id, {}) | item for act, item in pairs]
    return keys | written


def _with_each(
    lead: Lead, items: list[Row], newer: Collection[tuple[InterestSummary, Row]]
) -> list[Row]:
    pairs = zip(lead.interests, items, strict=True)
    return [_of(interest, newer) | item for interest, item in pairs]


def _of(interest: InterestSummary, newer: Collection[tuple[InterestSummary, Row]]) -> Row:
    """Return the keys of an interest, or of those that have been folded into it since."""
    taken: Row = {}
    for before, keys in newer:
        if (
            before.fingerprint == interest.fingerprint
            and interest.first <= before.first <= interest.last
        ):
            taken |= keys
    return taken


def _json(row: Row, column: str, default: Any) -> Any:  # noqa: ANN401 - any JSON
    return from_json(row[column]) if row.get(column) else default


def _beside(given: Mapping[str, Any], known: Collection[str]) -> Row:
    return {key: value for key, value in given.items() if key not in known}
