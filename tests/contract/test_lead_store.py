"""The port ``LeadStore``, in memory and on Azurite."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.delivery import Delivery
from shared.domain.errors import AlreadyRecordedError, StaleLeadError
from shared.domain.follow_up import stop_clock
from shared.domain.notices import Occasion, Role, new_notice
from shared.domain.schedule import GRACE
from shared.domain.whole import ToldInterest
from shared.ports.leads import EventKind, LeadChange, StoredLead
from tests.contract.subjects import Leads
from tests.examples import (
    LEAD_ID,
    OTHER_LEAD_ID,
    acted,
    change,
    delivery,
    interest,
    lead,
    recorded,
    told,
)
from tests.fakes import START

AT_ONCE = 60


async def create(leads: Leads, new: LeadChange | None = None) -> StoredLead:
    return await leads.store.commit(new or change(new=recorded(1), events=[told()]))


async def test_a_lead_that_is_not_there_is_none(leads: Leads) -> None:
    assert await leads.store.read(LEAD_ID) is None
    assert await leads.store.interests(LEAD_ID, after_version=0) == []


async def test_a_lead_is_read_as_it_was_written(leads: Leads) -> None:
    new = change(
        deliveries=[delivery(), delivery("hubspot")],
        new=recorded(1),
        events=[told()],
    )

    written = await create(leads, new)

    assert await leads.store.read(LEAD_ID) == written
    assert written.lead == replace(lead(), next_event=2, updated_at=new.at)
    assert written.deliveries == {"azure_table": delivery(), "hubspot": delivery("hubspot")}
    assert await leads.store.interests(LEAD_ID, after_version=0) == [interest(1)]
    assert await leads.store.read(OTHER_LEAD_ID) is None


async def test_deliveries_that_a_change_does_not_name_stay(leads: Leads) -> None:
    first = await create(leads, change(deliveries=[delivery(), delivery("hubspot")]))
    moved = replace(delivery(), attempts=9)

    after = await leads.store.commit(change(first, deliveries=[moved]))

    assert after.deliveries == {"azure_table": moved, "hubspot": delivery("hubspot")}
    assert await leads.store.read(LEAD_ID) == after


async def test_what_a_change_empties_is_empty(leads: Leads) -> None:
    first = await create(leads, change(deliveries=[delivery()]))
    emptied = replace(delivery(), record=None, claim_id="", claim_ends_at=None, sent=(), attempts=0)
    answered = replace(first.lead, follow_up=stop_clock(first.lead.follow_up))
    without_due = replace(answered, next_due_at=None, contact_stamps={}, tags=())

    after = await leads.store.commit(change(first, changed=without_due, deliveries=[emptied]))

    assert await leads.store.read(LEAD_ID) == after
    assert after.lead.next_due_at is None
    assert after.deliveries["azure_table"].record is None


async def test_a_lead_that_is_behind_or_waits_is_looked_at_again_whatever_the_change_says(
    leads: Leads,
) -> None:
    stopped = replace(lead(), follow_up=stop_clock(lead().follow_up), next_due_at=None)
    waiting = replace(lead(OTHER_LEAD_ID), next_due_at=None)
    new = change(changed=stopped, deliveries=[Delivery(destination="azure_table")])

    behind = await create(leads, new)
    waits = await create(leads, change(changed=waiting))

    assert behind.lead.next_due_at == new.at + GRACE
    assert waits.lead.next_due_at == waiting.follow_up.due_at
    assert [await leads.store.read(s.lead.lead_id) for s in (behind, waits)] == [behind, waits]


async def test_a_change_is_known_again_in_what_it_wrote_and_no_other_is(leads: Leads) -> None:
    first = await create(leads, change(deliveries=[delivery(), delivery("hubspot")]))
    ours, others = change(first, deliveries=[delivery()]), change(first, events=[told()])
    await leads.store.commit(ours)
    stored = await leads.store.read(LEAD_ID)
    assert stored is not None
    assert (ours.is_in(stored), others.is_in(stored)) == (True, False)

    await leads.store.commit(change(stored, deliveries=[delivery("hubspot")]))
    stored = await leads.store.read(LEAD_ID)
    assert stored is not None
    assert ours.is_in(stored)


async def test_a_change_of_a_notice_alone_is_known_again_after_another_change(
    leads: Leads,
) -> None:
    first = await create(leads)
    notice = new_notice(
        LEAD_ID,
        recipient=Role.OWNER,
        occasion=Occasion.NEW,
        because_of="s1",
        now=START,
        send_from=START,
    )
    ours = replace(change(first), notices={"owner": notice})
    after = await leads.store.commit(ours)
    await leads.store.commit(change(after, events=[told()]))

    stored = await leads.store.read(LEAD_ID)

    assert stored is not None
    assert ours.is_in(stored)
    assert not replace(ours, notices={"owner": replace(notice, step=1)}).is_in(stored)


async def test_a_change_of_what_is_no_longer_stored_is_stale(leads: Leads) -> None:
    first = await create(leads)
    second = await leads.store.commit(change(first))

    with pytest.raises(StaleLeadError, match=LEAD_ID):
        await leads.store.commit(change(first, deliveries=[delivery()], new=recorded(2)))

    assert await leads.store.read(LEAD_ID) == second
    assert await leads.store.interests(LEAD_ID, after_version=0) == [interest(1)]


async def test_a_lead_that_is_there_can_not_be_created(leads: Leads) -> None:
    first = await create(leads)

    with pytest.raises(StaleLeadError, match=LEAD_ID):
        await leads.store.commit(change(new=recorded(2)))

    assert await leads.store.read(LEAD_ID) == first
    assert await leads.store.interests(LEAD_ID, after_version=0) == [interest(1)]


async def test_a_lead_that_is_not_there_can_not_be_changed(leads: Leads) -> None:
    elsewhere = await create(leads)
    gone = replace(elsewhere, lead=lead(OTHER_LEAD_ID))

    with pytest.raises(StaleLeadError, match=OTHER_LEAD_ID):
        await leads.store.commit(change(gone))

    assert await leads.store.read(OTHER_LEAD_ID) is None


async def test_an_interest_is_recorded_once_and_nothing_of_the_rest_is_written(
    leads: Leads,
) -> None:
    first = await create(leads)

    with pytest.raises(AlreadyRecordedError, match=LEAD_ID):
        await leads.store.commit(
            change(first, deliveries=[delivery()], new=recorded(1), events=[told()])
        )

    assert await leads.store.read(LEAD_ID) == first
    assert await leads.events(LEAD_ID) == [(1, told())]


async def test_a_stale_change_is_stale_even_if_its_interest_is_recorded(leads: Leads) -> None:
    first = await create(leads)
    await leads.store.commit(change(first))

    with pytest.raises(StaleLeadError, match=LEAD_ID):
        await leads.store.commit(change(first, new=recorded(1)))
    with pytest.raises(StaleLeadError, match=LEAD_ID):
        await leads.store.commit(change(new=recorded(1)))


async def test_one_of_many_changes_of_the_same_state_is_written(leads: Leads) -> None:
    first = await create(leads)
    changes = [
        change(first, changed=replace(first.lead, tags=(str(n),)), new=recorded(n), events=[told()])
        for n in range(2, AT_ONCE + 2)
    ]

    done = await asyncio.gather(*map(leads.store.commit, changes), return_exceptions=True)

    [after] = [one for one in done if isinstance(one, StoredLead)]
    assert [type(one) for one in done].count(StaleLeadError) == AT_ONCE - 1
    assert await leads.store.read(LEAD_ID) == after
    winner = interest(int(after.lead.tags[0]))
    assert await leads.store.interests(LEAD_ID, after_version=0) == [interest(1), winner]
    assert await leads.events(LEAD_ID) == [(1, told()), (2, told())]


async def test_one_of_many_creates_the_lead(leads: Leads) -> None:
    changes = [change(new=recorded(n)) for n in range(1, 21)]

    done = await asyncio.gather(*map(leads.store.commit, changes), return_exceptions=True)

    assert [type(one) for one in done].count(StaleLeadError) == len(changes) - 1
    assert len(await leads.store.interests(LEAD_ID, after_version=0)) == 1


async def test_events_are_numbered_on_in_their_order(leads: Leads) -> None:
    parked, released = told(EventKind.PARKED, "“no”"), told(EventKind.RELEASED)
    first = await create(leads, change(events=[told(), parked]))
    second = await leads.store.commit(change(first))
    third = await leads.store.commit(change(second, events=[released]))

    assert await leads.events(LEAD_ID) == [(1, told()), (2, parked), (3, released)]
    assert third.lead.next_event == 4


async def test_interests_come_oldest_first_without_repeats(leads: Leads) -> None:
    stored = await create(leads, change(new=recorded(3)))
    for new in (recorded(2), recorded(5, repeat_of="submission-2"), recorded(10), recorded(4)):
        stored = await leads.store.commit(change(stored, new=new))

    async def versions(after: int) -> list[int]:
        return [i.version for i in await leads.store.interests(LEAD_ID, after_version=after)]

    assert await versions(0) == [2, 3, 4, 10]
    assert await versions(3) == [4, 10]
    assert await versions(10) == []


@pytest.mark.parametrize(
    "description",
    [
        "x" * 32_768,
        "ü" * 32_768,
        "🙂" * 16_384,
        "“a\"b'c\\d”\n\te\n" * 2_000,
    ],
    ids=["long", "two bytes a letter", "four", "quotes and lines"],
)
async def test_a_long_description_is_kept_whole(leads: Leads, description: str) -> None:
    long = replace(recorded(1), interest=interest(1, description=description))

    await create(leads, change(new=long))

    [read] = await leads.store.interests(LEAD_ID, after_version=0)
    assert read.submission.description == description


async def test_a_body_of_32_kib_is_kept(leads: Leads) -> None:
    stored = await create(leads, change(new=recorded(1, body=bytes(range(256)) * 128)))

    assert await leads.store.read(LEAD_ID) == stored


async def test_an_event_number_that_is_taken_is_no_sign_of_a_recorded_push(leads: Leads) -> None:
    """After a backup was restored over newer rows, the lead counts its events anew."""
    first = await create(leads)
    second = change(first, new=recorded(2), events=[told()])
    counted_anew = replace(second, lead=replace(second.lead, next_event=1))

    after = await leads.store.commit(counted_anew)

    assert after.lead.next_event == 2
    assert len(await leads.store.interests(LEAD_ID, after_version=0)) == 2


async def test_k1_the_ids_of_acts_are_those_of_their_rows(leads: Leads) -> None:
    stored = await create(leads)
    acts = [acted(START), acted(START + timedelta(hours=1), "bo")]
    await leads.store.commit(replace(change(stored), acts=acts))

    assert set(await leads.store.act_ids(LEAD_ID)) == {act.act_id for act in acts}
    assert not await leads.store.act_ids(OTHER_LEAD_ID)


async def test_c1_rows_of_interests_have_due_times_and_repeats_and_so_many_at_most(
    leads: Leads,
) -> None:
    one = replace(recorded(1), due_at=START)
    stored = await create(leads, change(new=one))
    repeat = replace(recorded(2), interest=replace(interest(2), repeat_of="s1"))
    await leads.store.commit(change(stored, new=repeat))

    rows = await leads.store.interest_rows(LEAD_ID, most=1_000)

    assert rows == [
        ToldInterest(interest=interest(1), due_at=START),
        ToldInterest(interest=repeat.interest, due_at=repeat.due_at),
    ]
    assert await leads.store.interest_rows(LEAD_ID, most=1) == rows[:1]
    assert await leads.store.interest_rows(OTHER_LEAD_ID, most=1) == []
