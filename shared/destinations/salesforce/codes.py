"""What Salesforce's error codes mean; they decide, not the status, and each as a whole.

See https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

from collections.abc import Mapping

TRANSIENT = {
    "API_CURRENTLY_DISABLED",
    "ENTITY_IS_LOCKED",
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
    "QUERY_TIMEOUT",
    "REQUEST_LIMIT_EXCEEDED",
    "SERVER_UNAVAILABLE",
    "STORAGE_LIMIT_EXCEEDED",
    "UNABLE_TO_LOCK_ROW",
}
"""Nothing was done, and it may work later."""

GONE = {"ENTITY_IS_DELETED"}
"""Sales deleted the record that the request is about; nothing was done."""

NO_ACCESS = {"INVALID_AUTH_HEADER", "INVALID_SESSION_ID"}

SETTINGS: Mapping[str, str] = {
    "API_DISABLED_FOR_ORG": "give the app's run-as user API Enabled",
    "FORBIDDEN": "widen the permissions of the app's run-as user",
    "INACTIVE_OWNER_OR_USER": "correct SALESFORCE_OWNER, or activate the user",
    "INSUFFICIENT_ACCESS": "widen the permissions of the app's run-as user",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "widen the permissions of the app's run-as user"
    ),
    "INSUFFICIENT_ACCESS_OR_READONLY": "widen the permissions of the app's run-as user",
    "INVALID_CROSS_REFERENCE_KEY": "correct SALESFORCE_OWNER or SALESFORCE_FIELDS",
    "INVALID_FIELD": (
        "create the field, let the app's run-as user see it, or correct SALESFORCE_FIELDS"
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (
        "let the app's run-as user edit the field, or correct SALESFORCE_FIELDS"
    ),
    "INVALID_TYPE": "give the app's run-as user access to Lead and Task",
    "JSON_PARSER_ERROR": "correct SALESFORCE_FIELDS: a value is not of its field's type",
    "METHOD_NOT_ALLOWED": "correct SALESFORCE_URL or SALESFORCE_API_VERSION",
    "NOT_FOUND": "correct SALESFORCE_URL or SALESFORCE_API_VERSION",
    "REQUIRED_FIELD_MISSING": "set the field in SALESFORCE_FIELDS, or make it optional",
    "UNSUPPORTED_API_VERSION": "correct SALESFORCE_API_VERSION",
}
"""The org or our settings are at fault and not this lead: what is to be done, and leads wait until
then. A field that the user may not see is told as one that does not exist."""

RULES = {"FIELD_CUSTOM_VALIDATION_EXCEPTION", "FIELD_FILTER_VALIDATION_EXCEPTION"}
"""A rule of the org says no to the lead, and may show that beside a field."""

FIELD = {
    *RULES,
    "FIELD_INTEGRITY_EXCEPTION",
    "INVALID_EMAIL_ADDRESS",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "MALFORMED_ID",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "STRING_TOO_LONG",
    "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET",
}
"""The values of the fields that the error names are refused; without a name, the lead is."""

LOGIN = {
    "inactive_org",
    "inactive_user",
    "invalid_app_access",
    "invalid_client",
    "invalid_client_credentials",
    "invalid_client_id",
    "invalid_grant",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
}
"""How a login is refused for good, see
https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
"""

PASSING_LOGIN = {"rate_limit_exceeded", "server_error", "temporarily_unavailable"}
"""What says of a login that it may work later."""

KNOWN = {
    *TRANSIENT,
    *GONE,
    *NO_ACCESS,
    *SETTINGS,
    *FIELD,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    "CANNOT_UPDATE_CONVERTED_LEAD",
    "DUPLICATES_DETECTED",
    "DUPLICATE_VALUE",
}
"""Codes that are told as they are, whatever the customer is called."""
