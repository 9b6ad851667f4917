"""The contact of a lead: the newest of each field, and the oldest full name."""

from dataclasses import replace

import pytest

from shared.domain.lead import Contact
from shared.domain.merging import (
    FULL_NAMES,
)
from tests.domain.histories import (
    ANNA,
    BERTA,
    HOUR,
    merged,
    submission,
)


def test_the_newest_value_of_each_field_wins() -> None:
    older = replace(ANNA, phone="1", company="Contoso", email="INFO@contoso.com")
    newer = replace(ANNA, phone="2", company="", title="Esquire")
    lead = merged([submission("s1", contact=older), submission("s2", HOUR, contact=newer)])
    assert lead.contact == replace(ANNA, phone="2", company="Contoso", title="Esquire")


PLACEHOLDERS = ["", "N/A", "-", "none", "Unknown", "NA", "[not provided]", "Please select"]


@pytest.mark.parametrize("nothing", PLACEHOLDERS)
def test_what_says_nothing_replaces_no_value(nothing: str) -> None:
    newer = replace(ANNA, company=nothing)
    known = submission("s1", contact=replace(ANNA, company="Contoso"))
    assert merged([known, submission("s2", HOUR, contact=newer)]).contact.company == "Contoso"
    assert merged([submission("s0", -HOUR, contact=newer), known]).contact.company == "Contoso"


def test_a_placeholder_replaces_no_country_but_namibia_does() -> None:
    known = submission("s1", contact=replace(ANNA, country="SE"))
    for newer, country in (("Please select", "SE"), ("--None--", "SE"), ("NA", "NA")):
        later = submission("s2", HOUR, contact=replace(ANNA, country=newer))
        assert merged([known, later]).contact.country == country


def test_a_placeholder_replaces_no_address_and_no_phone() -> None:
    known = submission("s1", contact=replace(ANNA, phone="+49 30 123456"))
    later = replace(ANNA, email="noemail@contoso.com", phone="0000000000")
    lead = merged([known, submission("s2", HOUR, contact=later)])
    assert (lead.contact.email, lead.contact.phone) == ("info@contoso.com", "+49 30 123456")


def test_an_address_is_kept_without_what_a_mail_program_sets_around_it() -> None:
    spelled = replace(ANNA, email="Anna Sample <Info\u200b@Contoso.com>")
    assert merged([submission(contact=spelled)]).contact.email == "Info@Contoso.com"
    unclear = replace(ANNA, email="info at contoso")
    assert merged([submission(contact=unclear)]).contact.email == "info at contoso"


def test_what_says_nothing_is_kept_where_nothing_else_is() -> None:
    assert merged([submission(contact=replace(ANNA, company="N/A"))]).contact.company == "N/A"


def test_of_a_shared_mailbox_the_first_name_stays_and_the_others_are_shown() -> None:
    clara = replace(ANNA, first_name="Clara")
    lead = merged(
        [
            submission("s2", 2 * HOUR, contact=clara),
            submission("s1", HOUR, contact=BERTA),
            submission("s0", contact=ANNA),
            submission("s3", 3 * HOUR, contact=BERTA),
        ]
    )
    assert lead.contact.first_name == "Anna"
    assert lead.name_conflicts == ("Berta Sample", "Clara Sample")


def test_one_name_spelled_differently_is_no_conflict() -> None:
    shouted = replace(ANNA, first_name="ANNA", last_name=" sample")
    lead = merged([submission("s1"), submission("s2", HOUR, contact=shouted)])
    assert lead.name_conflicts == ()
    assert (lead.contact.first_name, lead.contact.last_name) == ("Anna", "Sample")


@pytest.mark.parametrize("last", ["O’Farr", "O`FARR", "O\u02bc\u200bFarr"])
def test_typography_and_the_invisible_are_no_conflict(last: str) -> None:
    una = Contact(first_name="Una", last_name="O'Farr", email="una@contoso.com")
    other = replace(una, last_name=last)
    lead = merged([submission("s1", contact=una), submission("s2", HOUR, contact=other)])
    assert lead.name_conflicts == ()
    assert lead.contact.last_name == "O'Farr"


def test_mr_null_has_a_full_name() -> None:
    null = Contact(first_name="Hanna", last_name="Null", email="hanna@contoso.com")
    lead = merged([submission("s1", contact=null), submission("s2", HOUR, contact=null)])
    assert (lead.contact.first_name, lead.contact.last_name) == ("Hanna", "Null")
    assert lead.name_conflicts == ()


def test_a_part_of_a_name_fills_in_until_a_full_name_comes() -> None:
    first = submission("s1", contact=Contact(first_name="A."))
    last = submission("s2", HOUR, contact=Contact(last_name="S."))
    lead = merged([first, last])
    assert (lead.contact.first_name, lead.contact.last_name) == ("A.", "S.")
    lead = merged([submission("s3", 2 * HOUR)], lead)
    assert (lead.contact.first_name, lead.contact.last_name) == ("Anna", "Sample")
    assert lead.name_conflicts == ()


@pytest.mark.parametrize("nothing", ["", "N/A", "-"])
def test_a_placeholder_is_no_full_name(nothing: str) -> None:
    lead = merged([submission(contact=replace(ANNA, last_name=nothing)), submission("s2", HOUR)])
    assert lead.contact.last_name == "Sample"
    assert lead.name_conflicts == ()


def test_five_names_are_kept_the_oldest_ones() -> None:
    many = [
        submission(f"s{n}", n * HOUR, contact=replace(ANNA, first_name=f"A{n}")) for n in range(12)
    ]
    lead = merged(many)
    assert lead.name_conflicts == tuple(f"A{n} Sample" for n in range(1, 5))
    assert len(lead.full_names) == FULL_NAMES == 5
    assert merged(reversed(many)).full_names == lead.full_names


def test_a_long_name_is_not_cut() -> None:
    lead = merged([submission(contact=replace(ANNA, first_name="A" * 900))])
    assert lead.contact.first_name == "A" * 900
