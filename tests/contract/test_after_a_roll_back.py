"""Rows that this version wrote, then version 0.1.0, as after a roll-back, and then this one again.

The older version leaves columns alone that it does not know: what they say may be outdated.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from azure.data.tables import UpdateMode

from shared.domain.delivery import CLAIM, Delivery, claim, mark_delivered, note_progress
from shared.domain.lead import CONTACT_FIELDS
from shared.storage.account import Storage
from shared.storage.keys import time_text
from shared.storage.leads import TableLeadStore
from tests.contract.subjects import Row
from tests.examples import CONTACT, LEAD_ID, change, delivery
from tests.fakes import START

LATER = START + timedelta(days=1)
RECORD = delivery().record
assert RECORD is not None

CLAIMED = claim(Delivery(destination="crm"), "c1", START, CONTACT, "005A")
AHEAD = note_progress(CLAIMED, CONTACT, RECORD, 1, (), ("cut",))
OPEN = claim(AHEAD, "c2", START + CLAIM, CONTACT, "005B")
"""A delivery that got ahead, and was claimed again: what it sent then has no answer."""

CLAIMED_BY_IT: Row = {
    "claim_id": "old",
    "claim_ends_at": time_text(LATER + CLAIM),
    "uncertain": True,
}
"""What commit dc2ca93 wrote of a claim in ``claim``, beside what it left as it was."""

DELIVERED_BY_IT: Row = {
    "claim_id": "",
    "claim_ends_at": "",
    "uncertain": False,
    "delivered_version": 2,
    "delivered_at": time_text(LATER),
    "attempts": 0,
    "failing_since": "",
    "next_attempt_at": "",
    "last_error": "",
    "noted": "[]",
}
"""What it wrote in ``mark_delivered``."""


async def rolled_back(storage: Storage, prefix: str, ours: Delivery, *writes: Row) -> Delivery:
    """Return a delivery as it is read after the older version wrote what it knows of it."""
    table = storage.table(prefix)
    store = TableLeadStore(table)
    await store.commit(change(deliveries=[ours]))
    for columns in writes:
        row = {"PartitionKey": LEAD_ID, "RowKey": "lead|delivery|crm", **columns}
        await table.client.update_entity(row, mode=UpdateMode.MERGE)
    stored = await store.read(LEAD_ID)
    assert stored is not None
    return stored.deliveries["crm"]


async def test_what_is_open_stays_so_while_nobody_else_had_a_claim(
    storage: Storage, prefix: str
) -> None:
    assert await rolled_back(storage, prefix, OPEN) == OPEN


async def test_what_the_older_version_delivered_leaves_open_only_what_it_does_not_know(
    storage: Storage, prefix: str
) -> None:
    ours = replace(OPEN, sent=("title", "mobile"))
    found = await rolled_back(storage, prefix, ours, CLAIMED_BY_IT, DELIVERED_BY_IT)

    assert (found.sent, found.owners_sent, found.owner_sending) == (("mobile",), (), "")
    assert (found.noted_to, found.remarks) == (0, ())
    assert found.delivered_version == 2


@pytest.mark.parametrize("ours", [OPEN, mark_delivered(OPEN, 1, CONTACT, RECORD, START + CLAIM)])
async def test_what_the_older_version_sent_without_an_answer_leaves_any_field_open(
    storage: Storage, prefix: str, ours: Delivery
) -> None:
    """Our own delivery was answered or not: theirs is what nobody knows the end of."""
    found = await rolled_back(storage, prefix, ours, CLAIMED_BY_IT)

    assert found.sent == CONTACT_FIELDS
    assert found.owner_sending == ours.owner_sending


async def test_a_claim_of_the_older_version_after_its_own_delivery_leaves_any_field_open(
    storage: Storage, prefix: str
) -> None:
    writes = CLAIMED_BY_IT, DELIVERED_BY_IT, CLAIMED_BY_IT
    found = await rolled_back(storage, prefix, OPEN, *writes)

    assert found.sent == CONTACT_FIELDS
    assert found.remarks == ()
