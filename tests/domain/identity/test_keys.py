from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.identity import UNIT_SEPARATOR, DedupeKey, dedupe_key, lead_id
from shared.domain.lead import CONTACT_FIELDS, Contact, KeyKind, Submission
from tests.suite.unhurried import examples

SECRET = b"a secret of this test"


def submission(**contact: str) -> Submission:
    return Submission(
        submission_id="s1",
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        contact=Contact(**contact),
    )


# The key

EVERYTHING = {
    "first_name": "Anna",
    "last_name": "Sample",
    "email": "anna@contoso.com",
    "phone": "030 123456",
    "country": "DE",
    "company": "Contoso",
}


def without(*fields: str) -> Submission:
    return submission(**{name: text for name, text in EVERYTHING.items() if name not in fields})


@pytest.mark.parametrize(
    ("pushed", "kind", "parts"),
    [
        (without(), KeyKind.EMAIL, ("anna@contoso.com",)),
        (without("email"), KeyKind.PHONE, ("+4930123456", "sample")),
        (without("email", "phone"), KeyKind.NAME, ("anna", "sample", "contoso")),
        (without("email", "country"), KeyKind.NAME, ("anna", "sample", "contoso")),
        (without("email", "first_name"), KeyKind.PHONE, ("+4930123456", "sample")),
        (without("email", "last_name"), KeyKind.PHONE, ("+4930123456", "anna")),
        (without("email", "phone", "first_name"), KeyKind.NAME, ("sample", "contoso")),
        (without("email", "phone", "last_name"), KeyKind.NAME, ("anna", "contoso")),
        (submission(), KeyKind.SUBMISSION, ("s1",)),
        (submission(title="Buyer", country="DE"), KeyKind.SUBMISSION, ("s1",)),
    ],
)
def test_a_customer_is_known_by_the_first_key_whose_parts_are_all_there(
    pushed: Submission, kind: KeyKind, parts: tuple[str, ...]
) -> None:
    assert dedupe_key(pushed) == DedupeKey(kind, parts)


@pytest.mark.parametrize("nothing", ["N/A", "none", "-", "test@test", "noemail@x.com", "unknown"])
def test_placeholders_are_no_identity(nothing: str) -> None:
    assert (
        dedupe_key(replace(submission(), contact=Contact(email=nothing))).kind is KeyKind.SUBMISSION
    )
    named = Contact(first_name=nothing, last_name=nothing, company=nothing, phone=nothing)
    if "@" not in nothing:
        assert dedupe_key(replace(submission(), contact=named)) == dedupe_key(submission())


def test_customers_without_personal_data_are_each_their_own() -> None:
    for contact in ({}, {"title": "Esquire"}, {"country": "DE"}, {"company": "N/A"}):
        one = submission(**contact)
        assert dedupe_key(one) != dedupe_key(replace(one, submission_id="s2"))


@pytest.mark.parametrize(
    "contact",
    [
        {"first_name": "Ruth", "last_name": "Vosslyn"},
        {"phone": "+49 30 901830"},
        {"company": "Contoso"},
        {"email": "bea.lund@example..com"},
    ],
)
def test_the_same_content_is_the_same_customer(contact: dict[str, str]) -> None:
    one = replace(submission(**contact), description="please ring")
    again = replace(one, submission_id="s2", received_at=one.received_at + timedelta(days=9))
    assert dedupe_key(one) == dedupe_key(again)
    assert dedupe_key(one).kind is KeyKind.SUBMISSION
    assert dedupe_key(one) != dedupe_key(replace(again, description="please write"))
    assert dedupe_key(one) != dedupe_key(replace(again, action="DNC"))
    shouted = {name: text.upper() for name, text in contact.items()}
    assert dedupe_key(replace(one, contact=Contact(**shouted))) == dedupe_key(one)


def test_colleagues_behind_one_switchboard_are_two_customers() -> None:
    ann, bob = (
        submission(first_name=name, last_name="Smith", phone=f"+1 206 555 0100 ext. {extension}")
        for name, extension in (("Ann", 101), ("Bob", 102))
    )
    assert dedupe_key(ann).parts == ("+12065550100;ext=101", "smith")
    assert dedupe_key(ann) != dedupe_key(bob)


@pytest.mark.parametrize("other", [{"phone": "+49 30 123456"}, {"company": "CONTOSO, Inc."}])
def test_a_person_with_one_name_may_give_it_as_either(other: dict[str, str]) -> None:
    keys = {
        dedupe_key(submission(**names, **other))
        for names in (
            {"first_name": "Suharsono"},
            {"last_name": "SUHARSONO"},
            {"first_name": "Suharsono", "last_name": "-"},
            {"first_name": "N/A", "last_name": "Suharsono\u200b"},
        )
    }
    assert len(keys) == 1


def test_strangers_at_one_placeholder_are_two_customers() -> None:
    ola = submission(email="noemail@contoso.com", phone="+47 22 12 34 56", last_name="Berg")
    tia = submission(email="noemail@contoso.com", phone="+34 912 345 678", last_name="Ruiz")
    assert dedupe_key(ola) != dedupe_key(tia)


@pytest.mark.parametrize(
    "last", ["O'Dair", "O’Dair", "O\u02bcDair", "o'dair\u200b", "O\u00ad\u02bcDair"]
)
def test_typography_and_the_invisible_make_no_second_customer(last: str) -> None:
    una = submission(first_name="Una", last_name=last, phone="+353 1 617 4201")
    assert dedupe_key(una).parts == ("+35316174201", "o'dair")


def test_one_telephone_of_two_people_is_two_customers() -> None:
    other = replace(without().contact, email="", last_name="Other")
    assert dedupe_key(without("email")) != dedupe_key(replace(without(), contact=other))


def test_test_leads_have_a_key_space_of_their_own() -> None:
    real, test = dedupe_key(without()), dedupe_key(replace(without(), test=True))
    assert real.parts == test.parts
    assert real.text != test.text
    assert lead_id(real, SECRET) != lead_id(test, SECRET)


def test_the_separator_in_a_name_forges_no_key() -> None:
    forged = submission(
        first_name="Anna", last_name=f"Sam{UNIT_SEPARATOR}ple", company="Contoso", title="x"
    )
    assert dedupe_key(forged).text.count(UNIT_SEPARATOR) == 3
    assert dedupe_key(forged).parts == ("anna", "sam ple", "contoso")


TEXTS = (
    st.text(st.characters(exclude_categories=[]), max_size=30)
    | st.text("+0123456789 ()-;=x@.ab\ud800\x1fßé\u0410٣", max_size=20)
    | st.builds("{}@{}.com".format, st.text(max_size=8), st.text("ab.-ßxn\u200d\u0660\ud800"))
    | st.sampled_from(("DE", "US", "anna@contoso.com", "030 123456", "Anna", "N/A", "\x1f"))
)
CONTACTS = st.builds(Contact, **dict.fromkeys(CONTACT_FIELDS, TEXTS))


@settings(max_examples=examples(300))
@given(contact=CONTACTS, test=st.booleans())
def test_any_contact_has_a_key_without_gaps_and_separators(contact: Contact, *, test: bool) -> None:
    key = dedupe_key(replace(submission(), test=test, contact=contact))
    assert all(key.parts)
    assert not any(UNIT_SEPARATOR in part for part in key.parts)
    assert len(lead_id(key, SECRET)) == 32


NAMES = st.text("abcäöüéдя李0", min_size=1, max_size=3)
SPACES = st.text(" \t\n\u00a0\u3000", min_size=1, max_size=2)


@settings(max_examples=examples(150))
@given(st.data())
def test_the_key_ignores_case_and_spacing(data: st.DataObject) -> None:
    name = st.lists(NAMES, min_size=1, max_size=3)
    words = {part: data.draw(name) for part in ("first_name", "last_name", "company")}
    email = data.draw(st.sampled_from(("", "anna@contoso.com", "müller+x@contoso.com")))
    phone = data.draw(st.sampled_from(([], ["030", "123", "456"], ["+49", "30", "123", "456"])))

    def spelled() -> Submission:
        recased = st.sampled_from((str.upper, str.lower, str.title))
        around = st.just("") | SPACES
        texts = {part: data.draw(SPACES).join(written) for part, written in words.items()}
        contact = {
            part: data.draw(around) + data.draw(recased)(text) + data.draw(around)
            for part, text in (texts | {"email": email, "country": "germany"}).items()
        }
        return submission(**contact, phone=data.draw(st.just("") | st.just(" ")).join(phone))

    assert dedupe_key(spelled()) == dedupe_key(spelled())


@settings(max_examples=examples(150))
@given(
    st.lists(
        st.builds(
            Contact,
            first_name=st.sampled_from(("a", "b", "a\x1fb", "", "test")),
            last_name=st.sampled_from(("a", "b", "b\x1fc", "")),
            company=st.sampled_from(("a", "c", "")),
            phone=st.sampled_from(("", "+4930123456")),
            email=st.sampled_from(("", "a@contoso.com")),
        ),
        min_size=2,
        max_size=2,
    ),
    st.lists(st.booleans(), min_size=2, max_size=2),
)
def test_no_two_keys_share_their_text(contacts: list[Contact], tests: list[bool]) -> None:
    one, other = (
        dedupe_key(replace(submission(), test=test, contact=contact))
        for contact, test in zip(contacts, tests, strict=True)
    )
    assert (one == other) == (one.text == other.text)
    assert (one == other) == (lead_id(one, SECRET) == lead_id(other, SECRET))


# The lead id


def test_the_lead_id_is_32_hex_digits_of_key_and_secret() -> None:
    key = dedupe_key(without())
    assert lead_id(key, SECRET) == lead_id(dedupe_key(without("company")), SECRET)
    assert lead_id(key, SECRET) != lead_id(key, b"another secret")
    assert len(lead_id(key, SECRET)) == 32
    assert set(lead_id(key, SECRET)) <= set("0123456789abcdef")


def test_the_lead_id_never_changes_from_version_to_version() -> None:
    # A change of this value makes every known customer a new one.
    assert (
        lead_id(DedupeKey(KeyKind.EMAIL, ("a@contoso.com",)), b"key")
        == "2908257256ee2e7a9e9ced95a44b21bf"
    )
