"""Whatever Dataverse answers, a reason holds nothing of the customer's."""

import json
from collections.abc import Awaitable
from html import escape
from urllib.parse import quote

import pytest

from local.fakes.dynamics import DynamicsServer
from local.fakes.faults import Reply
from shared.destinations.dynamics.adapter import DynamicsCrm
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmError
from shared.domain.lead import Contact
from shared.ports.crm import Noted, Upserted
from tests.destinations.dynamics.world import WRITE, CrmFor, customer, delivered, given, later, new
from tests.examples import interest

PLANTED = Contact(
    first_name="Quorra",
    last_name="Żółć & Sons",
    email="quorra.zolc@grid-flynn.example",
    phone="+48 601 555 019",
    country="Grid Republic",
    company='Encom "Arcade" <Flynn>',
    title="Isomorphic Algorithm",
)
SECRET = "Tell nobody: lightcycles, please"
WORDS = [*PLANTED.given().values(), SECRET]
CODES = ["0x80040265", "0x80040333", "0x80044331", "0x80040216", "0x80040220", "0x80048d19", ""]
STATUSES = [200, 300, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503]


def spelled() -> str:
    """Return all planted words in the ways that answers spell them."""
    written = [*WORDS, *(word.upper() for word in WORDS), *(escape(word) for word in WORDS)]
    written += [quote(word) for word in WORDS] + [json.dumps(word) for word in WORDS]
    return " | ".join(written)


def bodies() -> list[bytes]:
    """Return answers that repeat the planted words, in Dataverse's shape and in others."""
    shapes: list[object] = [
        *({"error": {"code": CODES[0], "message": f"No: {words}"}} for words in WORDS),
        *({"error": {"code": code, "message": spelled()}} for code in CODES),
        {"leadid": spelled()},
        {"error": spelled(), "error_description": spelled()},
        [spelled()],
    ]
    return [spelled().encode(), *(json.dumps(shape).encode() for shape in shapes)]


def told(text: str) -> list[str]:
    """Return which of the planted words a text holds, or of which a part of some length."""
    low = text.casefold()
    pieces = {word[at : at + 8] for word in WORDS for at in range(max(1, len(word) - 7))}
    return [piece for piece in pieces if piece.casefold() in low]


@pytest.mark.parametrize("status", STATUSES)
async def test_no_answer_to_a_create_or_a_question_puts_a_customers_words_into_a_reason(
    crm_for: CrmFor, server: DynamicsServer, status: int
) -> None:
    crm = crm_for(DYNAMICS_FIELDS='{"new_note": "{first_name} of {company}"}')
    lead = customer(**PLANTED.given())
    came = given(1, SECRET, **PLANTED.given())
    for body in bodies():
        for first in (0, 1):
            answer, number = Reply(status=status, body=body), len(server.calls)
            server.faults_at |= dict.fromkeys(range(number + first, number + 9), answer)
            server.faults_at |= {number: Reply(status=412, body=EXISTS)} if first else {}
            with pytest.raises(CrmError) as raised:
                await crm.upsert(lead, new(came), uncertain=False)
            server.faults_at.clear()
            assert told(str(raised.value)) == []


EXISTS = b'{"error": {"code": "", "message": "A record with matching key values already exists."}}'


async def reason_of(asked: Awaitable[Upserted | Noted | CrmRecord]) -> str:
    """Return why something failed, or the remarks on a note that is not taken."""
    try:
        done = await asked
    except CrmError as error:
        return str(error)
    assert isinstance(done, Noted)
    return "; ".join(done.remarks)


@pytest.mark.thorough
@pytest.mark.parametrize("what", ["update", "note"])
async def test_no_answer_to_an_update_or_a_note_does(
    crm: DynamicsCrm, server: DynamicsServer, what: str
) -> None:
    record = await delivered(crm)
    lead, said = customer(**PLANTED.given()), interest(2, description=SECRET)
    for status in STATUSES:
        for body in bodies():
            number = len(server.calls)
            answer = Reply(status=status, body=body)
            server.faults_at |= dict.fromkeys(range(number + 1, number + 9), answer)
            changed = later(record, "phone", "title", interests=[said])
            asked = (
                crm.upsert(lead, changed, uncertain=False)
                if what == "update"
                else crm.note(lead, record, said)
            )
            reason = await reason_of(asked)
            server.faults_at.clear()
            assert told(reason) == []
    assert WRITE in server.calls
