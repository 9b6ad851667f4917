"""The identity rules are numbered, and what a former one made of a push never changes."""

from datetime import UTC, datetime

import pytest

from shared.domain.identity import RULES, DedupeKey, dedupe_key, former_keys, normal_forms
from shared.domain.lead import Contact, KeyKind, Submission

NEWEST, RULE_1 = RULES


def submission(**contact: str) -> Submission:
    return Submission(
        submission_id="s1",
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        contact=Contact(**contact),
    )


@pytest.mark.parametrize(
    ("contact", "kind", "parts"),
    [
        ({"email": "Anna@Contoso.com"}, KeyKind.EMAIL, ("anna@contoso.com",)),
        ({"email": "noemail@contoso.com"}, KeyKind.EMAIL, ("noemail@contoso.com",)),
        ({"email": "Anna <anna@contoso.com>"}, KeyKind.SUBMISSION, ("s1",)),
        (
            {"phone": "020 7946 0000", "country": "UK", "last_name": "O’Dair"},
            KeyKind.PHONE,
            ("+442079460000", "o’dair"),
        ),
        (
            {"phone": "13012345678", "country": "CN", "last_name": "Li"},
            KeyKind.PHONE,
            ("+8613012345678", "li"),
        ),
        (
            {"phone": "+1 206 555 0100 ext. 101", "country": "Atlantis", "last_name": "Groß"},
            KeyKind.PHONE,
            ("+12065550100", "groß"),
        ),
        (
            {"first_name": "Gil", "last_name": "Marsh", "company": "Fjord Looms, Inc."},
            KeyKind.NAME,
            ("gil", "marsh", "fjord looms, inc."),
        ),
        ({"first_name": "Hanna", "last_name": "Null", "company": "x"}, KeyKind.SUBMISSION, ("s1",)),
        ({"phone": "call me", "country": "Germany", "last_name": "x"}, KeyKind.SUBMISSION, ("s1",)),
    ],
)
def test_rule_1_stays_as_it_was(
    contact: dict[str, str], kind: KeyKind, parts: tuple[str, ...]
) -> None:
    told = submission(**contact)
    assert RULE_1.key(told) == DedupeKey(kind, parts)
    assert RULE_1.key(told) in (dedupe_key(told), *former_keys(told))


def test_the_newest_rule_comes_first() -> None:
    assert [rule.number for rule in RULES] == [2, 1]
    assert NEWEST.key is dedupe_key


@pytest.mark.parametrize(
    "contact", [{"email": "anna@contoso.com"}, {}, {"phone": "+49 30 901820", "last_name": "Byron"}]
)
def test_a_key_that_is_the_same_by_both_rules_is_looked_under_once(
    contact: dict[str, str],
) -> None:
    assert list(former_keys(submission(**contact))) == []


def test_others_are_given_normal_forms() -> None:
    contact = Contact(phone="030 / 901820 ext. 7", country="Atlantis")
    assert normal_forms(contact) == {"country_code": "", "country_name": "", "phone_e164": ""}
    assert normal_forms(Contact(phone="030 / 901820 ext. 7", country="germany")) == {
        "country_code": "DE",
        "country_name": "Germany",
        "phone_e164": "+4930901820",
    }
