"""``leads status`` says who awaits an answer that nobody owns, and who is still to be told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cli.status_text import print_status
from shared.bootstrap import utc_now
from shared.domain.notices import Notice, Occasion, Role, new_notice
from shared.operations.awaiting import awaiting
from shared.operations.status import status
from shared.ports.leads import LeadChange, StoredLead
from tests.cli.account import DAY, Account
from tests.telling import rules

HOUR = timedelta(hours=1)


async def written(account: Account, stored: StoredLead, **changed: object) -> StoredLead:
    lead = replace(stored.lead, **changed)  # type: ignore[arg-type]
    change = LeadChange(before=stored, lead=lead, at=utc_now())
    return await account.stores.writer.commit(change)


async def with_notice(account: Account, stored: StoredLead, ago: timedelta) -> StoredLead:
    at = utc_now() - ago
    notice = new_notice(
        stored.lead.lead_id,
        recipient=Role.OWNER,
        occasion=Occasion.NEW,
        because_of="s1",
        now=at,
        send_from=at,
    )
    notices: dict[str, Notice | None] = {"owner": notice}
    change = LeadChange(before=stored, lead=stored.lead, at=utc_now(), notices=notices)
    return await account.stores.writer.commit(change)


async def test_leads_without_an_owner_that_await_an_answer_are_counted_and_listed(
    account: Account,
) -> None:
    await account.push("overdue@example.com", at=utc_now() - 2 * DAY)
    await account.sweep()
    await account.push("waiting@example.com")
    await written(account, await account.push("owned@example.com"), owner="anna", team="north")
    await account.push("nobody@example.com", ActionCode="DNC")

    view = await status(account.stores, rules())
    listed = await account.listed("--state", "unowned")

    assert view.awaiting.unowned == 2
    assert (view.awaiting.looked_at, view.awaiting.complete) == (4, True)
    told = "2 leads await an answer without an owner: see `leads list --state unowned`"
    assert told in view.warnings
    assert [one["email"] for one in listed] == ["waiting@example.com", "overdue@example.com"]


async def test_without_teams_no_lead_lacks_an_owner(account: Account) -> None:
    await account.push("waiting@example.com")

    view = await status(account.stores)
    told = (await account.command("status")).out

    assert view.awaiting.unowned is None
    assert view.warnings == []
    assert "without an owner" not in told
    assert "                    0 unsent notices\n" in told


async def test_unsent_notices_are_counted_with_the_oldest_and_those_held_up(
    account: Account,
) -> None:
    old = await with_notice(account, await account.push("old@example.com"), 3 * HOUR)
    await with_notice(account, await account.push("new@example.com"), timedelta(minutes=5))

    view = await status(account.stores, rules())

    oldest = old.notices["owner"].created_at
    assert (view.awaiting.unsent_notices, view.awaiting.oldest_notice_at) == (2, oldest)
    assert view.awaiting.held_up == 1
    assert "1 notice could not be sent for an hour or more: see `leads check`" in view.warnings
    told = (await account.command("status")).out
    assert f"2 unsent notices, the oldest of {oldest:%Y-%m-%d %H:%M} UTC\n" in told


async def test_no_more_leads_are_read_than_it_says(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(4):
        await account.push(f"c{number}@example.com")

    some = await awaiting(account.stores, utc_now(), teams=True, most=3)
    all_of_them = await awaiting(account.stores, utc_now(), teams=True, most=4)

    assert (some.unowned, some.looked_at, some.complete) == (3, 3, False)
    print_status((await status(account.stores, rules())).model_copy(update={"awaiting": some}))
    told = capsys.readouterr().out
    assert "3 without an owner\n" in told
    assert "as far as the first 3 leads show; there are more\n" in told
    assert (all_of_them.unowned, all_of_them.complete) == (4, True)


async def test_a_lead_that_only_one_listing_has_is_looked_at(account: Account) -> None:
    overdue = await account.push("overdue@example.com", at=utc_now() - 2 * DAY)
    await account.sweep()
    for row in await account.stores.index.due(utc_now() + 90 * DAY, limit=100):
        await account.stores.index.delete(row)

    view = await awaiting(account.stores, utc_now(), teams=True)

    assert (view.unowned, view.looked_at) == (1, 1)
    assert (await account.stores.lead(overdue.lead.lead_id)).lead.owner == ""
