"""``leads identity``: what the newest rule would join and split, without changing anything."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.domain.identity import dedupe_key, lead_id
from shared.domain.lead import Contact, Interest, Submission
from shared.domain.merging import MergeRules, merge, new_lead
from shared.operations.identity_review import IdentityChange, identity_changes
from shared.operations.stores import Stores
from shared.ports.leads import LeadChange, RecordedInterest
from shared.storage.account import Table
from tests.cli.account import DAY, Account
from tests.fakes import START
from tests.route_lead.relay import MINUTE, a_secret

ROWS = Path(__file__).parents[1] / "route_lead" / "rows_of_rule_1.json"
RULES = MergeRules(repeat_window=DAY, follow_up_within=DAY)
UNA = Contact(first_name="Una", last_name="O'Dair", phone="+353 1 617 4201")


async def rows_of_rule_1(table: Table) -> dict[str, str]:
    """Store the rows that version dc2ca93 wrote; return lead ids by case."""
    await table.client.create_table()
    found = {}
    for case in json.loads(ROWS.read_text("utf-8")):
        for row in case["rows"]:
            await table.client.create_entity(_entity(row))
        found[case["case"]] = case["rows"][0]["PartitionKey"]
    return found


def _entity(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "body": base64.b64decode(row["body"])} if "body" in row else dict(row)


async def record(stores: Stores, number: int, contact: Contact) -> str:
    """Record a lead as the newest rule does; return its id."""
    submission = Submission(
        submission_id=f"n{number}", received_at=START + number * MINUTE, contact=contact
    )
    key = dedupe_key(submission)
    lead, _ = merge(
        new_lead(lead_id(key, await stores.secret()), key.kind, submission), submission, RULES
    )
    interest = Interest(submission=submission, version=1)
    new = RecordedInterest(interest=interest, body=b"{}", content_type="")
    await stores.leads.commit(LeadChange(before=None, lead=lead, at=START, interest=new))
    return lead.lead_id


@pytest.fixture
def stores(account: Account) -> Stores:
    return replace(account.stores, secret=a_secret)


async def found(stores: Stores, **options: int) -> list[IdentityChange]:
    return [change async for change in identity_changes(stores, **options)]


async def test_leads_that_the_newest_rule_would_join_and_split_are_told_with_the_reason(
    account: Account, stores: Stores
) -> None:
    old = await rows_of_rule_1(account.table("Leads"))
    una = await record(stores, 1, UNA)
    ilse = await record(stores, 2, Contact(email="ilse.karr@example.com"))

    changes = await found(stores)
    split, join = (
        {frozenset(c.lead_ids): c.reason for c in changes if c.change == change}
        for change in ("split", "join")
    )

    assert split == {
        frozenset({old["two colleagues behind one switchboard"]}): (
            "one phone number with different extensions"
        ),
        frozenset({old["two strangers at a placeholder"]}): (
            "an e-mail address that is a placeholder"
        ),
    }
    assert join == {
        frozenset({una, old["known by a phone and a typographic name"]}): (
            "the same phone number and name"
        ),
        frozenset({ilse, old["known by one submission, with an address in brackets"]}): (
            "the same e-mail address"
        ),
    }


@pytest.mark.parametrize("at_once", [2, 3, 5])
async def test_what_is_found_does_not_depend_on_how_much_is_remembered(
    account: Account, stores: Stores, at_once: int
) -> None:
    await rows_of_rule_1(account.table("Leads"))
    await record(stores, 1, UNA)
    await record(stores, 2, Contact(email="ilse.karr@example.com"))

    in_parts = await found(stores, at_once=at_once)

    assert in_parts == await found(stores)
    assert len(in_parts) == 4


async def test_the_command_prints_what_it_finds_and_changes_nothing(account: Account) -> None:
    stored = await account.push("zoe@example.com")
    assert (await account.command("identity")).out == (
        "today's identity rules would join or split no lead\n"
    )
    assert json.loads((await account.command("identity", "--json")).out) == []
    both = [Contact(phone="+1 206 555 0100 ext. 1"), Contact(phone="+1 206 555 0100 ext. 2")]
    lead = replace(stored.lead, lead_id="ab" * 16)
    before = None
    for number, contact in enumerate(replace(one, last_name="Smith") for one in both):
        submission = Submission(submission_id=f"n{number}", received_at=START, contact=contact)
        interest = Interest(submission=submission, version=1)
        new = RecordedInterest(interest=interest, body=b"{}", content_type="")
        change = LeadChange(before=before, lead=lead, at=START, interest=new)
        before = await account.stores.leads.commit(change)

    told = await account.command("identity")
    [as_json] = json.loads((await account.command("identity", "--json")).out)

    assert told.out == "split abababab: one phone number with different extensions\n"
    assert as_json == {
        "change": "split",
        "reason": "one phone number with different extensions",
        "lead_ids": ["ab" * 16],
    }
    assert await account.stores.leads.read("ab" * 16) == before
