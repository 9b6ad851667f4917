"""The largest lead that pushes can make fits its rows."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from route_lead.changes import RouteRules, record, take_claims
from route_lead.outcomes import Mine, mark
from shared.destinations.azure_table.adapter import AzureTableCrm
from shared.domain.identity import dedupe_key
from shared.domain.merging import FULL_NAMES, MergeRules
from shared.domain.whole import NEWEST_INTERESTS
from shared.intake.limits import LARGEST_BODY
from shared.intake.parse import parse
from shared.intake.texts import LONGEST_TEXT
from shared.ports.crm import Changed
from shared.storage.account import Storage
from shared.storage.leads import TableLeadStore
from tests.examples import LEAD_ID
from tests.fakes import START

if TYPE_CHECKING:
    from shared.ports.leads import StoredLead

DAY = timedelta(days=1)
RULES = RouteRules(
    merge=MergeRules(repeat_window=DAY, follow_up_within=DAY),
    destinations=("azure_table",),
    deliver_tests=True,
)


def largest_push(number: int) -> bytes:
    """Return a push whose texts are as long as they are kept, and grow when they are escaped."""
    long = f"{number:02d}" + '"' * (LONGEST_TEXT - 2)
    keys = ("FirstName", "LastName", "Email", "Phone", "Country", "Company", "Title")
    push = {
        "UserDetails": dict.fromkeys(keys, long),
        "LeadSource": f"{long[:300]}-{long[:300]}|{long[:200]}.{long[:180]}",
        "OfferTitle": long,
        "Description": "",
    }
    room = LARGEST_BODY - len(json.dumps(push).encode())
    return json.dumps(push | {"Description": "x" * room}).encode()


async def test_it_is_recorded_and_delivered(storage: Storage, prefix: str) -> None:
    store = TableLeadStore(storage.table(prefix))
    crm = AzureTableCrm(storage.table(f"{prefix}Crm"))
    stored: StoredLead | None = None
    for number in range(max(NEWEST_INTERESTS, FULL_NAMES) + 2):
        body = largest_push(number)
        submission = parse(body, "", submission_id=f"{number:032x}", received_at=START)
        new = record(
            stored,
            submission,
            lead_id=LEAD_ID,
            key=dedupe_key(submission),
            body=body,
            content_type="x" * 256,
            rules=RULES,
            now=START,
        )
        lacking = {"azure_table": 0}
        claims = take_claims(
            new, "claim", START, lacking=lacking, sent=new.lead, rules=RULES.routing
        )
        stored = await store.commit(claims)
    assert stored is not None
    assert len(stored.lead.interests) == NEWEST_INTERESTS
    assert len(stored.lead.full_names) == FULL_NAMES

    interests = await store.interests(LEAD_ID, after_version=0)
    changed = Changed(record=None, fields=frozenset(), interests=interests[:8])
    upserted = await crm.upsert(stored.lead, changed, uncertain=False)
    mine = Mine("azure_table", "claim")
    marked = mark(stored, mine, sent=stored.lead, upserted=upserted, now=START, rules=RULES.routing)
    assert marked is not None

    assert await store.read(LEAD_ID) == stored
    assert await store.commit(marked) == await store.read(LEAD_ID)
