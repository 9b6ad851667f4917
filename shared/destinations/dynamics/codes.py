"""What the error codes of Dataverse mean; they decide, not the status: a duplicate may be a 500.

See https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes
"""

from collections.abc import Mapping

THROTTLED = {"0x80072321", "0x80072322", "0x80072326"}
"""Nothing was done, and ``Retry-After`` tells when it may be, see
https://learn.microsoft.com/power-apps/developer/data-platform/api-limits
"""

NO_SUCH_TABLE, NO_SUCH_ROW, NO_SUCH_KEY = "0x8006088a", "0x80040217", "0x80060891"
EXISTS = {"", "0x80040237"}
"""That a row is there, with 412; Dataverse may give no code with it."""

DISABLED = "0x80040225"
NO_ACCESS: Mapping[str, str] = {
    "0x80072560": "add an application user for the app's client id",
    DISABLED: "enable the application user",
}

BAD_ADDRESS, READ_ONLY, PLUG_IN = "0x80060888", "0x8004022e", "0x80040265"
WIDEN = "widen the role of the application user"
OF_AN_OWNER = "correct DYNAMICS_OWNER, or enable that owner and widen its role and ours"
PAYLOAD = "correct DYNAMICS_FIELDS"

SETTINGS: Mapping[str, str] = {
    "0x80040220": WIDEN,
    "0x80040299": WIDEN,
    "0x80048306": WIDEN,
    "0x0": PAYLOAD,
    "0x80048d19": PAYLOAD,
    BAD_ADDRESS: PAYLOAD,
    "0x8004431a": "correct DYNAMICS_LEAD_SOURCE_CODE or DYNAMICS_FIELDS",
    NO_SUCH_TABLE: "no Dynamics 365 Sales here, check DYNAMICS_URL",
}
"""Faults of the environment or of our settings, not of one lead: all leads wait until then."""

IN_THE_WAY = (
    "a deleted record is in the way: restore it, or remove it from the deleted records, then"
    " release the delivery"
)
"""Where it is: Settings, Data management, Deleted records."""

REFUSED: Mapping[str, str] = {
    "0x80040333": "",  # a rule against duplicates
    "0x80060892": "",  # an alternate key of the publisher
    "0x80044330": "",  # out of range
    "0x80044331": "",  # too long
    READ_ONLY: "",
    PLUG_IN: "",
    "0x80044a02": IN_THE_WAY,
    "0x80049929": IN_THE_WAY,
    "0x80049939": IN_THE_WAY,
}
"""What says no to one lead, whatever the status, and what to do. The recycle bin has codes, see
https://learn.microsoft.com/power-apps/developer/data-platform/restore-deleted-records
By that page they come when a record is restored or deleted again, and not when it is re-created.
"""

DUPLICATE = {"0x80040237", "0x80040333", "0x80060892"}
"""Another row is the same, in the columns that the message names."""
