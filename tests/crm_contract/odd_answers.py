"""What a call to a CRM may be answered with: statuses, bodies, and the errors of each vendor."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from local.fakes.faults import DAYS, IN_THE_PAST, PAGE, Fault, Reply

STATUSES = (
    *(200, 201, 204, 207, 302, 400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 421, 423, 425),
    *(429, 451, 477, 500, 502, 503, 504, 521, 525),
)
WITHOUT_BODY = {204}
NO_ANSWERS = {
    Fault.CUT_BEFORE: "no answer, and nothing was done",
    Fault.CUT_AFTER: "no answer, but it was done",
    Fault.HALF_A_BODY: "half of an answer",
    Fault.ENDLESS: "an answer without an end",
    Fault.LATE: "an answer that is too late",
}

CUSTOMER = {
    "FirstName": "Quirinus",
    "LastName": "O'Plantagenet",
    "Email": "quirinus.plantagenet@fabrikam.example",
    "Phone": "+49 30 7654321",
    "Country": "DE",
    "Company": "Zanzibar (Existing ID: 501) CONFLICTING_UNIQUE_VALUE",
    "Title": "Grandvizier DUPLICATE_VALUE 0x80060892 1005",
}
PLANTED = ("quirinus", "plantagenet", "7654321", "zanzibar", "grandvizier", "sesame")
"""Words of the customer's, in lower case, that nobody else says."""

QUOTING = " ".join((*CUSTOMER.values(), "PROPERTY_DOESNT_EXIST 0x80040265 701 sesame \ud83d"))
"""At its end is half a character, as where a message is cut: nothing can write that."""


class Body(StrEnum):
    """What stands in an answer."""

    OWN = "the vendor's words"
    OWN_QUOTING = "the vendor's words, quoting the customer"
    ODD = "JSON of the vendor's shape, other types"
    OBJECT = "`{}`"
    ARRAY = "`[]`"
    NULL = "`null`"
    PAGE = "a web page"
    EMPTY = "nothing"
    TEXT = "text, quoting the customer"
    TRUNCATED = "half of the vendor's words"


OWN = (Body.OWN, Body.OWN_QUOTING)
MATTER_MOST = (*OWN, Body.PAGE)
MEDIA_TYPES = {Body.PAGE: "text/html", Body.TEXT: "text/plain", Body.EMPTY: "text/plain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """How a vendor says errors: a code by the status, and the shape of its body."""

    codes: Mapping[int, str]
    shape: Callable[[str, str], object]
    odd: object

    def words(self, status: int, message: str) -> bytes:
        """Return an error as the vendor words it."""
        code = self.codes.get(status, self.codes[500 if status >= 500 else 400])
        return json.dumps(self.shape(code, message)).encode()


def _marketo(code: str, message: str) -> object:
    errors = [{"code": code, "message": message}]
    return {"requestId": "e42b#1", "success": False, "errors": errors}


def _hubspot(category: str, message: str) -> object:
    more = {"policyName": "TEN_SECONDLY_ROLLING"} if category == "RATE_LIMITS" else {}
    said = {"status": "error", "category": category, "message": message, "correlationId": "c-1"}
    return said | more


VENDORS = {
    "dynamics": Vendor(
        codes={
            400: "0x80040265",
            401: "0x80040225",
            403: "0x80040220",
            404: "0x80040217",
            412: "0x80060882",
            429: "0x80072322",
            500: "0x80040216",
        },
        shape=lambda code, message: {"error": {"code": code, "message": message}},
        odd={"error": "x", "value": 7, "leadid": None, "code": [], "message": {}},
    ),
    "hubspot": Vendor(
        codes={
            400: "VALIDATION_ERROR",
            401: "INVALID_AUTHENTICATION",
            403: "MISSING_SCOPES",
            404: "OBJECT_NOT_FOUND",
            409: "CONFLICT",
            429: "RATE_LIMITS",
            500: "INTERNAL_ERROR",
        },
        shape=_hubspot,
        odd={
            "category": ["x"],
            "message": {},
            "errors": None,
            "context": 7,
            "id": None,
            "properties": [],
            "results": ["x", {"id": None}],
            "status": 3,
            "policyName": {},
        },
    ),
    "https_endpoint": Vendor(
        codes={400: "InvalidTemplate", 401: "Unauthorized", 404: "NotFound", 500: "Internal"},
        shape=lambda code, message: {"error": {"code": code, "message": message}},
        odd={"error": None, "id": {}, "message": 7},
    ),
    "marketo": Vendor(
        codes={400: "709", 401: "601", 403: "603", 404: "610", 429: "606", 500: "611"},
        shape=_marketo,
        odd={"success": "yes", "errors": None, "result": [None, 3, {"id": None, "reasons": 7}]},
    ),
    "salesforce": Vendor(
        codes={
            400: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            401: "INVALID_SESSION_ID",
            403: "REQUEST_LIMIT_EXCEEDED",
            404: "NOT_FOUND",
            405: "METHOD_NOT_ALLOWED",
            500: "UNKNOWN_EXCEPTION",
            503: "SERVER_UNAVAILABLE",
        },
        shape=lambda code, message: [{"errorCode": code, "message": message, "fields": []}],
        odd=[None, 3, {"errorCode": None, "message": [], "fields": "x", "id": None}],
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One row of the grid: a status and a body, or a known error by its name.

    ``once`` it comes, and then the CRM goes on as if nothing had been; ``without`` are the contact
    fields that it names, which the record may lack.
    """

    status: str
    body: str
    comes: Fault | Reply = field(compare=False)
    is_own: bool = field(default=False, compare=False)
    is_known: bool = field(default=False, compare=False)
    once: bool = field(default=False, compare=False)
    without: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.status} {self.body}".strip()


def answers(name: str, turn: int) -> Iterator[Answer]:
    """Give every status with the bodies whose turn it is, and then what is no answer."""
    for number, status in enumerate(STATUSES):
        bodies = _bodies(name, status)
        for body in _in_turn(name, [*bodies], number + turn):
            yield Answer(
                str(status),
                body,
                Reply(
                    status=status,
                    body=bodies[body],
                    headers=_headers(status, number),
                    media_type=MEDIA_TYPES.get(body, "application/json"),
                    done=_is_done(name, status, body, number),
                ),
                is_own=body in OWN,
            )
    for fault, said in NO_ANSWERS.items():
        yield Answer("", said, fault)


def _in_turn(name: str, bodies: Sequence[Body], turn: int) -> Iterator[Body]:
    """Give the bodies that matter most and one of the others; an endpoint has few calls, so all."""
    others = [body for body in bodies if body not in MATTER_MOST]
    for body in bodies:
        is_in_turn = body in {Body.OWN, Body.PAGE, others[turn % len(others)]}
        if is_in_turn or name == "https_endpoint" or (body is Body.OWN_QUOTING and turn % 2):
            yield body


def _is_done(name: str, status: int, body: Body, number: int) -> bool:
    """Tell whether a call with an answer was done: what is said in a vendor's words is true.

    To an endpoint, which has no words of its own, 2xx is a promise, unless a web page makes it; so
    is Salesforce's 204. Dataverse's 412 says that the row is there.
    """
    if name == "https_endpoint" and status < 300 and body is not Body.PAGE:
        return True
    if (name, status) == ("salesforce", 204) or (name, status, body) == ("dynamics", 412, Body.OWN):
        return True
    return body not in OWN and (number + len(body)) % 2 == 0


def _bodies(name: str, status: int) -> dict[Body, bytes]:
    vendor = VENDORS[name]
    own = vendor.words(status, "It can not be done.")
    bodies = {
        Body.OWN: own,
        Body.OWN_QUOTING: vendor.words(status, QUOTING),
        Body.PAGE: PAGE,
        Body.OBJECT: b"{}",
        Body.ODD: json.dumps(vendor.odd).encode(),
        Body.ARRAY: b"[]",
        Body.NULL: b"null",
        Body.EMPTY: b"",
        Body.TEXT: QUOTING.encode(errors="surrogatepass"),
        Body.TRUNCATED: own[: len(own) // 2],
    }
    return {Body.EMPTY: b""} if status in WITHOUT_BODY else bodies


def _headers(status: int, number: int) -> dict[str, str]:
    """Return headers that may mislead: where to go, and how long to wait."""
    if status == 302:
        return {"Location": "http://127.0.0.1:1/login"}
    return {"Retry-After": ("0", IN_THE_PAST, DAYS)[number % 3]} if status >= 400 else {}
