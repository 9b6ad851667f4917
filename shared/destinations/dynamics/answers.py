"""What the answers of Dataverse mean: the code of an error decides, in the documented shape.

An error is an object ``error`` with ``code`` and ``message``. What is of another shape is not
Dataverse's, but of something on the way.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from shared.destinations.dynamics.codes import (
    BAD_ADDRESS,
    DISABLED,
    DUPLICATE,
    IN_THE_WAY,
    NO_ACCESS,
    NO_SUCH_KEY,
    NO_SUCH_ROW,
    OF_AN_OWNER,
    PLUG_IN,
    READ_ONLY,
    REFUSED,
    SETTINGS,
    THROTTLED,
)
from shared.destinations.dynamics.owner import OWNER_BIND, OWNER_WORDS
from shared.destinations.http.answers import TRY_LATER, Request, json_of, meaning, retry_after
from shared.destinations.http.refused import as_sent
from shared.destinations.http.said import said, sent_by, without
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)

CODE = re.compile(r"(?:0x[0-9a-f]{1,8})?")
PRIVILEGE = re.compile(r"prv[A-Z]\w+")
WORD = re.compile(r"\w+")
REFUSING = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_CONTENT,
}
NOT_ITS_WORDS = "not in the words of Dataverse, check DYNAMICS_URL"


class ReadOnlyError(CrmRejectedError):
    """Nobody: sales closed the lead while we were writing to it."""


class GoneError(CrmUnavailableError):
    """Sales deleted the lead since it was looked at; who asked looks again."""


class UnboundError(CrmSettingsError):
    """What a lead should be bound to is not there, or its address can't be read."""

    def __init__(self, reason: str, *, unreadable: bool) -> None:
        """Take the reason, and whether the address is at fault."""
        super().__init__(reason)
        self.unreadable = unreadable


class PlugInError(CrmFieldsRefusedError):
    """A plug-in of the publisher says no, and names ``fields`` that were sent; or others."""

    def __init__(self, reason: str, *, words: Collection[str], fields: Collection[str]) -> None:
        """Take the reason, its words that are not the customer's, and the columns among them."""
        super().__init__(reason, fields=fields)
        self.words = frozenset(words)


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in the shape of Dataverse."""

    code: str
    message: str


def fault_of(response: httpx.Response) -> Fault | None:
    """Return the error that an answer is; None if it is none in the shape of Dataverse."""
    answer = json_of(response)
    error = answer.get("error") if isinstance(answer, dict) else None
    given = error if isinstance(error, dict) else {}
    code, message = given.get("code"), given.get("message")
    if not isinstance(code, str) or not isinstance(message, str) or not message:
        return None
    return Fault(code.lower(), message) if CODE.fullmatch(code.lower()) else None


def classify(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what an answer means that is no success."""
    fault = fault_of(response)
    if fault and fault.code:
        told = _told(request, fault)
        own = _by_code(request, response, fault, told)
        return own or meaning(request, response, told, own=True)
    if refuses_token(response):
        return meaning(request, response, own=True)
    elsewhere = response.is_client_error and response.status_code not in {
        HTTPStatus.UNAUTHORIZED,
        *TRY_LATER,
    }
    return meaning(request, response, NOT_ITS_WORDS) if elsewhere else None


def refuses_token(response: httpx.Response) -> bool:
    """Tell whether Dataverse takes no token: it says so in a header, or with a code, and no more.

    See https://learn.microsoft.com/power-apps/developer/data-platform/authenticate-oauth
    """
    asks_for = response.headers.get("WWW-Authenticate", "").partition(" ")[0].lower()
    fault = fault_of(response)
    own = asks_for == "bearer" or bool(fault and fault.code)
    return response.status_code == HTTPStatus.UNAUTHORIZED and own


def _by_code(
    request: Request, response: httpx.Response, fault: Fault, told: str
) -> CrmError | None:
    status, code = response.status_code, fault.code
    told = f"{status} {told}"
    if code in THROTTLED:
        return CrmUnavailableError(told, retry_after=retry_after(response))
    if _gives_owner(request) and (code == DISABLED or _is_unknown_403(response, code)):
        return CrmSettingsError(f"{told}: {OF_AN_OWNER}")
    if code in NO_ACCESS:
        return CrmCredentialsError(f"{told}: {NO_ACCESS[code]}")
    if request.writes and code in {NO_SUCH_ROW, NO_SUCH_KEY, BAD_ADDRESS}:
        return _unbound(request, code, told)
    if code in SETTINGS:
        return CrmSettingsError(f"{told}: {SETTINGS[code]}")
    refuses = code in REFUSED or status in REFUSING
    return _refusal(request, fault, told) if request.writes and refuses else None


def _unbound(request: Request, code: str, told: str) -> CrmError:
    """Return what it means that a row to be bound is not there, or not to be found."""
    if "/leads(" not in request.path and code == NO_SUCH_ROW:
        return GoneError(f"{told}: deleted meanwhile")
    mend = "correct DYNAMICS_OWNER or DYNAMICS_FIELDS"
    return UnboundError(f"{told}: {mend}", unreadable=code == BAD_ADDRESS)


def _refusal(request: Request, fault: Fault, told: str) -> CrmRejectedError:
    if fault.code == READ_ONLY:
        return ReadOnlyError(told)
    mend = REFUSED.get(fault.code, "")
    reason = f"{told}: {mend}" if mend else told
    if fault.code in DUPLICATE or mend == IN_THE_WAY:
        return CrmRejectedError(reason)
    words = _words(request, fault)
    named = _named(request, words)
    if fault.code == PLUG_IN:
        return PlugInError(reason, words=words, fields=named)
    if not named and fault.code not in REFUSED and _is_of_owner(request, fault, words):
        named = {OWNER_BIND}
    return CrmFieldsRefusedError(reason, fields=named) if named else CrmRejectedError(reason)


def _gives_owner(request: Request) -> bool:
    return isinstance(request.json, dict) and OWNER_BIND in request.json


def _is_unknown_403(response: httpx.Response, code: str) -> bool:
    known = code in NO_ACCESS or code in SETTINGS or code in REFUSED
    return response.status_code == HTTPStatus.FORBIDDEN and not known


def _is_of_owner(request: Request, fault: Fault, words: Collection[str]) -> bool:
    """Tell whether a fault is about the owner that a row is given, by its words or the id."""
    if not _gives_owner(request):
        return False
    owner_id = request.json[OWNER_BIND].partition("(")[2].rstrip(")").lower()
    said_so = not OWNER_WORDS.isdisjoint(word.casefold() for word in words)
    return said_so or owner_id in fault.message.lower()


def _named(request: Request, words: Collection[str]) -> set[str]:
    """Return the columns of a request that are among the words of a fault, in whatever case.

    A lookup is told without the rest of its name. In which language, and in which sentence a column
    is named, says nothing: an environment has the language of its users.
    """
    bound = {name.partition("@")[0].casefold(): (name,) for name in request.json if "@" in name}
    sent: dict[str, object] = request.json
    return as_sent(sent, words, bound) & sent.keys()


def _words(request: Request, fault: Fault) -> set[str]:
    """Return the words of a message that no customer can have put there.

    Whatever of it may be the customer's is taken out first, the name of a column too.
    """
    return set(WORD.findall(without([*sent_by(request), *request.hidden], fault.message)))


def _told(request: Request, fault: Fault) -> str:
    """Return an error without what is the customer's; of one to a question only names.

    Whom the answer to a question may quote is not known.
    """
    if request.writes:
        return f"{fault.code} {said(request, fault.message)}"
    ours = set(WORD.findall(" ".join((request.params or {}).values())))
    words = WORD.findall(fault.message)
    names = [word for word in words if PRIVILEGE.fullmatch(word) or word in ours]
    return " ".join((fault.code, *dict.fromkeys(names)))
