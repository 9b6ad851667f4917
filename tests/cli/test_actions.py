import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.bootstrap import utc_now
from shared.domain.acts import Act, Outcome
from shared.domain.envelope import Deliver
from shared.domain.errors import CrmUnavailableError
from shared.domain.follow_up import FollowUpState
from shared.domain.rules import rules_without_file
from shared.operations.actions import (
    deliver_pending,
    record_follow_up,
    release,
    release_all,
    undo_follow_up,
)
from shared.operations.errors import RefusedError, UsageError
from shared.operations.listing import LeadState, listed
from shared.ports.leads import StoredLead
from tests.cli.account import DAY, Account


async def follow_up(account: Account, stored: StoredLead, ago: timedelta) -> StoredLead:
    now = utc_now()
    act = Act(said_at=now - ago, seen_at=now, by="anna", outcome=Outcome.WON, note="called")
    return await record_follow_up(account.stores, stored, act, rules_without_file())


async def due_leads(account: Account, at: timedelta) -> list[str]:
    return [row.lead_id for row in await account.stores.index.due(utc_now() + at, limit=100)]


async def test_a_parked_lead_that_is_released_is_delivered(account: Account) -> None:
    stored = await account.parked("zoe@example.com")

    assert await release(account.stores, stored) == ["crm"]
    await account.route_queued()

    after = await account.stores.lead("zoe@example.com")
    assert after.deliveries["crm"].delivered_version == after.lead.version
    assert len(account.crm.records) == 1


async def test_a_lead_with_nothing_parked_is_refused(account: Account) -> None:
    stored = await account.push("zoe@example.com")

    with pytest.raises(RefusedError, match=f"lead {stored.lead.lead_id} has nothing parked"):
        await release(account.stores, stored)

    assert await account.queued() == []


async def test_released_while_route_lead_is_at_it_a_parked_lead_is_delivered_once(
    account: Account,
) -> None:
    parked = await account.parked("zoe@example.com")
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def slow_crm(request: str) -> None:
        if request == "crm.upsert":
            under_way.set()
            await go_on.wait()

    account.crm.gate = slow_crm
    await release(account.stores, parked)
    [released] = await account.queued()
    at_work = asyncio.create_task(account.route(released))
    await under_way.wait()

    await release(account.stores, parked)
    again = [await account.route(text) for text in await account.queued()]
    go_on.set()
    first = await at_work
    await account.route(Deliver(lead_id=parked.lead.lead_id, attempt=1).to_text())

    assert first is not None
    assert first.delivered == ("crm",)
    assert [routed.delivered for routed in again if routed] == [()]
    [crm_record] = account.crm.records
    assert (crm_record.updates, account.crm.calls) == (1, 2)
    events = await account.stores.histories.events(parked.lead.lead_id)
    assert [event.kind for event in events] == ["recorded", "parked", "released", "delivered"]


async def test_all_that_is_parked_is_released_and_nothing_else(account: Account) -> None:
    await account.push("delivered@example.com")
    for number in range(3):
        await account.parked(f"parked{number}@example.com")

    assert len([stored async for stored in release_all(account.stores)]) == 3
    await account.route_queued()

    assert [stored async for stored in listed(account.stores, states=[LeadState.PARKED])] == []
    assert len(account.crm.records) == 4


async def test_pending_leads_are_tried_before_their_time(account: Account) -> None:
    await account.push("delivered@example.com")
    account.crm.fails.append(CrmUnavailableError("503", retry_after=timedelta(days=3)))
    pending = await account.push("pending@example.com")
    assert pending.deliveries["crm"].delivered_version == 0

    assert len([stored async for stored in deliver_pending(account.stores)]) == 1
    await account.route_queued()

    after = await account.stores.lead("pending@example.com")
    assert after.deliveries["crm"].delivered_version == 1


async def test_a_follow_up_stops_the_clock_and_is_told_in_the_audit_trail(
    account: Account,
) -> None:
    stored = await account.push("zoe@example.com", at=utc_now() - 2 * DAY)
    await account.sweep()
    overdue = await account.stores.lead("zoe@example.com")
    assert overdue.lead.follow_up.state is FollowUpState.OVERDUE

    after = await follow_up(account, overdue, timedelta(0))

    assert (after.lead.follow_up.state, after.lead.follow_up.outcome) == ("followed_up", "won")
    events = await account.stores.histories.events(stored.lead.lead_id)
    assert (events[-1].kind, events[-1].detail) == ("followed_up", "anna; won; called")
    assert [lead async for lead in listed(account.stores, states=[LeadState.OVERDUE])] == []


async def test_what_came_after_the_follow_up_starts_the_clock_again(account: Account) -> None:
    await account.push("zoe@example.com", at=utc_now() - timedelta(hours=5))
    stored = await account.push("zoe@example.com", OfferTitle="Other things")
    newest = max(interest.first.received_at for interest in stored.lead.interests)

    after = await follow_up(account, stored, timedelta(hours=1))

    clock = after.lead.follow_up
    assert (clock.state, clock.clock_started_at) == (FollowUpState.WAITING, newest)
    assert clock.due_at == newest + DAY
    assert after.lead.lead_id in await due_leads(account, 2 * DAY)


async def test_an_overdue_lead_that_nobody_would_look_at_is_due_again_once_its_clock_runs(
    account: Account,
) -> None:
    account.crm.tells_follow_up = False
    await account.push("zoe@example.com", at=utc_now() - 3 * DAY)
    await account.sweep()
    stored = await account.push("zoe@example.com", OfferTitle="Other things")
    assert stored.lead.follow_up.state is FollowUpState.OVERDUE

    after = await follow_up(account, stored, timedelta(hours=1))
    await account.sweep(2 * DAY)

    assert after.lead.follow_up.state is FollowUpState.WAITING
    flagged = await account.stores.lead("zoe@example.com")
    assert flagged.lead.follow_up.state is FollowUpState.OVERDUE


async def test_a_lead_that_was_changed_meanwhile_is_followed_up_as_it_is_now(
    account: Account,
) -> None:
    read_before = await account.push("zoe@example.com", at=utc_now() - timedelta(hours=5))
    await account.push("zoe@example.com", OfferTitle="Other things")

    after = await follow_up(account, read_before, timedelta(0))

    assert after.lead.submissions == 2
    assert after.lead.follow_up.state is FollowUpState.FOLLOWED_UP


async def test_a_follow_up_that_makes_no_sense_is_refused(account: Account) -> None:
    nobody = await account.push("nobody@example.com", ActionCode="DNC")
    test = await account.push("MSFT_TEST_1@example.com")
    stored = await account.push("zoe@example.com", at=utc_now() - DAY)

    with pytest.raises(RefusedError, match="awaits no follow-up: nobody may contact the customer"):
        await follow_up(account, nobody, timedelta(0))
    with pytest.raises(RefusedError, match="awaits no follow-up: it is a test lead"):
        await follow_up(account, test, timedelta(0))
    with pytest.raises(UsageError, match="is still to come"):
        await follow_up(account, stored, -timedelta(hours=1))


async def test_a_follow_up_that_is_told_late_is_one_and_moves_nothing(account: Account) -> None:
    stored = await account.push("zoe@example.com", at=utc_now() - DAY)
    done = await follow_up(account, stored, timedelta(hours=1))

    after = await follow_up(account, done, timedelta(hours=2))

    assert after.lead.follow_up == done.lead.follow_up
    assert len(after.lead.acts) == 2


async def test_k1_an_act_that_is_older_than_all_that_a_lead_keeps_is_a_row_and_told_once(
    account: Account,
) -> None:
    stored = await account.push("zoe@example.com", at=utc_now() - 2 * DAY)
    for minutes in range(20):
        stored = await follow_up(account, stored, timedelta(minutes=minutes))
    now, rules = utc_now(), rules_without_file()
    late = Act(said_at=now - DAY, seen_at=now, by="carl")

    after = stored
    for _ in range(2):
        after = await record_follow_up(account.stores, after, late, rules)

    lead_id = stored.lead.lead_id
    assert late.act_id in await account.stores.leads.act_ids(lead_id)
    assert after.lead.follow_up == stored.lead.follow_up
    assert after.lead.acts == stored.lead.acts
    events = await account.stores.histories.events(lead_id)
    assert [event.kind for event in events].count("followed_up") == 21


async def test_f2_the_same_follow_up_twice_is_one_row_and_one_event(account: Account) -> None:
    stored = await account.push("zoe@example.com", at=utc_now() - DAY)
    now = utc_now()
    act = Act(said_at=now - timedelta(hours=1), seen_at=now, by="anna")

    rules = rules_without_file()
    once = await record_follow_up(account.stores, stored, act, rules)
    twice = await record_follow_up(account.stores, once, replace(act, seen_at=utc_now()), rules)

    assert twice == once
    events = await account.stores.histories.events(stored.lead.lead_id)
    assert [event.kind for event in events].count("followed_up") == 1


async def test_a_follow_up_that_is_withdrawn_was_never_done(account: Account) -> None:
    stored = await account.push("zoe@example.com", at=utc_now() - 2 * DAY)
    done = await follow_up(account, stored, timedelta(hours=1))

    after, withdrawn = await undo_follow_up(account.stores, done, rules_without_file())

    assert withdrawn.by == "anna"
    clock = after.lead.follow_up
    assert (clock.state, clock.done_at) == (FollowUpState.WAITING, None)
    assert clock.due_at == stored.lead.follow_up.due_at
    await account.sweep()
    flagged = await account.stores.lead("zoe@example.com")
    assert flagged.lead.follow_up.state is FollowUpState.OVERDUE
    with pytest.raises(RefusedError, match="has no follow-up that could be withdrawn"):
        await undo_follow_up(account.stores, flagged, rules_without_file())


async def test_who_followed_up_with_which_outcome_and_note_is_shown(account: Account) -> None:
    await follow_up(account, await account.push("zoe@example.com"), timedelta(0))

    told = await account.command("show", "zoe@example.com")
    as_json = (await account.command("show", "zoe@example.com", "--json")).json

    assert "UTC by anna: won; called\n" in told.out
    found = [as_json[f"follow{name}"] for name in ("ed_up_by", "_up_outcome", "_up_note")]
    assert found == ["anna", "won", "called"]
