"""One mailbox is one form, and two mailboxes are two."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from shared.domain.identity import email_address, normalized_email
from tests.suite.unhurried import examples


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("Anna.Sample@Contoso.COM", "anna.sample@contoso.com"),
        ("  anna@contoso.com\n", "anna@contoso.com"),
        ("\uff41nna@contoso\u3002com", "anna@contoso.com"),
        ("anna\uff20contoso.com", "anna@contoso.com"),
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
        *("a b@contoso.com", "a@b.com, c@d.com", "a@b.com; c@d.com", "a@[1.2.3.4]", "a@1.2.3.4"),
        *("Anna <anna>", "<a@b.com> <c@d.com>", "mailto:", "a@", "@b.com", "a@b@c.com", "a@-b.com"),
    ],
)
def test_what_is_no_address_has_no_form(text: str) -> None:
    assert normalized_email(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Anna Sample <anna@contoso.com>",
            "<anna@contoso.com>",
            '"Sample, Anna" <anna@contoso.com>',
        ),
        *(
            '"A <x>" <Anna@contoso.com>',
            "anna@contoso.com <anna@contoso.com>",
            "<anna@contoso.com>;",
        ),
        *("mailto:anna@contoso.com", "MAILTO: anna@contoso.com", "<mailto:anna@contoso.com>"),
        *(
            "mailto:anna@contoso.com?subject=Offer",
            "Anna <mailto:anna@contoso.com>",
            "anna@contoso.com.",
        ),
        *("anna@contoso.com,", "anna@contoso.com ;", "anna@contoso.com..;", "＜anna@contoso.com＞"),  # noqa: RUF001 - wide, as typed in East Asia
    ],
)
def test_what_a_program_sets_around_an_address_is_no_part_of_it(text: str) -> None:
    assert normalized_email(text) == "anna@contoso.com"
    assert email_address(text).written.lower() == "anna@contoso.com"


def test_an_address_is_written_as_given() -> None:
    assert email_address("Anna <Anna.Sample@Contoso.com>").written == "Anna.Sample@Contoso.com"
    assert email_address("\u200banna@con\u00adtoso.com").written == "anna@contoso.com"


@pytest.mark.parametrize(
    "char", ["\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u2060", "\u202a", "\ufe0f"]
)
def test_what_nobody_sees_is_no_part_of_an_address(char: str) -> None:
    for text in (f"{char}anna@contoso.com", f"an{char}na@con{char}toso.com{char}"):
        assert normalized_email(text) == "anna@contoso.com"


@pytest.mark.parametrize("domain", ["werk.local", "a.test", "a.invalid", "a.localhost", "b.onion"])
def test_a_domain_of_special_use_is_a_domain(domain: str) -> None:
    assert normalized_email(f"Udo@{domain.upper()}") == f"udo@{domain}"
    assert normalized_email(f"Müller@{domain}") == f"müller@{domain}"


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ('"anna"@contoso.com', "anna@contoso.com"),
        ('"Anna Sample"@contoso.com', '"anna sample"@contoso.com'),
        ('"a@b"@contoso.com', '"a@b"@contoso.com'),
    ],
)
def test_a_quoted_mailbox_is_one(text: str, normalized: str) -> None:
    assert normalized_email(text) == normalized


@pytest.mark.parametrize(
    "text",
    [
        *("noemail@contoso.com", "no-email@contoso.com", "No.E-Mail@contoso.com", "nomail@x.org"),
        *("noemailprovided@contoso.com", "not-provided@contoso.com", "keine-email@contoso.com"),
        *("none@none.com", "na@na.com", "null@null.org", "unknown@unknown.com", "none@noemail.com"),
        *("no@no.com", "fake@fake.org"),
        *("test@test.com", "email@email.com", "xxx@xxx.com", "Nobody <noemail@contoso.com>"),
    ],
)
def test_a_placeholder_is_no_address(text: str) -> None:
    assert normalized_email(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("na@contoso.com", "none@contoso.com", "nil@contoso.com", "test@contoso.com"),
        *("anna@none.com", "email@contoso.com", "noemi@contoso.com", "nomailer@contoso.com"),
        *("msft_test_636573304831318844@test.com", "a@a.com", "someone@example.com"),
    ],
)
def test_a_mailbox_that_only_looks_like_a_placeholder_is_one(text: str) -> None:
    assert normalized_email(text) == text


# Properties

MAILBOXES = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+_'-ßéжAB", min_size=1, max_size=12)
DOMAINS = st.builds(
    "{}.{}".format,
    st.text("abcxyz019-.üßжA", min_size=1, max_size=10),
    st.sampled_from(("com", "de", "local", "co.uk", "xn--p1ai", "рф")),
)
ADDRESSES = st.builds("q{}@{}".format, MAILBOXES, DOMAINS)
TRIMMED = st.sampled_from(
    ("{}", " {} ", "<{}>", "Anna <{}>", "mailto:{}", "{}.", "{};", "{}\u200b", "\ufeff{}")
)


@settings(max_examples=examples(400))
@given(ADDRESSES)
@example("a@b.xn--c")
@example("a@ab--c.com")
@example(f"a@{'b' * 64}.com")
@example(f"{'a' * 260}@b.com")
def test_the_short_way_says_what_the_library_says(text: str) -> None:
    try:
        library = validate_email(f"{text}.example", check_deliverability=False).ascii_domain
    except EmailNotValidError:
        library = None
    assert bool(normalized_email(text)) == bool(library)


@settings(max_examples=examples(400))
@given(ADDRESSES, ADDRESSES, TRIMMED, TRIMMED)
def test_no_two_addresses_are_joined(one: str, other: str, first: str, second: str) -> None:
    keys = normalized_email(one), normalized_email(other)
    assume(all(keys))
    assert normalized_email(first.format(one)) == keys[0]
    assert (normalized_email(first.format(one)) == normalized_email(second.format(other))) == (
        _mailbox(one) == _mailbox(other)
    )


def _mailbox(text: str) -> tuple[str, str]:
    """Return what the library takes for one mailbox, without regard to case."""
    found = validate_email(f"{text}.example", check_deliverability=False)
    return found.local_part.lower(), str(found.ascii_domain)


@settings(max_examples=examples(400))
@given(st.text(st.characters(exclude_categories=[]), max_size=20) | ADDRESSES)
def test_a_normal_form_is_its_own(text: str) -> None:
    key = normalized_email(text)
    assert normalized_email(key) == key
    assert normalized_email(email_address(text).written) == key
