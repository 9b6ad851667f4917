from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.identity import (
    COUNTRY_ALIASES,
    UNIT_SEPARATOR,
    DedupeKey,
    country_code,
    dedupe_key,
    e164_phone,
    has_value,
    lead_id,
    normalized_email,
    normalized_text,
)
from shared.domain.lead import CONTACT_FIELDS, Contact, KeyKind, Submission

SECRET = b"a secret of this test"


def submission(**contact: str) -> Submission:
    return Submission(
        submission_id="s1",
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        contact=Contact(**contact),
    )


# E-mail addresses


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("Anna.Sample@Contoso.COM", "anna.sample@contoso.com"),
        ("  anna@contoso.com\n", "anna@contoso.com"),
        ("\uff41nna@contoso\u3002com", "anna@contoso.com"),
        ("MÜLLER@contoso.com", "müller@contoso.com"),
        ("mu\u0308ller@contoso.com", "müller@contoso.com"),
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("a@STRASSE.de", "a@strasse.de"),
        ("a@Müller.example.com", "a@xn--mller-kva.example.com"),
        ("a@XN--MLLER-KVA.example.com", "a@xn--mller-kva.example.com"),
        ("a+b@contoso.com", "a+b@contoso.com"),
    ],
)
def test_an_address_has_one_form(text: str, normalized: str) -> None:
    assert normalized_email(text) == normalized


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "N/A", "none", "-", "@", "test", "test@test", "a@localhost", "a@contoso..com"),
        *(
            "a b@contoso.com",
            "Anna <a@contoso.com>",
            "a@b.com, c@d.com",
            '"a"@b.com',
            "a@[1.2.3.4]",
        ),
    ],
)
def test_what_is_no_address_has_no_form(text: str) -> None:
    assert normalized_email(text) == ""


# Countries


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        ("usa", "US"),
        ("United States", "US"),
        (" Germany ", "DE"),
        ("DEU", "DE"),
        ("uk", "GB"),
        ("Korea", "KR"),
        ("Hong Kong SAR", "HK"),
        ("Taiwan", "TW"),
        ("Atlantis", ""),
        ("N/A", ""),
        ("", ""),
    ],
)
def test_a_country_is_known_by_code_and_name(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(("alias", "code"), COUNTRY_ALIASES.items())
def test_an_alias_of_a_country_is_the_code_of_one(alias: str, code: str) -> None:
    assert country_code(alias.upper()) == code
    assert country_code(code) == code


# Telephone numbers


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+49 151 12345678", "", "+4915112345678"),
        ("4915112345678", "DE", "+4915112345678"),
        ("0151 123 45678", "Germany", "+4915112345678"),
        ("0049 151 12345678", "", "+4915112345678"),
        ("00 49 151 12345678", "US", "+4915112345678"),
        ("+49 (0)151 / 12345678", "US", "+4915112345678"),
        ("030 123456", "DE", "+4930123456"),
        ("(030) 12-34-56", "DE", "+4930123456"),
        ("4930123456", "", "+4930123456"),
        ("16175555555", "USA", "+16175555555"),
        ("617-555-5555", "US", "+16175555555"),
        ("\uff0b\uff11 617 555 5555", "", "+16175555555"),
        ("07911 123456", "UK", "+447911123456"),
        ("06 698 12345", "IT", "+390669812345"),
        ("13012345678", "CN", "+8613012345678"),
        ("8613012345678", "CN", "+8613012345678"),
        ("+13012345678", "CN", "+13012345678"),
        ("13012345678", "", "+13012345678"),
        ("13012345678", "DE", "+13012345678"),
    ],
)
def test_a_number_has_one_form(text: str, country: str, number: str) -> None:
    assert e164_phone(text, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        *(
            ("", ""),
            ("N/A", "DE"),
            ("12345", "DE"),
            ("0000000000", "US"),
            ("+", "US"),
            ("+1", "US"),
        ),
        *(("030 123456", ""), ("030 123456", "US"), ("call me", "US"), ("1" * 300, "US")),
    ],
)
def test_what_is_no_number_of_the_country_has_no_form(text: str, country: str) -> None:
    assert e164_phone(text, country) == ""


# Texts


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "--", "?", ".", "...", "N/A", "n.a.", "None", "NULL", "nil", "unknown"),
        *("undefined", "Not Provided", "😀"),
    ],
)
def test_what_people_write_for_nothing_says_nothing(text: str) -> None:
    assert not has_value(text)
    assert normalized_text(f" {text}\t") == ""


@pytest.mark.parametrize("text", ["0", "na", "Nonesuch", "李", "not  provided yet"])
def test_short_texts_may_say_something(text: str) -> None:
    assert has_value(text)
    assert normalized_text(text)


def test_a_text_has_one_form() -> None:
    assert normalized_text(" Anna\u00a0\n  MÜLLER\u3000\uff21\ufb01 ") == "anna müller afi"
    assert normalized_text("Straße") != normalized_text("Strasse")


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
        (without("email", "last_name"), KeyKind.SUBMISSION, ("s1",)),
        (without("email", "phone", "first_name"), KeyKind.SUBMISSION, ("s1",)),
        (without("email", "phone", "company"), KeyKind.SUBMISSION, ("s1",)),
        (submission(), KeyKind.SUBMISSION, ("s1",)),
    ],
)
def test_a_customer_is_known_by_the_first_key_whose_parts_are_all_there(
    pushed: Submission, kind: KeyKind, parts: tuple[str, ...]
) -> None:
    assert dedupe_key(pushed) == DedupeKey(kind, parts)


@pytest.mark.parametrize("nothing", ["N/A", "none", "-", "test@test", "unknown", "."])
def test_placeholders_are_no_identity(nothing: str) -> None:
    assert (
        dedupe_key(replace(submission(), contact=Contact(email=nothing))).kind is KeyKind.SUBMISSION
    )
    named = Contact(first_name=nothing, last_name=nothing, company=nothing, phone=nothing)
    if nothing != "test@test":
        assert dedupe_key(replace(submission(), contact=named)).kind is KeyKind.SUBMISSION


def test_customers_without_personal_data_are_each_their_own() -> None:
    assert dedupe_key(submission()) != dedupe_key(replace(submission(), submission_id="s2"))
    assert dedupe_key(submission()) == dedupe_key(submission(title="Esquire"))


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
    anonymous = replace(submission(), submission_id=f"x{UNIT_SEPARATOR}y")
    assert dedupe_key(anonymous).text.startswith(f"submission{UNIT_SEPARATOR}")


TEXTS = (
    st.text(st.characters(exclude_categories=[]), max_size=30)
    | st.text("+0123456789 ()-;=x@.ab\ud800\x1fßé\u0410٣", max_size=20)
    | st.builds("{}@{}.com".format, st.text(max_size=8), st.text("ab.-ßxn\u200d\u0660\ud800"))
    | st.sampled_from(("DE", "US", "anna@contoso.com", "030 123456", "Anna", "N/A", "\x1f"))
)
CONTACTS = st.builds(Contact, **dict.fromkeys(CONTACT_FIELDS, TEXTS))


@settings(max_examples=300, deadline=None)
@given(contact=CONTACTS, test=st.booleans())
def test_any_contact_has_a_key_without_gaps_and_separators(contact: Contact, *, test: bool) -> None:
    key = dedupe_key(replace(submission(), test=test, contact=contact))
    assert all(key.parts)
    assert not any(UNIT_SEPARATOR in part for part in key.parts)
    assert len(lead_id(key, SECRET)) == 32


NAMES = st.text("abcäöüéдя李0", min_size=1, max_size=3)
SPACES = st.text(" \t\n\u00a0\u3000", min_size=1, max_size=2)


@settings(max_examples=150, deadline=None)
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


@settings(max_examples=150, deadline=None)
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
