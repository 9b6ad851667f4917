import json
from dataclasses import replace

import pytest

from shared.domain.identity import DedupeKey, lead_id
from shared.domain.lead import KeyKind
from shared.operations.errors import NotFoundError, UsageError
from shared.ports.leads import LeadChange
from shared.storage.lead_id_secret import LeadIdSecret
from tests import examples
from tests.cli.account import Account
from tests.fakes import START


async def push_by_phone(account: Account, last_name: str) -> None:
    details = {"Phone": "030 23125107", "Country": "DE", "LastName": last_name}
    await account.queue_body(json.dumps({"UserDetails": details}).encode())
    await account.route_queued()


async def test_a_lead_is_found_by_its_id_by_how_it_begins_and_by_its_address(
    account: Account,
) -> None:
    stored = await account.push("zoe@example.com")
    await account.push("someone.else@example.com")
    lead_id = stored.lead.lead_id

    for who in (lead_id, lead_id[:8], f" {lead_id[:6].upper()} ", "ZOE@example.com "):
        assert (await account.stores.lead(who)).lead == stored.lead


async def test_a_lead_is_found_by_phone_and_last_name_together(account: Account) -> None:
    await push_by_phone(account, "Brandt")

    found = await account.stores.lead("+49 30 23125107", last_name=" BRANDT ")

    assert found.lead.contact.last_name == "Brandt"
    with pytest.raises(NotFoundError, match=r"no lead gave the phone number .* is called Other"):
        await account.stores.lead("+493023125107", last_name="Other")


@pytest.mark.parametrize("written", ["+49 30 23125107", "030/23125107", "+4930-231 251 07"])
async def test_a_lead_is_found_by_any_phone_that_it_gave(account: Account, written: str) -> None:
    details = {"Email": "zoe@example.com", "Country": "Germany", "Phone": "(030) 2312 5107"}
    other = {"Email": "zoe@example.com", "Country": "Germany", "Phone": "+49 30 901820"}
    for one in (details, other):
        await account.queue_body(json.dumps({"UserDetails": one}).encode())
    await account.route_queued()

    found = await account.stores.lead(written)

    assert found.lead.contact.email == "zoe@example.com"


async def test_a_phone_that_is_no_valid_number_finds_who_gave_it(account: Account) -> None:
    details = {"Email": "zoe@example.com", "Phone": "555 0100"}
    await account.queue_body(json.dumps({"UserDetails": details}).encode())
    await account.route_queued()

    assert (await account.stores.lead("555-0100")).lead.contact.email == "zoe@example.com"


async def test_a_phone_that_several_leads_gave_names_them(account: Account) -> None:
    await push_by_phone(account, "Brandt")
    await push_by_phone(account, "Quimby")

    with pytest.raises(UsageError, match=r"several leads gave .*: [0-9a-f]{8}, [0-9a-f]{8}"):
        await account.stores.lead("+493023125107")


async def test_a_lead_that_a_former_identity_rule_named_is_found(account: Account) -> None:
    await push_by_phone(account, "Brandt")
    key = DedupeKey(KeyKind.PHONE, ("+493023125107", "o’dair"))
    former = replace(examples.lead(), lead_id=lead_id(key, await account.stores.secret()))
    await account.stores.leads.commit(LeadChange(before=None, lead=former, at=START))

    found = await account.stores.lead("+493023125107", last_name="O’Dair")

    assert found.lead.lead_id == former.lead_id


async def test_a_test_lead_is_found_by_its_address_too(account: Account) -> None:
    stored = await account.push("MSFT_TEST_1@test.com")

    assert stored.lead.test


async def test_digits_that_several_leads_begin_with_name_none_of_them(account: Account) -> None:
    await account.push("zoe@example.com")
    rows = account.table("Leads").client
    for end in ("1", "2"):
        await rows.create_entity({"PartitionKey": f"abcdef0{end * 25}", "RowKey": "lead"})

    with pytest.raises(UsageError, match="several leads begin with abcdef: write more"):
        await account.stores.lead("abcdef")


@pytest.mark.parametrize("who", ["abc", "", "zoe", "12 34", "zoe@"])
async def test_what_names_no_lead_is_told_what_would(account: Account, who: str) -> None:
    with pytest.raises(UsageError, match=r"is not a lead id .*, an e-mail address or a phone"):
        await account.stores.lead(who)


async def test_a_look_at_an_empty_account_makes_no_secret(account: Account) -> None:
    with pytest.raises(NotFoundError, match=r"there is no lead 'zoe@example.com'"):
        await account.stores.lead("zoe@example.com")

    assert await LeadIdSecret(account.table("Leads")).read() == b""
