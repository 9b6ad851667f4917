"""Clicks become a lead: repeats, tests, do-not-contact, and any order of processing."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

from shared.domain.clock import answered
from shared.domain.envelope import Push
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import Lead
from shared.domain.schedule import GRACE
from shared.ports.leads import EventKind
from tests.examples import acted
from tests.fakes import START
from tests.intake.pushes import OFFICIAL_SAMPLE
from tests.route_lead.relay import DAY, MINUTE, RULES, Relay, push

EMAIL = "zoe@fabrikam.example"
CLICKS = (
    push(1, Email=EMAIL, Title="Engineer", Phone="+49 30 123456"),
    push(2, offer="offer-1", Email=EMAIL, Title="Engineer", Phone="+49 30 123456"),
    push(3, Email=EMAIL.upper(), Title="Manager", Phone="N/A"),
    push(4, Email=EMAIL, FirstName="Zora", Country="DE"),
)


def as_merged(lead: Lead) -> Lead:
    """Return what must not depend on the order: not when and how often the lead was written."""
    return replace(
        lead,
        version=0,
        created_at=lead.interests[0].first.received_at,
        next_due_at=None,
        next_event=0,
        updated_at=None,
    )


async def test_the_order_of_processing_changes_neither_the_lead_nor_what_the_crm_shows() -> None:
    seen = []
    for order in permutations(CLICKS):
        relay = Relay()
        for click in order:
            await relay.take(click)
        seen.append((as_merged(relay.lead), relay.record.values))
    assert all(one == seen[0] for one in seen)
    assert seen[0][0].contact.title == "Manager"
    assert seen[0][0].submissions == len(CLICKS)


async def test_a_repeat_is_recorded_and_not_delivered() -> None:
    relay = Relay()
    await relay.take(push(1, offer="a"))
    routed = await relay.take(push(2, offer="a"))
    assert routed is not None
    assert (routed.version, routed.delivered, routed.postponed) == (1, (), None)
    assert relay.crm.calls == 1
    assert relay.partition.interests["s2"].interest.repeat_of == "s1"
    assert relay.told()[-1] == EventKind.REPEATED


async def test_a_repeat_that_makes_an_older_value_the_newest_is_delivered() -> None:
    relay = Relay()
    await relay.take(push(1, offer="a", Title="Engineer"))
    await relay.take(push(2, offer="b", Title="Manager"))
    await relay.take(push(3, offer="a", Title="Engineer"))
    assert relay.lead.version == 3
    assert relay.record.values["title"] == "Engineer"
    assert relay.record.notes == ["s1", "s2"]


async def test_after_the_window_the_same_click_is_a_new_interest() -> None:
    relay = Relay()
    await relay.take(push(1, offer="a", after=timedelta(0)))
    await relay.take(push(2, offer="a", after=DAY + MINUTE))
    relay.assert_delivered("s1", "s2")
    assert relay.record.notes == ["s1", "s2"]


async def test_only_what_changed_is_sent_so_that_what_sales_corrected_stays() -> None:
    relay = Relay()
    await relay.take(push(1, Title="Engineer", Country="DE"))
    relay.record.values["country"] = "Germany"
    await relay.take(push(2, Title="Manager", Country="DE"))
    assert relay.record.values["title"] == "Manager"
    assert relay.record.values["country"] == "Germany"


def a_test() -> Push:
    return push(1, Email="MSFT_TEST_1@example.com")


async def test_a_test_lead_is_delivered_if_it_is_wanted_and_has_no_clock() -> None:
    relay = Relay()
    await relay.take(a_test())
    relay.assert_delivered("s1")
    assert relay.lead.follow_up.state is FollowUpState.NONE
    assert [lead_id for _, lead_id in relay.index.tests] == [relay.lead.lead_id]


async def test_a_test_lead_is_only_recorded_if_it_is_not_wanted() -> None:
    relay = Relay(rules=replace(RULES, deliver_tests=False))
    routed = await relay.take(a_test())
    assert routed is not None
    assert (routed.delivered, routed.postponed) == ((), None)
    assert relay.partition.stored.deliveries == {}
    assert relay.crm.calls == 0


async def test_a_test_lead_never_touches_a_customer() -> None:
    relay = Relay(rules=replace(RULES, deliver_tests=False))
    await relay.take(push(1))
    await relay.take(push(2, Title="MSFT_TEST_1"))
    assert len(relay.leads.partitions) == 2
    assert [record.notes for record in relay.crm.records] == [["s1"]]


async def test_a_lead_that_nobody_may_contact_is_delivered_and_has_a_row_in_the_index() -> None:
    relay = Relay()
    quiet = push(1)
    body = quiet.body.replace(b"AppSource-INS", b"AppSource-DNC")
    await relay.take(quiet.model_copy(update={"body": body}))
    relay.assert_delivered("s1")
    assert relay.lead.do_not_contact
    assert relay.lead.follow_up.state is FollowUpState.NONE
    assert list(relay.index.due_rows) == [(relay.clock() + GRACE, relay.lead.lead_id)]


async def test_a_new_lead_is_looked_at_first_after_half_an_hour() -> None:
    relay = Relay()
    await relay.take(push(1))
    assert relay.lead.next_due_at == relay.clock() + GRACE == relay.clock() + 30 * MINUTE
    assert list(relay.index.due_rows) == [(relay.lead.next_due_at, relay.lead.lead_id)]
    assert relay.index.recent == {(relay.lead.created_at, relay.lead.lead_id)}


async def test_a_later_look_is_not_put_off_by_another_click() -> None:
    relay = Relay()
    await relay.take(push(1))
    relay.clock.advance(MINUTE)
    await relay.take(push(2))
    assert len(relay.index.due_rows) == 1


async def test_a_click_that_waited_long_brings_its_look_forward() -> None:
    """Its clock started when it came, and has run out by now."""
    relay = Relay()
    await relay.take(push(1))
    late = push(2, after=-DAY + MINUTE)
    await relay.take(late)
    assert relay.lead.next_due_at == late.received_at + DAY
    assert (relay.lead.next_due_at, relay.lead.lead_id) in relay.index.due_rows


async def test_the_push_is_kept_with_its_interest_byte_for_byte() -> None:
    relay = Relay()
    await relay.take(push(1))
    kept = relay.partition.interests["s1"]
    assert (kept.body, kept.content_type) == (push(1).body, "application/json")
    assert kept.interest.version == 1


async def test_the_official_sample_in_other_case_spacing_and_notation_is_a_repeat() -> None:
    relay = Relay()
    sample = json.dumps(OFFICIAL_SAMPLE)
    spelled = (
        sample,
        sample.upper().replace("16175555555", "+1 (617) 555-5555"),
        sample.replace("Contoso", " CONTOSO\\u200b ").replace("USA", "U.S."),
        sample.replace("someone@contoso.com", "Some One <Someone@contoso.com>"),
    )
    for number, body in enumerate(spelled):
        sent = push(number, after=number * MINUTE)
        await relay.take(sent.model_copy(update={"body": body.encode()}))

    assert relay.lead.version == 1
    assert [i.repeats for i in relay.lead.interests] == [3]
    assert relay.crm.calls == 1


async def test_the_same_push_after_an_answer_starts_no_clock() -> None:
    relay = Relay()
    await relay.take(push(1, offer="a"))
    stored = relay.partition.stored
    done = answered(stored.lead, acted(START + 2 * MINUTE))
    relay.partition.stored = replace(stored, lead=done)

    await relay.take(push(3, offer="a"))

    assert relay.lead.submissions == 2
    assert relay.lead.follow_up.state is FollowUpState.FOLLOWED_UP
    assert relay.lead.follow_up.due_at is None


async def test_k1_what_arrives_after_its_answer_still_says_when_it_was_due() -> None:
    relay = Relay()
    await relay.take(push(1, offer="a"))
    stored = relay.partition.stored
    relay.partition.stored = replace(stored, lead=answered(stored.lead, acted(START + 5 * MINUTE)))

    late = push(2, offer="b", after=MINUTE)
    await relay.take(late)

    assert relay.lead.follow_up.due_at is None
    assert relay.partition.interests["s2"].due_at == late.received_at + DAY


async def test_k3_what_nobody_must_answer_has_no_due_time() -> None:
    relay = Relay()
    await relay.take(push(1, FirstName="MSFT_TEST_1"))

    assert relay.partition.interests["s1"].due_at is None
