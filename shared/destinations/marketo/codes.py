"""What Marketo's error codes mean; they decide, not the words.

https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes
"""

from collections.abc import Mapping
from datetime import timedelta

TOKEN_REFUSED = {"601", "602"}
NO_PERMISSION = "603"
DAILY_QUOTA = "607"

PHRASES: Mapping[str, str] = {
    "500": "Internal server error",
    "502": "Bad gateway",
    "601": "Access token invalid",
    "602": "Access token expired",
    "603": "Access denied",
    "604": "Request time-out",
    "605": "HTTP method not supported",
    "606": "Max rate limit exceeded",
    "607": "Daily quota reached",
    "608": "API temporarily unavailable",
    "609": "Invalid JSON",
    "610": "Requested resource not found",
    "611": "System error",
    "612": "Invalid content type",
    "613": "Invalid multipart request",
    "614": "Invalid subscription",
    "615": "Concurrent access limit reached",
    "616": "Invalid subscription type",
    "713": "Transient error",
    "1004": "Lead not found",
    "1005": "Lead already exists",
    "1007": "Multiple leads match the lookup criteria",
    "1009": "Partition name must be specified",
    "1010": "Partition update not allowed",
    "1018": "CRM enabled",
    "1021": "Company update not allowed",
}
"""What is documented for codes whose message is the same each time."""

NOT_DONE = {"606", "608", "614", "615", "713"}
"""Nothing was done, and it may work later."""

RATE_LIMIT, RATE_WINDOW = "606", timedelta(seconds=20)
"""100 calls in 20 seconds, for all that use the instance, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/marketo-integration-best-practices
"""

NOT_FOUND, EXISTS, IN_ANOTHER_PARTITION = "1004", "1005", "1010"
"""Of one person, who is skipped."""

REQUIRED, NO_FIELD, NOT_SUPPORTED = "1002", "1006", "1011"
NO_PARTITION = "1008"
NO_COMPANY = "1021"

ADDRESS = "check MARKETO_URL, and what is on the way there"
PARTITION = "correct MARKETO_PARTITION, or give the API user's role access to it"
SUBSCRIPTION = "ask Adobe to enable it for the subscription"
SETTINGS: Mapping[str, str] = {
    "605": ADDRESS,
    "609": ADDRESS,
    "610": ADDRESS,
    "612": ADDRESS,
    "613": ADDRESS,
    "616": SUBSCRIPTION,
    "703": SUBSCRIPTION,
    REQUIRED: "set the field in MARKETO_FIELDS, or make it optional",
    NO_FIELD: "create the field (Admin, Field Management), or correct the setting that names it",
    "1009": "set MARKETO_PARTITION",
    NOT_SUPPORTED: "set MARKETO_ID_FIELD to a custom field of type String",
}
"""The instance or our settings are at fault and not this person: what is to be done, and leads wait
until then."""

VALUE = {"1001", "1003", "1077"}
"""The value of a field is refused, if the message names it; else the person is."""

TYPES = {
    *("boolean", "currency", "date", "datetime", "email", "float", "formula", "integer"),
    *("percent", "phone", "picklist", "reference", "score", "string", "text", "textarea", "url"),
}
"""What a value may be required to be, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""

REQUESTS_REFUSED = {"701", "702", "704", "709", "710", "711", "712", "714", "718"}
PERSONS_REFUSED = range(1001, 1080)
"""What is documented of requests and of persons that are refused. Of 500, 502, 604 and 611, which
are time-outs and faults inside Marketo, it is not certain that nothing was done."""

LOGIN_REFUSED = {
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "unauthorized",
    "unauthorized_client",
}
"""How a login is refused for good."""
