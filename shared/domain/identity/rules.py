"""The rules by which customers are recognised, numbered, the newest first. Pure.

A new rule gives some customers other keys, hence other lead ids. Whoever is known under the key of
a former rule stays known: where the newest key finds no lead, the former ones are tried.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.domain.identity import rule_1
from shared.domain.identity.keys import DedupeKey, dedupe_key
from shared.domain.lead import Lead, Submission


@dataclass(frozen=True, slots=True)
class IdentityRule:
    """One way to make a key; ``number`` rises with each change that gives anybody another key."""

    number: int
    key: Callable[[Submission], DedupeKey]


RULES = (IdentityRule(2, dedupe_key), IdentityRule(1, rule_1.dedupe_key))


def former_keys(submission: Submission) -> Iterator[DedupeKey]:
    """Yield the keys that former rules gave the customer, as far as they differ."""
    newest, *former = RULES
    seen = {newest.key(submission)}
    for rule in former:
        key = rule.key(submission)
        if key not in seen:
            seen.add(key)
            yield key


def is_of(lead: Lead, submission: Submission) -> bool:
    """Tell whether a lead that a former key found is this customer's by the newest rule too.

    Colleagues behind one switchboard, and all at noemail@…, had one key; they are not joined for
    ever. A submission that the lead has already is its own, whoever it is of.
    """
    recorded = {stamp.submission_id for i in lead.interests for stamp in (i.first, i.last)}
    return submission.submission_id in recorded or key_of(lead) == dedupe_key(submission)


def key_of(lead: Lead) -> DedupeKey:
    """Return the newest key of a lead, by its contact; one that nothing recognises has none of it.

    What such a customer said is not on the lead, so the key is of nobody else.
    """
    told = Submission(
        submission_id=lead.lead_id,
        received_at=lead.created_at,
        contact=lead.contact,
        test=lead.test,
    )
    return dedupe_key(told)
