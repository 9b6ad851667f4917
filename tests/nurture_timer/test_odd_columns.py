"""Whatever is in a column of one lead, the sweep and the digests go on for all others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import UnreadableLeadError
from shared.domain.follow_up import FollowUpState
from shared.domain.notices import Occasion, Role, new_notice
from shared.ports.leads import StoredLead
from shared.storage.lead_partition import stored_lead
from shared.storage.lead_rows import delivery_row, lead_row, notice_row
from tests import examples
from tests.examples import LEAD_ID, OTHER_LEAD_ID
from tests.fakes import START, FakeLeadStore
from tests.nurture_timer.mornings import Mornings
from tests.nurture_timer.world import DELIVERED, WITHIN, lead
from tests.telling import rules

ODD = (
    "",
    "x",
    "{}",
    "[]",
    "[null]",
    '{"a":1}',
    -1,
    2**31 - 1,
    True,
    "half \ud83d",
    "2026-01-01T00:00:00",
    "0001-01-01T00:00:00.000000Z",
    "9999-12-31T23:59:59.999999Z",
)
NOT_MUTATED = {"PartitionKey", "RowKey"}
MONDAY_MORNING = START + timedelta(days=7, hours=-1)


class Row(dict[str, Any]):
    """A row as the SDK returns it."""

    metadata: Mapping[str, str] = {"etag": "1"}


def good_rows() -> list[Row]:
    """Return a lead with all that it can have, as it is stored."""
    waits = replace(
        examples.lead(),
        lead_id=LEAD_ID,
        test=False,
        suppressed=False,
        merged_into="",
        team="north",
        owner="anna",
        next_due_at=START + WITHIN,
    )
    notice = new_notice(
        LEAD_ID,
        recipient=Role.OWNER,
        occasion=Occasion.NEW,
        because_of="x",
        now=START,
        send_from=START,
    )
    delivery = replace(examples.delivery(), destination="crm")
    rows = (lead_row(waits), delivery_row(LEAD_ID, delivery), notice_row(LEAD_ID, notice))
    return [Row(row) for row in rows]


CASES = [
    (number, column)
    for number, row in enumerate(good_rows())
    for column in row.keys() - NOT_MUTATED
]


@dataclass
class WithOdd(FakeLeadStore):
    """Leads of which one can't be read."""

    unreadable: str = ""

    async def read(self, lead_id: str) -> StoredLead | None:
        if lead_id == self.unreadable:
            raise UnreadableLeadError(lead_id)
        return await super().read(lead_id)


async def world_with(rows: list[Row]) -> Mornings:
    app = Mornings(rules=rules(), leads=WithOdd())
    await app.put(replace(lead(), team="north"), DELIVERED)
    await app.put(replace(lead(OTHER_LEAD_ID), team="north"), DELIVERED)
    assert isinstance(app.leads, WithOdd)
    try:
        stored = stored_lead(rows)
    except UnreadableLeadError:
        app.leads.unreadable = LEAD_ID
    else:
        assert stored is not None
        app.leads.partitions[LEAD_ID].stored = stored
        app.index.put_due_row(LEAD_ID, stored.lead.next_due_at or START)
    return app


@pytest.mark.thorough
@pytest.mark.parametrize(("number", "column"), sorted(CASES))
async def test_whatever_is_in_a_column_of_one_lead_costs_no_other_its_turn(
    number: int, column: str
) -> None:
    for odd in ODD:
        rows = good_rows()
        rows[number][column] = odd
        app = await world_with(rows)

        swept = await app.sweep(WITHIN)
        assert app.index.heartbeat == (START + WITHIN, swept), odd
        assert app.clock_of(OTHER_LEAD_ID).state is FollowUpState.OVERDUE, odd
        arrived = await app.announce(MONDAY_MORNING)
        assert [one.kind for one in arrived].count("digest") == 1, odd
