"""From one CRM to another: the old one is retired, the new one gets what it lacks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nurture_timer.nurture import sweep
from shared.bootstrap import utc_now
from shared.domain.envelope import Deliver
from shared.domain.retired import InUse
from shared.domain.rules import rules_without_file
from shared.operations.actions import release
from shared.operations.back_fill import BackFill, carry_out, look
from shared.operations.errors import RefusedError
from shared.operations.status import status
from shared.ports.index import Doing, Trouble
from tests.cli.account import DAY, Account
from tests.fakes import FakeCrm, FakeDestinations

MINUTE = timedelta(minutes=1)


async def moved(account: Account, *names: str) -> Account:
    """Sweep, then name other destinations in the settings of the app, and sweep again."""
    before = replace(account.sweeping, in_use=InUse(frozenset({"crm"})))
    await sweep(utc_now(), before)
    crms = {"crm": account.crm, "new": FakeCrm()}
    ports, rules = account.taking.routing()
    routing = replace(ports, destinations=FakeDestinations(crms))
    used = replace(
        account,
        taking=replace(
            account.taking, routing=lambda: (routing, replace(rules, destinations=names))
        ),
        sweeping=replace(account.sweeping, in_use=InUse(frozenset(names))),
    )
    await used.sweep()
    return used


async def states(account: Account, email: str) -> dict[str, str]:
    told = await account.command("show", email, "--json")
    return {one["name"]: one["state"] for one in told.json["destinations"]}


async def test_a_retired_destination_is_shown_and_counted_and_gives_no_trouble(
    account: Account,
) -> None:
    await account.push("zoe@example.com")
    await account.parked("max@example.com")
    used = await moved(account, "new")
    trouble = Trouble(destination="crm", doing=Doing.DELIVER, reason="401", at=utc_now())
    await account.stores.index.put_trouble(trouble)

    await used.push("zoe@example.com", OfferTitle="Another offer")

    view = await status(account.stores)
    assert [dict(one) for one in view.retired] == [{"destination": "crm", "leads": 2}]
    assert (view.leads.parked, view.troubles, view.warnings) == (0, [], [])
    assert await states(account, "zoe@example.com") == {"crm": "retired", "new": "delivered"}
    assert await states(account, "max@example.com") == {"crm": "retired"}
    assert [one["delivery"] for one in await account.listed()] == ["retired", "delivered"]
    assert len(await account.listed("--state", "retired")) == 2
    assert await account.listed("--state", "parked") == []
    assert await account.listed("--state", "pending") == []
    told = await account.command("status")
    assert "retired crm         2 leads left as they are" in told.out


async def test_what_is_parked_at_a_retired_destination_is_not_released(account: Account) -> None:
    stored = await account.parked("max@example.com")
    await moved(account, "new")

    with pytest.raises(RefusedError, match="has nothing parked; crm is no longer in use"):
        await release(account.stores, stored)


async def test_a_new_destination_gets_the_leads_that_it_lacks_once(account: Account) -> None:
    await account.push("old@example.com", at=utc_now() - 3 * DAY)
    await account.push("zoe@example.com")
    used = await moved(account, "new")
    await used.push("later@example.com")
    await used.push("MSFT_TEST_1@test.com")

    dry = await account.command("deliver", "--to", "new", "--dry-run")
    assert dry.out == "new: 2 lacking, 2 there already\n"
    assert await used.queued() == []

    told = await account.command("deliver", "--to", "new", "--per-minute", "600")
    assert told.out.endswith("2 leads queued for new\n")
    for email in ("old@example.com", "zoe@example.com"):
        message = Deliver(lead_id=(await account.stores.lead(email)).lead.lead_id)
        await used.route(message.to_text())

    assert await states(account, "old@example.com") == {"crm": "retired", "new": "delivered"}
    assert await states(account, "zoe@example.com") == {"crm": "retired", "new": "delivered"}
    done = await account.command("deliver", "--to", "new")
    assert done.out == "new: 0 lacking, 4 there already\n"


async def queued(account: Account, found: BackFill, per_minute: int) -> list[str]:
    return [one async for one in carry_out(account.stores, found, per_minute=per_minute)]


async def test_leads_take_turns_and_what_has_its_turn_is_not_queued_twice(
    account: Account,
) -> None:
    for number in range(3):
        await account.push(f"zoe{number}@example.com", at=utc_now() - number * DAY)
    await moved(account, "new")

    found = await look(account.stores, "new", since=None, rules=rules_without_file())
    started_at = utc_now()
    assert await queued(account, found, per_minute=1) == found.lacking

    leads = [await account.stores.lead(lead_id) for lead_id in found.lacking]
    turns = [lead.deliveries["new"].next_attempt_at for lead in leads]
    assert [round((at - started_at) / MINUTE) for at in turns if at] == [0, 1, 2]
    again = await look(account.stores, "new", since=None, rules=rules_without_file())
    assert (again.lacking, again.under_way) == (found.lacking[:1], 2)


async def test_whoever_breaks_off_goes_on_with_the_rest(account: Account) -> None:
    for number in range(3):
        await account.push(f"zoe{number}@example.com")
    await moved(account, "new")
    found = await look(account.stores, "new", since=None, rules=rules_without_file())

    one = BackFill("new", lacking=found.lacking[:1])
    assert len(await queued(account, one, per_minute=1)) == 1

    again = await look(account.stores, "new", since=None, rules=rules_without_file())
    assert set(found.lacking[1:]) <= set(again.lacking)


async def test_only_leads_since_a_time_are_wanted(account: Account) -> None:
    await account.push("old@example.com", at=utc_now() - 3 * DAY)
    new = await account.push("zoe@example.com")
    await moved(account, "new")

    found = await look(account.stores, "new", since=utc_now() - DAY, rules=rules_without_file())

    assert found.lacking == [new.lead.lead_id]


async def test_a_lead_whose_message_is_lost_is_queued_by_the_sweep(account: Account) -> None:
    await account.push("zoe@example.com")
    used = await moved(account, "new")
    await queued(
        account,
        await look(account.stores, "new", since=None, rules=rules_without_file()),
        per_minute=60,
    )
    await used.queued()

    await used.sweep(after=DAY)

    assert len(await used.queued()) == 1


async def test_a_destination_of_which_the_app_does_not_know_gets_nothing(account: Account) -> None:
    await account.push("zoe@example.com")

    with pytest.raises(RefusedError, match="no sweep of this version has said yet"):
        await look(account.stores, "new", since=None, rules=rules_without_file())
    await moved(account, "crm")
    with pytest.raises(RefusedError, match="delivers to crm, not to new: name it in CRM first"):
        await look(account.stores, "new", since=None, rules=rules_without_file())


async def test_a_back_fill_that_would_outlast_its_messages_is_refused(account: Account) -> None:
    found = BackFill("new", lacking=["a"] * 20_000)

    with pytest.raises(RefusedError, match="more than 6 days: use --per-minute 3 or more"):
        await queued(account, found, per_minute=1)


@pytest.mark.parametrize(
    "given", [[], ["--pending", "--to", "new"], ["--pending", "--since", "2d ago"]]
)
async def test_one_way_to_deliver_is_named(account: Account, given: list[str]) -> None:
    told = await account.command("deliver", *given)

    assert told.code == 2
    assert "--to NAME" in told.err


async def test_a_lead_whose_rule_names_another_destination_is_left_where_it_is(
    account: Account,
) -> None:
    await account.push("zoe@example.com")
    await moved(account, "new", "crm")
    rules = rules_without_file()
    [rule] = rules.rules

    for destinations, lacking in ((("crm",), 0), (("new",), 1), (("gone",), 1), ((), 1)):
        there = replace(rules, rules=(replace(rule, destinations=destinations),))
        found = await look(account.stores, "new", since=None, rules=there)
        assert (len(found.lacking), found.elsewhere) == (lacking, 1 - lacking)
