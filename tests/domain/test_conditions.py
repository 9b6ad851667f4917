"""What a rule compares: texts as a reader takes them, in every script."""

import pytest

from shared.domain.conditions import Conditions, Pattern, RoutingFacts, WordPattern
from shared.domain.qualification import mail_domain


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("Café Azur", "CAFE\u0301  AZUR"),
        ("Fabrikam", "Fab\u200brikam"),
        ("ACME", "\uff21\uff23\uff2d\uff25"),
        ("O'Brien*", "O\u2019Brien & Sons"),
        ("Contoso-EU", "Contoso \u2013 EU"),
        ("straße*", "STRASSEN AG"),
    ],
)
def test_texts_that_a_reader_takes_for_the_same_are_the_same(written: str, given: str) -> None:
    text, company = (Pattern.parse(written),), (Pattern.of_company(written),)
    when = Conditions(source=text, publisher=text, offer=text, company=company)
    facts = RoutingFacts(source=given, publisher=given, offer=given, company=given)

    assert list(when.mismatches(facts)) == []


@pytest.mark.parametrize(
    ("written", "given", "matches"),
    [
        ("Contoso, Inc.", "contoso inc", True),
        ("Contoso Ltd", "CONTOSO LTD.", True),
        ("Contoso *", "Contoso, Ltd.", True),
        ("Contoso *", "Contosoft", False),
        ("Contoso*", "Contosoft", True),
        ("*", "anything", True),
        ("*", "", False),
    ],
)
def test_companies_are_compared_without_punctuation(
    written: str, given: str, *, matches: bool
) -> None:
    when = Conditions(company=(Pattern.of_company(written),))

    assert (not list(when.mismatches(RoutingFacts(company=given)))) is matches


def test_a_company_needs_a_letter_or_a_digit() -> None:
    with pytest.raises(ValueError, match="should have a letter or a digit in it"):
        Pattern.of_company("...")


@pytest.mark.parametrize(
    ("written", "email"),
    [
        ("münchen.example", "jo@münchen.example"),
        ("MÜNCHEN.example", "jo@xn--mnchen-3ya.example"),
        ("xn--mnchen-3ya.example", "jo@Mu\u0308nchen.Example"),
        ("Contoso.com", "Jo <JO@CONTOSO.COM>"),
        ("contoso.*", "jo@contoso.co.example"),
        ("*", "jo@contoso.com"),
    ],
)
def test_a_mail_domain_is_compared_as_mail_programs_do(written: str, email: str) -> None:
    when = Conditions(mail_domain=(Pattern.of_domain(written),))

    assert list(when.mismatches(RoutingFacts(mail_domain=mail_domain(email)))) == []


@pytest.mark.parametrize(
    "text",
    ["@contoso.com", "jo@contoso.com", "contoso", "https://contoso.com", "münch*", "a b.com"],
)
def test_a_mail_domain_that_no_address_can_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"should be a mail domain, such as contoso\.com"):
        Pattern.of_domain(text)


@pytest.mark.parametrize(
    ("written", "description"),
    [
        ("Cafés", "For our Cafe\u0301s."),
        ("urgent", "ur\u00adgent, please"),
        ("GDPR", "is it GDPR_ready?"),
        ("价格", "请告诉我价格谢谢"),
        ("ราคา", "ขอทราบราคาด้วย"),
        ("हिन्दी", "क्या हिन्दी में है"),
    ],
)
def test_words_are_found_in_every_script(written: str, description: str) -> None:
    when = Conditions(words=(WordPattern.parse(written),))

    assert list(when.mismatches(RoutingFacts(description=description))) == []


@pytest.mark.parametrize(
    ("written", "description"), [("价格", "价钱和格式"), ("हि", "हिन्दी"), ("cafe", "café")]
)
def test_parts_of_words_are_no_words_in_any_script(written: str, description: str) -> None:
    when = Conditions(words=(WordPattern.parse(written),))

    assert [m.condition for m in when.mismatches(RoutingFacts(description=description))] == [
        "words"
    ]
