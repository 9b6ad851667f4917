"""What sales does on a record is left alone, and seen; what the marketplace says arrives whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.faults import Fault
from shared.ports.crm import Changed, Reminder
from shared.ports.leads import EventKind
from tests.crm_contract.subjects import ANYWHERE, Feature, having
from tests.crm_contract.world import CUSTOMER, World

LONG = {**CUSTOMER, "FirstName": "Z" * 300, "Company": "株式会社 " * 150, "Title": "🙂" * 500}
UNICODE = {
    **CUSTOMER,
    "FirstName": "Zoë 🙂",
    "LastName": 'O\'Hara "Ω" <b>&amp; Söhne\\',
    "Company": "株式会社ファブリカム 🇯🇵; DROP",
    "Title": "Chef d'équipe, עברית",
}
FIELDS = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Company": "company",
    "Title": "title",
}


@having(Feature.SALES)
async def test_an_update_leaves_owner_and_status_to_sales(world: World) -> None:
    await world.push()
    await world.rest()
    before = await world.the_record()
    world.subject.behind.sales_owns(before.record_id, "anna", "Working")
    owned = await world.the_record()

    await world.push({**CUSTOMER, "Phone": "+49 89 7654321", "Title": "Boss"})
    await world.rest()

    record = await world.the_record()
    assert (record.owner, record.status) == (owned.owner, owned.status)
    assert record.owner != before.owner
    assert record.values["title"] == "Boss"


@having(Feature.SALES)
async def test_what_sales_corrected_stays_when_the_old_value_comes_again(world: World) -> None:
    await world.push()
    await world.rest()
    [record] = await world.subject.records()
    world.subject.behind.sales_corrects(record.record_id, "last_name", "O’Hara-Müller")

    await world.push({**CUSTOMER, "Title": "Boss"})
    await world.rest()

    record = await world.the_record()
    assert record.values["last_name"] == "O’Hara-Müller"
    assert record.values["title"] == "Boss"


@having(Feature.FLAGS)
async def test_do_not_contact_is_flagged_on_a_new_record_and_never_cleared(world: World) -> None:
    await world.push(action="DNC")
    await world.rest()
    assert (await world.the_record()).do_not_contact

    await world.push(action="PLT")
    await world.rest()

    assert not world.lead.do_not_contact
    assert (await world.the_record()).do_not_contact


@having(Feature.FLAGS)
async def test_do_not_contact_is_flagged_when_it_becomes_so(world: World) -> None:
    await world.push()
    await world.rest()
    assert not (await world.the_record()).do_not_contact

    suppressed = replace(world.lead, suppressed=True, version=2)
    nothing_else = Changed(record=world.record, fields=frozenset(), interests=[])
    await world.crm.upsert(suppressed, nothing_else, uncertain=False)

    assert (await world.the_record()).do_not_contact


@ANYWHERE
async def test_a_lead_that_may_be_contacted_has_no_flag(world: World) -> None:
    await world.push()
    await world.rest()

    assert not (await world.the_record()).do_not_contact


@ANYWHERE
async def test_what_the_customer_wrote_arrives_in_any_script(world: World) -> None:
    await world.push(UNICODE, description="„Grüße“ – 你好 🙂\n\tzweite Zeile <script>\\n")
    await world.rest()

    record = await world.the_record()
    for theirs, ours in FIELDS.items():
        assert record.values[ours] == UNICODE[theirs]


@ANYWHERE
async def test_values_that_are_too_long_are_cut_and_nothing_of_the_words_is_lost(
    world: World,
) -> None:
    words = "".join(f"{number:05d} and so on; " for number in range(500))
    await world.push(LONG, description=words.strip())
    await world.rest()

    record = await world.the_record()  # with all of the words, wherever they are
    [delivered] = world.told(EventKind.DELIVERED)
    cut = [ours for theirs, ours in FIELDS.items() if record.values[ours] != LONG[theirs].strip()]
    for ours in cut:
        assert record.values[ours].endswith("…")
    assert (" cut to " in delivered.detail) == bool(cut)
    assert bool(cut) == (Feature.LENGTHS in world.features)


@having(Feature.FOLLOW_UP)
async def test_what_sales_did_is_seen_and_what_we_did_is_not(world: World) -> None:
    await world.push()
    await world.rest()
    await world.push()  # a note of ours is no follow-up
    await world.rest()
    question = world.question()
    assert await world.crm.follow_ups([question]) == {}

    world.subject.behind.sales_acts(world.record.id)

    seen = await world.crm.follow_ups([question])
    assert list(seen) == [world.lead.lead_id]
    at = seen[world.lead.lead_id].at
    assert at
    assert at > question.since


@having(Feature.DELETES)
async def test_a_deleted_record_is_made_anew_when_the_customer_comes_again(world: World) -> None:
    await world.push()
    await world.rest()
    world.subject.behind.sales_deletes(world.record.id)
    assert await world.subject.records() == []

    await world.push()
    await world.push()
    await world.rest()

    [record] = await world.subject.records()
    assert record.record_id == world.record.id
    assert record.values["last_name"] == CUSTOMER["LastName"]
    assert world.missing(record) == [world.pushed[0]]  # it was deleted with the record
    assert world.delivery.delivered_version == world.lead.version
    assert sum("re-created" in event.detail for event in world.told(EventKind.DELIVERED)) == 1


@having(Feature.DELETES)
@pytest.mark.parametrize("lost", [Fault.CUT_AFTER, Fault.HALF_A_BODY, Fault.UNAVAILABLE_AFTER])
async def test_that_a_record_was_re_created_is_told_even_if_the_answer_was_lost(
    world: World, lost: Fault
) -> None:
    await world.push()
    await world.rest()
    before = world.record.id
    behind = world.subject.behind
    behind.sales_deletes(before)
    behind.write_faults.append(lost)
    if isinstance(behind, DynamicsServer):  # whose times are whole seconds
        behind.now = datetime.now(UTC) + timedelta(minutes=1)

    await world.push()
    await world.rest()

    [record] = await world.subject.records()
    assert record.record_id == world.record.id
    told = [event.detail for event in world.told(EventKind.DELIVERED)]
    assert [f"record {before} was deleted there: re-created" in detail for detail in told] == [
        False,
        True,
    ]


@having(Feature.DELETES)
async def test_that_a_record_was_deleted_is_no_follow_up(world: World) -> None:
    await world.push()
    await world.rest()
    question = world.question()

    world.subject.behind.sales_deletes(world.record.id)

    assert await world.crm.follow_ups([question]) == {}


@having(Feature.REMINDERS)
async def test_a_reminder_that_is_ticked_off_is_no_follow_up(world: World) -> None:
    await world.push()
    await world.rest()
    reminder_id = await world.crm.remind(world.lead, world.record, a_reminder(world))

    world.subject.behind.sales_ticks_off(reminder_id)

    assert await world.crm.follow_ups([world.question()]) == {}


@having(Feature.REMINDERS)
async def test_a_reminder_sent_twice_is_one_and_no_follow_up(world: World) -> None:
    await world.push()
    await world.rest()

    first = await world.crm.remind(world.lead, world.record, a_reminder(world))
    second = await world.crm.remind(world.lead, world.record, a_reminder(world))

    assert first
    assert first == second
    assert world.subject.reminders() == 1
    assert await world.crm.follow_ups([world.question()]) == {}
    await world.the_record()


def a_reminder(world: World) -> Reminder:
    return Reminder(
        reminder_id="r" * 32,
        subject="Nobody has answered Zoë O'Hara",
        text="It has been a day.",
        due_at=world.clock() + timedelta(hours=1),
    )
