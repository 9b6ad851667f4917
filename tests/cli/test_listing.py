import json
from datetime import timedelta

from shared.bootstrap import utc_now
from shared.domain.errors import CrmUnavailableError
from shared.operations.listing import LeadState, listed
from tests.cli.account import DAY, Account

LEAST_FIELDS = {
    *("lead_id", "email", "first_name", "last_name", "company", "country", "phone", "title"),
    *("interests", "delivery", "follow_up", "do_not_contact", "test", "anonymous"),
    *("destinations", "created_at", "version", "country_code", "country_name", "phone_e164"),
    *("stage", "answerable"),
}


async def emails(account: Account, state: LeadState | None = None, most: int = 0) -> list[str]:
    found = listed(account.stores, states=[] if state is None else [state], most=most)
    return [stored.lead.contact.email async for stored in found]


async def one_of_each(account: Account) -> None:
    """Push a lead for every state there is; each is named after it."""
    await account.push("overdue@example.com", at=utc_now() - 2 * DAY)
    await account.sweep()
    await account.push("waiting@example.com")
    await account.push("do_not_contact@example.com", ActionCode="DNC")
    await account.push("MSFT_TEST_1@example.com")
    await account.parked("parked@example.com")
    account.crm.fails.append(CrmUnavailableError("503"))
    await account.push("pending@example.com")
    await account.queue_body(b'{"OfferTitle": "Things"}')
    await account.route_queued()


async def test_normal_forms_stand_beside_what_was_given(account: Account) -> None:
    contact = {"Email": "zoe@example.com", "Phone": "030 / 901820", "Country": "germany"}
    await account.queue_body(json.dumps({"UserDetails": contact, "ActionCode": "INS"}).encode())
    await account.route_queued()

    [lead] = await account.listed()

    assert (lead["phone"], lead["country"]) == ("030 / 901820", "germany")
    assert (lead["phone_e164"], lead["country_code"]) == ("+4930901820", "DE")
    assert (lead["country_name"], lead["answerable"]) == ("Germany", True)
    assert lead["stage"] == "active"


async def test_programs_get_an_array_of_objects_with_the_fields_they_rely_on(
    account: Account,
) -> None:
    await account.push("zoe@example.com", LeadSource="AzureMarketplace-INS|contoso.things")
    await account.push("zoe@example.com", LeadSource="AzureMarketplace-INS|contoso.things")

    [lead] = await account.listed()

    assert lead.keys() >= LEAST_FIELDS
    assert (lead["email"], lead["delivery"], lead["follow_up"]) == (
        "zoe@example.com",
        "delivered",
        "waiting",
    )
    [interest] = lead["interests"]
    assert {**interest, "received_at": ""} == {
        "source": "AzureMarketplace",
        "action": "INS",
        "publisher": "contoso",
        "offer": "things",
        "offer_title": "",
        "received_at": "",
        "repeats": 1,
    }
    [destination] = lead["destinations"]
    assert destination == {"name": "crm", "state": "delivered", "record_id": "0", "url": ""}


async def test_each_state_lists_its_leads_newest_first(account: Account) -> None:
    await one_of_each(account)

    found = {state: await emails(account, state) for state in LeadState}

    everybody_waits = ["pending@example.com", "parked@example.com", "waiting@example.com"]
    assert found == {
        LeadState.WAITING: everybody_waits,
        LeadState.OVERDUE: ["overdue@example.com"],
        LeadState.FOLLOWED_UP: [],
        LeadState.UNOWNED: [*everybody_waits, "overdue@example.com"],
        LeadState.PENDING: ["pending@example.com"],
        LeadState.PARKED: ["parked@example.com"],
        LeadState.DELIVERED: [
            "",
            "MSFT_TEST_1@example.com",
            "do_not_contact@example.com",
            "waiting@example.com",
            "overdue@example.com",
        ],
        LeadState.RETIRED: [],
        LeadState.DO_NOT_CONTACT: ["do_not_contact@example.com"],
        LeadState.ANONYMOUS: [""],
        LeadState.TEST: ["MSFT_TEST_1@example.com"],
        LeadState.MERGED: [],
    }
    for state, all_of_it in found.items():
        assert await emails(account, state, most=2) == all_of_it[:2]
    assert await emails(account, most=3) == (await emails(account))[:3]


async def test_a_lead_that_is_no_longer_parked_is_not_listed_though_the_index_lists_it(
    account: Account,
) -> None:
    await account.parked("zoe@example.com")
    await account.push("zoe@example.com", OfferTitle="Other things")

    assert await emails(account, LeadState.PARKED) == []


async def test_since_is_when_the_lead_first_came(account: Account) -> None:
    old = await account.push("old@example.com", at=utc_now() - timedelta(days=3))
    await account.push("new@example.com")
    await account.push("old@example.com", OfferTitle="Other things")

    for state in (None, LeadState.WAITING, LeadState.DELIVERED):
        states = [] if state is None else [state]
        found = listed(account.stores, states=states, since=utc_now() - DAY)
        assert [stored.lead.contact.email async for stored in found] == ["new@example.com"]
    since_old = listed(account.stores, since=old.lead.created_at)
    assert len([stored async for stored in since_old]) == 2


async def test_a_text_is_searched_in_name_company_address_and_offer(account: Account) -> None:
    await account.push("zoe@example.com", OfferTitle="Loom Insights")
    await account.push("ada@mills.example", OfferTitle="Other things")
    await account.push("old@example.com", at=utc_now() - 100 * DAY, OfferTitle="LOOM 1.0")

    found = await account.command("list", "--search", "loom", "--json")
    all_time = await account.command("list", "--search", "loom", "--since", "200d ago", "--json")
    by_address = await account.command("list", "--search", "MILLS", "--csv")

    assert [lead["email"] for lead in found.json] == ["zoe@example.com"]
    assert found.err.startswith("searched 2 leads first received since ")
    assert [lead["email"] for lead in all_time.json] == ["zoe@example.com", "old@example.com"]
    assert [line.split(",")[5] for line in by_address.out.splitlines()] == [
        "email",
        "ada@mills.example",
    ]


async def test_several_states_are_listed_at_once_with_hyphens_or_underscores(
    account: Account,
) -> None:
    await account.push("zoe@example.com")
    await account.push("nobody@example.com", ActionCode="DNC")
    await account.parked("parked@example.com")

    listed = await account.listed("--state", "do-not-contact", "--state", "parked")
    same = await account.listed("--state", "DO_NOT_CONTACT", "--state", "parked")

    assert {lead["email"] for lead in listed} == {"nobody@example.com", "parked@example.com"}
    assert listed == same
