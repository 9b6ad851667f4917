"""Whatever bytes answer a call, what comes of it is an error of a CRM, and never a bug."""

import gzip
import json
from collections.abc import Iterator

from local.fakes.faults import Reply
from shared.domain.errors import CrmError
from shared.domain.lead import CONTACT_FIELDS
from shared.domain.plain_text import readable
from shared.ports.crm import Changed
from tests.crm_contract.subjects import Feature, having
from tests.crm_contract.world import World
from tests.examples import interest, lead

STATUSES = (200, 400, 401, 503)
DEEP = b"[" * 3_000 + b'"x"' + b"]" * 3_000
BODIES = (
    DEEP,
    b"[" * 100_000,
    b'{"error":' * 2_000 + b'"x"' + b"}" * 2_000,
    b'{"status":"error","category":"MISSING_SCOPES","message":"no","errors":' + DEEP + b"}",
    b'{"success":false,"errors":[{"code":"1003","message":"no","x":' + DEEP + b"}]}",
    b'[{"errorCode":"X_Y","message":"no","fields":' + DEEP + b"}]",
    b'{"id":NaN,"success":true,"result":[{"id":Infinity}],"value":[NaN],"records":[NaN]}',
    b'{"id":' + b"9" * 5_000 + b"}",
    b'{"id":"\\ud800","status":"error","category":"X_Y","message":"\\ud800"}',
    b"\x1f\x8b no gzip",
    bytes(range(256)),
)
HALF = "x\ud83d\0"
"""Half a character, and one that no table takes."""
ROWS = [{"Id": HALF, "Status": HALF, "id": HALF}]
WITH_HALF = json.dumps(
    {
        "id": "7",
        "success": True,
        "status": "COMPLETE",
        "properties": {"hs_lead_status": HALF, "email": HALF, HALF: HALF},
        "result": [{"id": 7, "status": "created", "leadStatus": HALF, HALF: HALF}],
        "value": ROWS,
        "records": ROWS,
        "results": ROWS,
    }
).encode()
"""Looks like a success to most, with what would keep a lead from being stored."""
CHARSETS = ("rot13", "hex", "zlib", "idna", "undefined", "utf-16", "punycode", "x" * 300)


def odd_replies() -> Iterator[Reply]:
    for status in STATUSES:
        yield from (Reply(status=status, body=body) for body in (*BODIES, WITH_HALF))
        yield Reply(
            status=status, body=b"{}", headers={"X-Via": "Z\xfcrich", "Retry-After": "\xe9"}
        )
        for encoding, body in (("gzip", b"no"), ("gzip, gzip", gzip.compress(b"{}")), ("br", b"x")):
            yield Reply(status=status, body=body, headers={"Content-Encoding": encoding})
    for charset in CHARSETS:
        yield Reply(
            status=400, body=b"caf\xc3\xa9 xn--a", media_type=f"text/plain; charset={charset}"
        )


@having(Feature.SOCKET)
async def test_odd_bytes_are_an_error_of_the_crm(world: World) -> None:
    behind, crm = world.subject.behind, world.subject.crm
    changed = Changed(record=None, fields=frozenset(CONTACT_FIELDS), interests=(interest(),))
    raised, kept = 0, list[str]()
    for number, reply in enumerate(odd_replies()):
        for faults in (behind.faults, behind.write_faults):
            faults.extend([reply] * 5)
            try:
                done = await crm.upsert(lead(), changed, uncertain=bool(number % 2))
                baseline = done.record.baseline
                kept += [done.record.id, *baseline, *baseline.values(), *done.remarks]
            except CrmError as error:
                raised += bool(str(error))
                kept.append(str(error))
            faults.clear()

    assert raised
    assert [text for text in kept if text != readable(text)] == []
