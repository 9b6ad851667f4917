"""What the errors of Dataverse mean: by their code first, since a duplicate is a 500.

See https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import httpx

from shared.destinations.http.answers import (
    NO_ACCESS,
    TRY_LATER,
    Request,
    retry_after,
)
from shared.destinations.http.said import said as without_sent
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
)

KEY_VIOLATED = "0x80060892"
NO_SUCH_TABLE, NO_SUCH_ROW = "0x8006088a", "0x80040217"

TOLD_BY_STATUS = {*TRY_LATER, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}

WIDEN = "widen the role of the application user"
IN_THE_WAY = (
    "a deleted record is in the way: restore it, or remove it from the deleted records, then"
    " release the delivery"
)
"""Where it is: Settings, Data management, Deleted records."""


class ReadOnlyError(CrmRejectedError):
    """Nobody: sales closed the lead while we were changing it."""


MEANINGS: Mapping[str, tuple[type[CrmError], str]] = {
    # Faults of the environment or of our settings, not of one lead: all leads wait until mended.
    "0x80072560": (CrmCredentialsError, "add an application user for the app's client id"),
    "0x80040225": (CrmCredentialsError, "enable the application user"),
    "0x80040220": (CrmCredentialsError, WIDEN),
    "0x80040299": (CrmCredentialsError, WIDEN),
    "0x80048306": (CrmCredentialsError, WIDEN),
    "0x80048d19": (CrmCredentialsError, "mend DYNAMICS_FIELDS"),
    "0x8004431a": (CrmCredentialsError, "mend DYNAMICS_LEAD_SOURCE_CODE or DYNAMICS_FIELDS"),
    # Codes that say no to one lead, whatever the status.
    KEY_VIOLATED: (CrmRejectedError, ""),
    "0x80040333": (CrmRejectedError, ""),  # a rule against duplicates
    "0x80044331": (CrmRejectedError, ""),  # too long
    "0x8004022e": (ReadOnlyError, ""),
    # The recycle bin.
    "0x80044a02": (CrmRejectedError, IN_THE_WAY),
    "0x80049929": (CrmRejectedError, IN_THE_WAY),
    "0x80049939": (CrmRejectedError, IN_THE_WAY),
}
"""What a code means, and how to mend it. That the recycle bin has its codes in store, see
https://learn.microsoft.com/power-apps/developer/data-platform/restore-deleted-records
By that page they come when a record is restored or deleted again, and not when it is re-created.
"""


def classify(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what an error of Dataverse means."""
    number, (code, said) = response.status_code, error_of(response)
    reason = " ".join(filter(None, (str(number), code, without_sent(request, said))))
    if code == NO_SUCH_ROW and request.method == "PATCH":
        return _unbound(request, reason)
    if code in MEANINGS:
        error, mend = MEANINGS[code]
        return error(f"{reason}: {mend}" if mend else reason)
    if number in NO_ACCESS:
        return CrmCredentialsError(reason)
    if said and (number in TRY_LATER or response.is_server_error):
        return CrmUnavailableError(reason, retry_after=retry_after(response))
    nothing_said = not said and number not in TOLD_BY_STATUS
    if code == NO_SUCH_TABLE or (response.is_client_error and nothing_said):
        return CrmUnavailableError(f"{reason}: no Dynamics 365 Sales here, check DYNAMICS_URL")
    refuses = response.is_client_error and number not in TRY_LATER
    return CrmRejectedError(reason) if refuses else None


def error_of(response: httpx.Response) -> tuple[str, str]:
    """Return code and message; two empty texts if this is no error in Dataverse's shape."""
    try:
        error = response.json()["error"]
        return str(error.get("code") or "").lower(), str(error["message"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return "", ""


@contextmanager
def understood() -> Iterator[None]:
    """Take an answer that can't be read for none."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise CrmUnavailableError("not as Dataverse answers; check DYNAMICS_URL") from error


def _unbound(request: Request, reason: str) -> CrmError:
    """Return what it means that a row to be bound is not there: an owner, or else our lead."""
    if "/leads(" in request.path:
        return CrmCredentialsError(f"{reason}: mend DYNAMICS_OWNER or DYNAMICS_FIELDS")
    return CrmUnavailableError(f"{reason}: deleted meanwhile")
