from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.domain.follow_up import FollowUp, FollowUpState, flag, follow_up
from shared.domain.lead import Contact, Interest, KeyKind, Lead, Stamp, Submission
from shared.domain.merging import (
    FULL_NAMES,
    NEWEST_INTERESTS,
    SUMMARY_CHARACTERS,
    MergeRules,
    answered,
    fingerprint,
    merge,
    new_lead,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
MOMENT = timedelta(microseconds=1)
RULES = MergeRules(repeat_window=DAY, follow_up_within=DAY)

ANNA = Contact(first_name="Anna", last_name="Sample", email="info@contoso.com")
BERTA = replace(ANNA, first_name="Berta")


def submission(  # noqa: PLR0913 - a test names what it is about
    submission_id: str = "s1",
    at: timedelta = timedelta(0),
    *,
    contact: Contact = ANNA,
    source: str = "AzureMarketplace",
    action: str = "INS",
    offer: str = "backup",
    description: str = "",
    test: bool = False,
) -> Submission:
    """Return a submission that came some time after noon."""
    return Submission(
        submission_id=submission_id,
        received_at=NOON + at,
        contact=contact,
        source=source,
        action=action,
        publisher="contoso",
        offer=offer,
        offer_title="Backup",
        description=description,
        test=test,
    )


def merged(submissions: Iterable[Submission], lead: Lead | None = None) -> Lead:
    for one in submissions:
        lead, _ = merge(lead or new_lead("l1", KeyKind.EMAIL, one), one, RULES)
    assert lead is not None
    return lead


def repeats_of(*submissions: Submission) -> list[str]:
    """Return, for each of the submissions, the id of the one that it repeats."""
    lead = new_lead("l1", KeyKind.EMAIL, submissions[0])
    found = []
    for one in submissions:
        lead, repeat_of = merge(lead, one, RULES)
        found.append(repeat_of)
    return found


# The order of processing

CONTACTS = st.builds(
    Contact,
    first_name=st.sampled_from(("Anna", "ANNA", "Berta", "N/A", "")),
    last_name=st.sampled_from(("Sample", "")),
    email=st.just("info@contoso.com"),
    phone=st.sampled_from(("", "-", "030 123456")),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Submission]:
    """Draw what one customer did within a few windows, much of it again or at the same time."""
    eights = draw(st.lists(st.integers(min_value=0, max_value=12), min_size=1, max_size=7))
    return [
        submission(
            f"s{number}",
            8 * HOUR * eight,
            contact=draw(st.just(ANNA) | CONTACTS),
            source=draw(st.sampled_from(("SPZA", "AppSource (SPZA)"))),
            action=draw(st.sampled_from(("INS", "INS", "ins", "DNC"))),
            description=draw(st.sampled_from(("", "", "Call me"))),
        )
        for number, eight in enumerate(eights)
    ]


START = new_lead("l1", KeyKind.EMAIL, submission())
LATE = merged([submission("s", 50 * HOUR)])
STARTS = st.sampled_from(
    (
        START,
        replace(START, suppressed=True),
        replace(START, test=True),
        replace(START, follow_up=follow_up(FollowUp(), NOON + 30 * HOUR, "anna")),
        LATE,
        replace(LATE, follow_up=flag(LATE.follow_up, NOON + 80 * HOUR)),
        merged([submission("s", 50 * HOUR, action="DNC")]),
    )
)


@settings(max_examples=150, deadline=None)
@given(histories().flatmap(lambda h: st.tuples(st.just(h), st.permutations(h))), STARTS)
@example(
    (
        [submission("s1"), submission("s2", DAY), submission("s3", 2 * DAY)],
        [submission("s1"), submission("s3", 2 * DAY), submission("s2", DAY)],
    ),
    START,
)
def test_the_order_of_processing_does_not_matter(
    orders: tuple[list[Submission], list[Submission]], start: Lead
) -> None:
    one, other = (merged(order, start) for order in orders)
    assert replace(one, version=0) == replace(other, version=0)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_no_submission_is_without_its_place(history: list[Submission]) -> None:
    lead = merged(history)
    assert lead.submissions == len(history)
    assert len(lead.interests) + sum(i.repeats for i in lead.interests) == len(history)
    assert {i.fingerprint for i in lead.interests} == {fingerprint(s) for s in history}
    assert {n.stamp for n in lead.full_names} <= {s.stamp for s in history}


@settings(max_examples=60, deadline=None)
@given(histories())
def test_the_clock_runs_from_the_first_interest_that_asks_for_contact(
    history: list[Submission],
) -> None:
    asked = [s.received_at for s in history if not s.do_not_contact]
    lead = merged(history)
    assert lead.follow_up.clock_started_at == min(asked, default=None)
    assert lead.do_not_contact == (not asked)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_the_version_rises_exactly_when_a_crm_sees_a_difference(history: list[Submission]) -> None:
    lead = new_lead("l1", KeyKind.EMAIL, history[0])
    for one in history:
        after, _ = merge(lead, one, RULES)
        seen = after.contact != lead.contact or len(after.interests) > len(lead.interests)
        assert after.version == lead.version + seen
        lead = after


# Interests and repeats


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


# The contact


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


# Consent and the clock


def test_do_not_contact_starts_no_clock() -> None:
    lead = merged([submission(action="dnc")])
    assert lead.do_not_contact
    assert lead.follow_up == FollowUp()


@pytest.mark.parametrize("order", [1, -1])
def test_one_interest_is_stronger_than_any_do_not_contact(order: int) -> None:
    asked = submission("s2", HOUR)
    both = [submission("s1", action="DNC"), asked, submission("s3", 2 * HOUR, action="DNC")]
    lead = merged(both[::order])
    assert not lead.do_not_contact
    assert lead.follow_up == merged([asked]).follow_up


def test_the_suppression_list_is_stronger_than_any_interest() -> None:
    lead = merged([submission()], replace(START, suppressed=True))
    assert lead.do_not_contact
    assert lead.follow_up.state is FollowUpState.NONE
    assert lead.asked_for_contact


@pytest.mark.parametrize(
    "contact", [Contact(), Contact(title="Buyer", country="DE"), Contact(email="noemail@x.com")]
)
def test_a_lead_that_nobody_could_answer_has_no_clock(contact: Contact) -> None:
    assert merged([submission(contact=contact)]).follow_up == FollowUp()


@pytest.mark.parametrize("contact", [Contact(phone="call me"), Contact(first_name="Anna")])
def test_a_lead_of_whom_anything_personal_is_known_keeps_its_clock(contact: Contact) -> None:
    assert merged([submission(contact=contact)]).follow_up.state is FollowUpState.WAITING


def test_test_leads_start_no_clock() -> None:
    lead = merged([submission(test=True)])
    assert lead.test
    assert not lead.do_not_contact
    assert lead.follow_up == FollowUp()


def test_the_clock_is_due_when_the_rules_say() -> None:
    clock = merged([submission()]).follow_up
    assert clock == FollowUp(
        state=FollowUpState.WAITING, clock_started_at=NOON, due_at=NOON + RULES.follow_up_within
    )


def test_a_late_interest_that_was_earlier_sets_the_clock_back() -> None:
    lead = merged([submission("s2", HOUR), submission("s1")])
    assert lead.follow_up.clock_started_at == NOON


def test_a_flagged_lead_stays_overdue_with_new_interests() -> None:
    waiting = merged([submission()])
    overdue = replace(waiting, follow_up=flag(waiting.follow_up, NOON + DAY))
    more = merged([submission("s2", 2 * DAY, action="PLT")], overdue)
    assert more.follow_up == overdue.follow_up


def test_a_follow_up_answers_what_came_before_and_not_what_comes_after() -> None:
    waiting = merged([submission()])
    done = replace(waiting, follow_up=follow_up(waiting.follow_up, NOON + 2 * HOUR, "anna"))
    before = merged([submission("s2", HOUR, action="PLT")], done)
    assert before.follow_up == done.follow_up
    after = merged([submission("s3", 3 * HOUR, action="PLT", offer="restore")], before)
    assert after.follow_up.state is FollowUpState.WAITING
    assert after.follow_up.clock_started_at == NOON + 3 * HOUR


def test_a_repeat_starts_no_clock_again() -> None:
    answered_lead = answered(merged([submission()]), NOON + 2 * HOUR, "anna")
    again = merged([submission("s2", 3 * HOUR)], answered_lead)
    assert again.follow_up == answered_lead.follow_up
    heard_late = answered(
        merged([submission(), submission("s2", 3 * HOUR)]), NOON + 2 * HOUR, "anna"
    )
    assert heard_late.follow_up == answered_lead.follow_up
    assert merged([submission("s3", 27 * HOUR)], again).follow_up == answered_lead.follow_up
    after_the_window = merged([submission("s3", 28 * HOUR)], again)
    assert after_the_window.follow_up.clock_started_at == NOON + 28 * HOUR


def test_a_clock_that_a_repeat_started_is_taken_back_when_its_interest_comes() -> None:
    done = replace(START, follow_up=follow_up(FollowUp(), NOON + HOUR, "anna"))
    repeat, other = submission("s2", 2 * HOUR), submission("s3", 3 * HOUR, action="PLT")
    waiting = merged([repeat, other], done)
    assert waiting.follow_up.clock_started_at == NOON + 2 * HOUR
    assert merged([submission()], waiting).follow_up.clock_started_at == NOON + 3 * HOUR
    assert merged([submission()], merged([repeat], done)).follow_up == done.follow_up


def test_a_repeat_of_an_interest_that_is_kept_no_more_leaves_the_clock() -> None:
    many = [submission(f"s{n:02}", n * HOUR, description=str(n)) for n in range(25)]
    lead = merged([*many, submission("s30", 25 * HOUR, description="24")])
    assert lead.follow_up.clock_started_at == NOON


def test_a_follow_up_that_is_heard_of_late_leaves_what_came_after_it() -> None:
    later = submission("s2", 3 * HOUR, action="PLT")
    lead = answered(merged([submission(), later]), NOON + 2 * HOUR, "anna", "will order")
    assert lead.follow_up == FollowUp(
        state=FollowUpState.WAITING,
        clock_started_at=NOON + 3 * HOUR,
        due_at=NOON + 3 * HOUR + RULES.follow_up_within,
        done_at=NOON + 2 * HOUR,
        done_by="anna",
        outcome="will order",
    )


def test_a_follow_up_answers_everything_up_to_it() -> None:
    history = [submission(), submission("s2", HOUR, action="PLT")]
    for extra in ([], [submission("s3", 3 * HOUR, action="dnc")]):
        lead = answered(merged([*history, *extra]), NOON + HOUR, "anna")
        assert lead.follow_up == FollowUp(
            state=FollowUpState.FOLLOWED_UP, done_at=NOON + HOUR, done_by="anna"
        )


def test_a_follow_up_of_a_lead_whose_clock_stands_starts_none() -> None:
    suppressed = merged([submission()], replace(START, suppressed=True))
    lead = answered(suppressed, NOON - HOUR, "anna")
    assert lead.follow_up.state is FollowUpState.FOLLOWED_UP
    assert lead.follow_up.due_at is None


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(min_value=-1, max_value=13), st.data())
def test_it_does_not_matter_when_a_follow_up_is_heard_of(
    history: list[Submission], eights: int, data: st.DataObject
) -> None:
    at = NOON + 8 * HOUR * eights
    heard = data.draw(st.integers(min_value=1, max_value=len(history)))
    late = answered(merged(history), at, "anna")
    early = merged(history[heard:], answered(merged(history[:heard]), at, "anna"))
    assert late.follow_up.clock_started_at == early.follow_up.clock_started_at
    assert late.follow_up.due_at == early.follow_up.due_at


# What a lead says of itself


@pytest.mark.parametrize(("kind", "anonymous"), [(KeyKind.SUBMISSION, True), (KeyKind.NAME, False)])
def test_a_lead_without_identity_is_anonymous(kind: KeyKind, anonymous: bool) -> None:  # noqa: FBT001
    assert new_lead("l1", kind, submission()).anonymous is anonymous


def test_a_contact_tells_what_was_given() -> None:
    assert Contact(email="a@contoso.com", title="").given() == {"email": "a@contoso.com"}
