"""A notice becomes a message by the lead as it is when it is sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.acts import ActSummary, Outcome
from shared.domain.delivery import CrmRecord, Delivery
from shared.domain.follow_up import FollowUp
from shared.domain.lead import Interest, InterestSummary, Lead, Stamp
from shared.domain.notices import Notice, Occasion, Role
from shared.domain.priority import Priority
from shared.domain.rules import Member
from shared.notices.composing import Given, compose, lead_facts
from shared.ports.channels import MessageKind, Said
from tests.examples import interest, lead
from tests.fakes import START
from tests.notices.examples import facts_of, links_of, words
from tests.telling import rules

GIVEN = Given(rules=rules(), deliveries={})


def notice(occasion: Occasion, *, checked: bool = True) -> Notice:
    return Notice(
        recipient=Role.OWNER,
        notice_id="n1",
        occasion=occasion,
        because_of="submission-1",
        created_at=START,
        send_from=START,
        step=1,
        checked=checked,
    )


def did(number: int, action: str = "INS", title: str = "Things") -> InterestSummary:
    stamp = Stamp(START + timedelta(hours=number), f"submission-{number}")
    return InterestSummary(
        first=stamp,
        last=stamp,
        fingerprint=str(number),
        source="",
        action=action,
        publisher="fabrikam",
        offer="things",
        offer_title=title,
    )


def asked(*interests: InterestSummary, done_at: int = 0) -> Lead:
    follow_up = FollowUp(done_at=START + timedelta(hours=done_at) if done_at else None)
    return replace(
        lead(),
        owner="anna",
        team="north",
        interests=interests or (did(1),),
        follow_up=follow_up,
        acts=(),
        tags=(),
        priority=Priority.NORMAL,
        unqualified=(),
    )


@pytest.mark.parametrize(
    ("occasion", "kind", "title"),
    [
        (Occasion.NEW, MessageKind.NEW_LEAD, "New lead: "),
        (Occasion.NO_OWNER, MessageKind.ESCALATION, "Nobody else can take "),
        (Occasion.OVERDUE, MessageKind.REMINDER, "Still not answered: "),
        (Occasion.REMINDER, MessageKind.REMINDER, "Still not answered: "),
        (Occasion.REASSIGNED, MessageKind.REMINDER, "Anna now owns "),
        (Occasion.ESCALATION, MessageKind.ESCALATION, "Anna has not answered "),
        (Occasion.CHECK_IN, MessageKind.CHECK_IN, "Time to check in with "),
    ],
)
def test_each_occasion_has_its_message(occasion: Occasion, kind: MessageKind, title: str) -> None:
    message = compose(notice(occasion), asked(), GIVEN)

    assert (message.id, message.kind) == ("n1", kind)
    assert words(message.title).startswith(title)


def test_a_handover_names_who_had_the_lead_and_whom_only_a_crm_knows() -> None:
    taken = asked()
    outsider = replace(
        taken, owner="crm:005X", follow_up=replace(taken.follow_up, had=("anna", "bob"))
    )
    told = replace(notice(Occasion.REASSIGNED), recipient=Role.TEAM)

    message = compose(told, outsider, GIVEN)

    assert words(message.title).startswith("somebody in crm (005X) now owns ")
    assert words(message.paragraphs[-1]) == "bob had this lead before."
    clock = replace(outsider.follow_up, had=("crm:005Y",))
    from_outside = compose(told, replace(outsider, follow_up=clock), GIVEN)
    assert words(from_outside.paragraphs[-1]) == "somebody in crm (005Y) had this lead before."
    anna = replace(taken, follow_up=replace(taken.follow_up, had=("anna",)))
    assert words(compose(told, anna, GIVEN).paragraphs[-1]) == "Anna had this lead before."


def test_a_draft_to_the_customer_is_not_signed_by_an_id() -> None:
    for owner in ("crm:005X", "left", ""):
        assert lead_facts(replace(asked(), owner=owner), GIVEN).signature == ""
    assert lead_facts(asked(), GIVEN).signature == "Anna"


def test_a_flag_that_could_not_be_checked_says_so() -> None:
    message = compose(notice(Occasion.OVERDUE, checked=False), asked(), GIVEN)
    assert "could not be asked" in words(message.paragraphs[-1])


def test_only_what_came_after_the_last_follow_up_is_told_newest_first() -> None:
    facts = lead_facts(asked(did(1), did(3), did(4, title=""), done_at=2), GIVEN)
    assert [each.offer for each in facts.did] == ["things", "Things"]


def test_all_that_was_asked_is_told_where_nothing_waits() -> None:
    facts = lead_facts(asked(did(1), did(2, action="DNC"), did(3), done_at=5), GIVEN)
    assert len(facts.did) == 2


def test_what_the_customer_wrote_is_told_if_it_is_given() -> None:
    wrote: Interest = interest(1, description="Hello")
    given = replace(GIVEN, interests=(wrote,), details=True)

    assert compose(notice(Occasion.NEW), asked(), given).quote == Said("Hello")
    assert compose(notice(Occasion.NEW), asked(), GIVEN).quote is None


def test_the_record_and_the_page_to_act_are_linked() -> None:
    record = CrmRecord(id="1", url="https://crm.example/1")
    deliveries = {
        "first": Delivery(destination="first"),
        "second": Delivery(destination="second", record=record),
    }
    given = Given(rules=rules(), deliveries=deliveries, act_url="https://relay.example/a")
    links = links_of(compose(notice(Occasion.NEW), asked(), given))

    assert links["Open in the CRM"] == "https://crm.example/1"
    assert links["Say what you did"] == "https://relay.example/a"


def test_priority_and_tags_are_labels() -> None:
    urgent = replace(asked(), priority=Priority.HIGH, tags=("partner",))
    assert facts_of(compose(notice(Occasion.NEW), urgent, GIVEN))["Labels"] == "high, partner"


def test_an_owner_whom_no_team_has_is_told_by_id() -> None:
    foreign = replace(asked(), owner="somebody", team="gone")
    assert facts_of(compose(notice(Occasion.NEW), foreign, GIVEN))["Owner"] == "somebody (North)"


def test_a_check_in_tells_of_the_last_act() -> None:
    act = ActSummary(at=START, by="anna", outcome=Outcome.NO_ANSWER)
    plain = compose(notice(Occasion.CHECK_IN), replace(asked(), acts=(act,)), GIVEN)
    dated = replace(act, at=START + timedelta(hours=2), look_on=START.date())
    today = compose(notice(Occasion.CHECK_IN), replace(asked(), acts=(dated,)), GIVEN)

    assert words(plain.paragraphs[0]).endswith("by anna: no answer.")
    assert words(today.title).startswith("Today: get back to ")


def test_a5_one_who_has_left_and_owns_the_record_is_named_and_the_lead_s_owner_stays() -> None:
    left = replace(notice(Occasion.OWNER_LEFT), because_of="crm|gus")
    gus = replace(rules(), leavers=(Member(id="gus", name="Gus"),))

    named = compose(left, asked(), replace(GIVEN, rules=gus))
    unknown = compose(left, replace(asked(), owner=""), GIVEN)

    assert words(named.title).startswith("Gus has left, and owns ")
    assert words(named.title).endswith(" in crm")
    assert words(named.paragraphs[0]).startswith("The lead stays with Anna.")
    assert words(unknown.title).startswith("gus has left")
    assert words(unknown.paragraphs[0]).startswith("Nobody owns the lead here.")


def test_a_handover_is_yours_only_to_the_one_who_has_the_lead_now() -> None:
    told = notice(Occasion.REASSIGNED)

    for reader, title in (
        ("anna", "Now yours: "),
        ("bo", "Anna now owns "),
        ("", "Anna now owns "),
    ):
        message = compose(told, asked(), replace(GIVEN, reader=reader))
        assert words(message.title).startswith(title)


def test_n6_times_are_in_the_zone_of_the_one_who_reads_them() -> None:
    due = replace(asked(), follow_up=replace(asked().follow_up, due_at=START))

    owners = compose(notice(Occasion.NEW), due, GIVEN)
    managers = compose(notice(Occasion.ESCALATION), due, replace(GIVEN, zone="Asia/Tokyo"))

    assert facts_of(owners)["Answer by"].endswith("UTC")
    assert facts_of(managers)["Answer by"].endswith("18:00 JST")
