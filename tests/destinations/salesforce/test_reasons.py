"""Whatever Salesforce answers, a reason holds nothing of the customer's."""

import json
from collections.abc import Awaitable
from html import escape
from urllib.parse import quote

import pytest

from local.fakes.faults import Reply
from local.fakes.salesforce import SalesforceServer
from shared.destinations.http.answers import Request
from shared.destinations.salesforce.adapter import SalesforceCrm
from shared.destinations.salesforce.faults import faults_of
from shared.destinations.salesforce.faults import words as told_of
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmError
from shared.domain.lead import Contact
from shared.ports.crm import Noted, Upserted
from tests.destinations.salesforce.world import NOTE, UPDATE, CrmFor, a_lead, deliver, error
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
CODES = [
    "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "DUPLICATES_DETECTED",
    "REQUIRED_FIELD_MISSING",
    "INVALID_FIELD",
    "UNKNOWN_EXCEPTION",
    "REQUEST_LIMIT_EXCEEDED",
    "ENCOM",
]
STATUSES = [200, 201, 300, 400, 401, 403, 404, 409, 413, 429, 500, 503]


def bodies(words: str) -> list[bytes]:
    """Return answers that repeat words, in Salesforce's shape and in others."""
    faults = [error(code, f"Value '{words}' is bad", words, "Region__c") for code in CODES]
    shapes: list[object] = [
        *([fault] for fault in faults),
        {"id": words, "success": False, "errors": [{"statusCode": "X_Y", "message": words}]},
        {"error": words, "error_description": words},
        [words],
        words,
    ]
    return [words.encode(), *(json.dumps(shape).encode() for shape in shapes)]


def spelled() -> str:
    """Return all planted words in the ways that answers spell them."""
    written = [*WORDS, *(word.upper() for word in WORDS), *(escape(word) for word in WORDS)]
    written += [quote(word) for word in WORDS] + [json.dumps(word) for word in WORDS]
    return " | ".join(written)


def told(text: str) -> list[str]:
    """Return which of the planted words a text holds, or of which a part of some length."""
    low = text.casefold()
    pieces = {word[at : at + 8] for word in WORDS for at in range(max(1, len(word) - 7))}
    return [piece for piece in pieces if piece.casefold() in low]


@pytest.mark.parametrize("status", STATUSES)
async def test_no_answer_to_a_create_puts_a_customers_words_into_a_reason(
    server: SalesforceServer, crm_for: CrmFor, status: int
) -> None:
    server.custom_fields.add("Note__c")
    crm = crm_for(SALESFORCE_FIELDS='{"Note__c": "{first_name} of {company}"}')
    for words in [*WORDS, spelled()]:
        for body in bodies(words):
            server.faults_at |= dict.fromkeys(
                range(len(server.calls), len(server.calls) + 9), Reply(status=status, body=body)
            )
            with pytest.raises(CrmError) as raised:
                await deliver(crm, a_lead(PLANTED), interest(1, description=SECRET))
            server.faults_at.clear()
            assert told(str(raised.value)) == []


async def reason_of(asked: Awaitable[Upserted | Noted | CrmRecord]) -> str:
    """Return why something failed, or the remarks on a note that is not taken."""
    try:
        done = await asked
    except CrmError as error:
        return str(error)
    assert isinstance(done, Noted)
    return "; ".join(done.remarks)


@pytest.mark.thorough
@pytest.mark.parametrize("call", [UPDATE, NOTE])
async def test_no_answer_to_an_update_or_a_note_does(
    server: SalesforceServer, crm: SalesforceCrm, call: str
) -> None:
    record = await deliver(crm)
    said = interest(2, description=SECRET)
    for status in STATUSES:
        for body in bodies(spelled()):
            number = len(server.calls)
            at = range(number + (1 if call == UPDATE else 2), number + 9)
            server.faults_at |= dict.fromkeys(at, Reply(status=status, body=body))
            asked = (
                deliver(crm, a_lead(PLANTED), said, record=record, fields={"company", "email"})
                if call == UPDATE
                else crm.note(a_lead(PLANTED), record, said)
            )
            reason = await reason_of(asked)
            server.faults_at.clear()
            assert told(reason) == []


def test_the_planted_words_would_be_found() -> None:
    assert told('No lead of ENCOM "ARCADE" here')


def test_of_many_faults_and_names_the_first_are_told() -> None:
    names = [f"field_{number}" for number in range(1_000)]
    faults = [{"errorCode": f"FOO_{n}", "message": "no", "fields": names} for n in range(20)]
    request = Request(method="POST", path="/", writes=True, json={"Company": "Fabrikam"})
    reason = told_of(request, faults_of(faults))

    assert ("FOO_9: no" in reason, "FOO_10" in reason) == (True, False)
    assert ("field_9)" in reason, "field_10" in reason) == (True, False)


@pytest.mark.parametrize("before", ["", " ", "SELECT Colour__c\n  ^\n ", "\n" * 30_000])
def test_a_field_is_found_at_once_however_many_lines_are_before_it(before: str) -> None:
    messages = (f"{before}No such column 'Colour__c' on sobject Lead", f"{before}{before}none")

    faults = faults_of([{"errorCode": "INVALID_FIELD", "message": text} for text in messages])

    assert [fault.fields for fault in faults] == [("Colour__c",), ()]
