"""What Salesforce's error codes mean; they decide, not the status, and each as a whole.

See https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

from collections.abc import Mapping

TRANSIENT = {
    "API_CURRENTLY_DISABLED",
    "ENTITY_IS_LOCKED",
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
    "LICENSE_LIMIT_EXCEEDED",
    "LIMIT_EXCEEDED",
    "ORG_IN_MAINTENANCE",
    "QUERY_TIMEOUT",
    "REQUEST_LIMIT_EXCEEDED",
    "SERVER_UNAVAILABLE",
    "STORAGE_LIMIT_EXCEEDED",
    "TOO_MANY_APEX_REQUESTS",
    "UNABLE_TO_LOCK_ROW",
}
"""Nothing was done, and it may work later."""

INTERNAL = {"REQUEST_RUNNING_TOO_LONG", "UNKNOWN_EXCEPTION"}
"""Says nothing against a record: it may work later. That nothing was done, the status must tell."""

GONE = {"ENTITY_IS_DELETED"}
"""Sales deleted the record that the request is about; nothing was done."""

NO_ACCESS = {
    "CLIENT_NOT_ACCESSIBLE_FOR_USER",
    "INVALID_AUTH_HEADER",
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
    "INVALID_SESSION_ID",
    "LOGIN_DURING_RESTRICTED_DOMAIN",
    "LOGIN_DURING_RESTRICTED_TIME",
    "ORG_LOCKED",
    "PASSWORD_LOCKOUT",
    "TRIAL_EXPIRED",
}

OWNER = "correct SALESFORCE_OWNER, or give that user or queue access to Lead"

SETTINGS: Mapping[str, str] = {
    "API_DISABLED_FOR_ORG": "give the app's run-as user API Enabled",
    "FORBIDDEN": "widen the permissions of the app's run-as user",
    "INACTIVE_OWNER_OR_USER": "correct SALESFORCE_OWNER, or activate the user",
    "INSUFFICIENT_ACCESS": "widen the permissions of the app's run-as user",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (
        "widen the permissions of the app's run-as user"
    ),
    "INSUFFICIENT_ACCESS_OR_READONLY": "widen the permissions of the app's run-as user",
    "INVALID_ASSIGNMENT_RULE": "correct SALESFORCE_ASSIGNMENT",
    "INVALID_CROSS_REFERENCE_KEY": "correct SALESFORCE_OWNER or SALESFORCE_FIELDS",
    "INVALID_FIELD": (
        "create the field, let the app's run-as user see it, or correct SALESFORCE_FIELDS"
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (
        "let the app's run-as user edit the field, or correct SALESFORCE_FIELDS"
    ),
    "INVALID_ID_FIELD": "correct SALESFORCE_OWNER, SALESFORCE_ASSIGNMENT or SALESFORCE_FIELDS",
    "INVALID_STATUS": "correct SALESFORCE_STATUS or SALESFORCE_CLOSED_TASK_STATUS",
    "INVALID_TYPE": "give the app's run-as user access to Lead and Task",
    "JSON_PARSER_ERROR": "correct SALESFORCE_FIELDS: a value is not of its field's type",
    "MALFORMED_ID": "correct SALESFORCE_OWNER, SALESFORCE_ASSIGNMENT or SALESFORCE_FIELDS",
    "METHOD_NOT_ALLOWED": "correct SALESFORCE_URL or SALESFORCE_API_VERSION",
    "NOT_FOUND": "correct SALESFORCE_URL or SALESFORCE_API_VERSION",
    "OP_WITH_INVALID_USER_TYPE_EXCEPTION": OWNER,
    "REQUIRED_FIELD_MISSING": "set the field in SALESFORCE_FIELDS, or make it optional",
    "TRANSFER_REQUIRES_READ": OWNER,
    "UNAVAILABLE_RECORDTYPE_EXCEPTION": "give the app's run-as user a record type of Lead",
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
    "INVALID_STATUS",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "MALFORMED_ID",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "STRING_TOO_LONG",
    "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET",
}
"""The values of the fields that the error names are refused, as with any code that is not known;
without a name, the lead is."""

OF_THE_LEAD = {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "DUPLICATES_DETECTED"}
"""The lead is refused, whatever fields are named: a trigger may name those of another record."""

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
    *INTERNAL,
    *GONE,
    *NO_ACCESS,
    *SETTINGS,
    *FIELD,
    *OF_THE_LEAD,
    "CANNOT_UPDATE_CONVERTED_LEAD",
    "DUPLICATE_VALUE",
}
"""Codes that are told as they are, whatever the customer is called."""
