"""Interests, and the submissions that only repeat them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.lead import Interest, Stamp, Submission
from shared.domain.merging import merge
from shared.domain.whole import NEWEST_INTERESTS, SUMMARY_CHARACTERS, fingerprint
from tests.domain.histories import (
    ANNA,
    DAY,
    HOUR,
    MOMENT,
    NOON,
    RULES,
    START,
    merged,
    repeats_of,
    submission,
)


def test_a_first_submission_is_the_first_version_of_a_lead() -> None:
    lead, repeat_of = merge(START, submission(), RULES)
    assert repeat_of == ""
    assert lead.version == 1
    assert lead.contact == ANNA
    assert lead.created_at == NOON
    assert [(i.source, i.action, i.publisher, i.offer, i.offer_title) for i in lead.interests] == [
        ("AzureMarketplace", "INS", "contoso", "backup", "Backup")
    ]


def test_the_same_again_is_a_repeat_and_no_new_version() -> None:
    lead = merged([submission("s1")])
    again, repeat_of = merge(lead, submission("s2", HOUR), RULES)
    assert repeat_of == "s1"
    assert again.version == lead.version
    assert again.submissions == 2
    (interest,) = again.interests
    assert (interest.first, interest.last) == (Stamp(NOON, "s1"), Stamp(NOON + HOUR, "s2"))
    assert interest.repeats == 1


@pytest.mark.parametrize(
    "other",
    [
        submission("s2", source="AzurePortal"),
        submission("s2", action="PLT"),
        submission("s2", offer="restore"),
        submission("s2", description="Call me"),
        submission("s2", contact=replace(ANNA, phone="030 123456")),
        replace(submission("s2"), publisher="fabrikam"),
        replace(submission("s2"), offer_title="Restore"),
    ],
)
def test_anything_new_makes_an_interest(other: Submission) -> None:
    assert repeats_of(submission(), other) == ["", ""]
    assert merged([submission(), other]).version == 2


@pytest.mark.parametrize(
    "other",
    [
        submission("s2", action="ins"),
        submission("s2", source="azuremarketplace"),
        submission("s2", offer="BACKUP"),
        replace(submission("s2"), publisher="Contoso"),
        replace(submission("s2"), lead_source="AzureMarketplace-INS|contoso.backup"),
        replace(submission("s2"), warnings=("no offer is named",)),
        replace(submission("s2"), offer_title=" BACKUP\u200b "),
        submission("s2", description="-"),
        submission("s2", contact=replace(ANNA, first_name="ANNA", last_name=" sample ")),
        submission("s2", contact=replace(ANNA, email="Anna <Info@Contoso.com>;")),
        submission("s2", contact=replace(ANNA, company="N/A", title="--None--")),
    ],
)
def test_what_is_only_spelled_differently_is_a_repeat(other: Submission) -> None:
    assert repeats_of(submission(), other) == ["", "s1"]


@pytest.mark.parametrize(
    ("field", "spellings"),
    [
        ("phone", ("+49 30 123456", "030 / 123456", "0049-30-123456", "+493012 3456 (office)")),
        ("country", ("DE", "Germany", "deu")),
        ("company", ("Contoso, Inc.", "CONTOSO INC")),
        ("last_name", ("O'Dair", "O’DAIR", "o\u00ad'dair")),
        ("title", ("Head of IT", "head  of it")),
    ],
)
def test_normal_forms_are_compared(field: str, spellings: tuple[str, ...]) -> None:
    contacts = (replace(ANNA, country="DE") for _ in spellings)
    spelled = [
        submission(f"s{n}", n * HOUR, contact=replace(contact, **{field: text}))
        for n, (contact, text) in enumerate(zip(contacts, spellings, strict=True))
    ]
    assert repeats_of(*spelled) == ["", *["s0"] * (len(spellings) - 1)]


def test_another_extension_is_something_new() -> None:
    phones = ("+49 30 123456", "+49 30 123456 ext. 7", "+49 30 123456 ext. 8")
    spelled = [
        submission(f"s{n}", n * HOUR, contact=replace(ANNA, phone=phone))
        for n, phone in enumerate(phones)
    ]
    assert repeats_of(*spelled) == ["", "", ""]


def test_a_fingerprint_is_16_hex_digits() -> None:
    assert len(fingerprint(submission())) == 16
    assert set(fingerprint(submission())) <= set("0123456789abcdef")


def test_the_names_of_appsource_are_one_source() -> None:
    names = ("AppSource (SPZA)", "SPZA", "AppSource", "spza")
    spelled = [submission(f"s{n}", n * HOUR, source=name) for n, name in enumerate(names)]
    assert repeats_of(*spelled) == ["", "s0", "s0", "s0"]


@pytest.mark.parametrize("later", [DAY, -DAY])
def test_a_repeat_is_one_within_the_window(later: timedelta) -> None:
    beyond = later + (MOMENT if later > timedelta(0) else -MOMENT)
    assert repeats_of(submission("s1"), submission("s2", later)) == ["", "s1"]
    assert repeats_of(submission("s1"), submission("s2", beyond)) == ["", ""]


def test_a_repeat_of_a_repeat_points_to_the_first() -> None:
    chain = [submission(f"s{n}", n * DAY) for n in range(4)]
    assert repeats_of(*chain) == ["", "s0", "s0", "s0"]
    assert [i.repeats for i in merged(chain).interests] == [3]


def test_a_submission_between_two_interests_makes_them_one() -> None:
    ends = [submission("s1"), submission("s3", 2 * DAY)]
    between = submission("s2", DAY)
    assert repeats_of(*ends, between) == ["", "", "s1"]
    assert merged([*ends, between]).interests == merged([ends[0], between, ends[1]]).interests
    assert len(merged(ends).interests) == 2


def test_a_repeat_that_brings_an_earlier_value_back_is_a_new_version() -> None:
    before = merged([submission("s1", contact=replace(ANNA, phone="1"))])
    between = merged([submission("s2", HOUR, contact=replace(ANNA, phone="2"))], before)
    after, repeat_of = merge(
        between, submission("s3", 2 * HOUR, contact=replace(ANNA, phone="1")), RULES
    )
    assert repeat_of == "s1"
    assert after.contact.phone == "1"
    assert after.version == between.version + 1


def test_an_interest_is_recorded_with_its_version() -> None:
    interest = Interest(submission=submission(), version=1)
    assert interest.repeat_of == ""
    assert interest.submission.stamp == Stamp(NOON, "s1")


def test_the_newest_20_interests_are_kept() -> None:
    many = [submission(f"s{n:02}", n * HOUR, description=str(n)) for n in range(25)]
    lead = merged(many)
    assert [i.first.submission_id for i in lead.interests] == [f"s{n:02}" for n in range(24, 4, -1)]
    assert len(lead.interests) == NEWEST_INTERESTS == 20
    assert (lead.submissions, lead.version) == (25, 25)
    assert merged(reversed(many)).interests == lead.interests


def test_an_old_interest_that_comes_late_pushes_no_newer_one_out() -> None:
    lead = merged(submission(f"s{n}", n * HOUR, description=str(n)) for n in range(1, 21))
    assert merged([submission("s0", description="0")], lead).interests == lead.interests


def test_long_texts_are_cut_in_the_summary_and_told_apart_nevertheless() -> None:
    one = submission("s1", offer="x" * 500 + "1")
    other = submission("s2", offer="x" * 500 + "2")
    lead = merged([one, other])
    assert [i.offer for i in lead.interests] == ["x" * SUMMARY_CHARACTERS] * 2
