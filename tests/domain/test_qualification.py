from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.acts import Act, ActSummary, Outcome
from shared.domain.free_mail import FREE_MAIL
from shared.domain.lead import Contact, KeyKind, Lead
from shared.domain.qualification import (
    Qualification,
    is_disposable,
    lacking,
    mail_domain,
    qualification_of,
    qualify,
)
from shared.domain.rules import Prerequisites
from shared.domain.stage import Stage

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

ADA = Contact(
    first_name="Ada",
    last_name="Example",
    email="ada@contoso.com",
    phone="+49 30 1234567",
    country="Germany",
    company="Contoso",
)
ALL = Prerequisites(
    required=("email", "company", "phone", "country"),
    business_address=True,
    countries=frozenset({"DE", "FR"}),
    least_stage=Stage.ACCELERATED,
)


def test_a_lead_that_meets_all_prerequisites_is_qualified() -> None:
    assert qualify(ALL, ADA, Stage.ACTIVE) == Qualification(qualified=True)


def test_without_prerequisites_every_lead_is_qualified() -> None:
    assert qualify(Prerequisites(), Contact(), Stage.NONE).qualified


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"company": "N/A"}, ("company is missing",)),
        ({"email": "ada at contoso"}, ("e-mail address is missing",)),
        ({"email": "Ada@GMail.com"}, ("e-mail address is of a free-mail provider",)),
        ({"email": "ada@mailinator.com"}, ("e-mail address is a disposable one",)),
        ({"email": "ada@x.mailinator.com"}, ("e-mail address is a disposable one",)),
        ({"country": "NL"}, ("country is not one of those that are served",)),
        ({"country": ""}, ("country is missing",)),
        ({"country": "Narnia"}, ("country is not a known one",)),
        ({"phone": "", "country": "US"},
         ("phone is missing", "country is not one of those that are served")),
    ],
)  # fmt: skip
def test_each_thing_that_is_lacking_is_named(
    changed: dict[str, str], reasons: tuple[str, ...]
) -> None:
    found = qualify(ALL, replace(ADA, **changed), Stage.ACCELERATED)

    assert found == Qualification(qualified=False, reasons=reasons)


def test_a_lead_that_has_not_come_far_enough_is_not_qualified() -> None:
    found = qualify(ALL, ADA, Stage.INITIAL)

    assert found.reasons == ("stage is initial; at least accelerated is required",)


def test_what_is_not_required_by_itself_is_named_once_where_something_else_needs_it() -> None:
    wanted = replace(ALL, required=())

    found = qualify(wanted, Contact(), Stage.ACTIVE)

    assert found.reasons == ("e-mail address is missing", "country is missing")
    assert qualify(replace(ALL, business_address=False), ADA, Stage.ACTIVE).qualified


def test_the_lists_hold_domains_as_they_are_compared() -> None:
    assert {mail_domain(f"ada@{domain}") for domain in FREE_MAIL} == FREE_MAIL
    assert not any(map(is_disposable, ("gmail.com", "outlook.com", "contoso.com", "com")))


def lead_with(*outcomes: Outcome, withdrawn: bool = False) -> Lead:
    acts = tuple(
        ActSummary(at=NOW + HOUR * number, by="ada", outcome=outcome, withdrawn=withdrawn)
        for number, outcome in enumerate(outcomes)
    )
    return Lead(lead_id="a" * 32, key_kind=KeyKind.EMAIL, created_at=NOW, contact=ADA, acts=acts)


def test_what_a_person_decided_counts_more_than_the_prerequisites() -> None:
    wanted = Prerequisites(countries=frozenset({"FR"}))
    yes, no = Outcome.QUALIFIED, Outcome.NOT_QUALIFIED
    not_served = ("country is not one of those that are served",)

    assert lacking(wanted, lead_with()) == not_served
    assert lacking(wanted, lead_with(no, yes)) == ()
    assert lacking(Prerequisites(), lead_with(yes, no)) == ("ada decided so",)
    assert lacking(wanted, lead_with(yes, withdrawn=True)) == not_served


def test_the_lead_tells_who_decided_and_why_and_else_what_the_prerequisites_said() -> None:
    lacks = replace(lead_with(), unqualified=("country is missing",))
    why = "knows the\nreseller"
    act = Act(said_at=NOW, seen_at=NOW, by="ada", outcome=Outcome.QUALIFIED, note=why)
    decided = replace(lacks, acts=(act.summary,))
    nameless = replace(act, by="", outcome=Outcome.NOT_QUALIFIED, note="")

    assert qualification_of(lacks) == Qualification(qualified=False, reasons=lacks.unqualified)
    assert qualification_of(lead_with()) == Qualification(qualified=True)
    assert qualification_of(decided) == Qualification(
        qualified=True, by="ada", note="knows the reseller"
    )
    assert qualification_of(replace(lacks, acts=(nameless.summary,))) == Qualification(
        qualified=False, reasons=("a person decided so",), by="a person"
    )


def test_the_lead_keeps_the_beginning_of_a_note_only_where_it_decides() -> None:
    called = Act(said_at=NOW, seen_at=NOW, outcome=Outcome.MEETING, note="n" * 2_000)
    decided = replace(called, outcome=Outcome.NOT_QUALIFIED)

    assert called.summary.note == ""
    assert decided.summary.note == f"{'n' * 199}…"
