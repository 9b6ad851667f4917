"""What must be there in the org for leads to be taken; nothing is written to find out."""

from collections.abc import Mapping, Sequence

from shared.destinations.http.outcomes import outcomes_check
from shared.destinations.http.own_fields import Value, settable
from shared.destinations.http.reading import understood
from shared.destinations.salesforce.api import SalesforceApi, quoted
from shared.destinations.salesforce.contact import our_fields
from shared.destinations.salesforce.fields import COUNTRY_CODE, DESCRIPTION, DO_NOT_CONTACT
from shared.destinations.salesforce.follow_up import STATUS
from shared.destinations.salesforce.rows import Row
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.domain.errors import CrmError
from shared.ports.crm import CheckResult

MEND_LOGIN = (
    "check SALESFORCE_URL (the My Domain address), SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET,"
    " SALESFORCE_API_VERSION, and that the app's run-as user has API Enabled and access to Lead"
)

type Fields = Mapping[str, Row]
"""The fields of ``Lead`` by name in lower case, as Salesforce describes them, see
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm
"""


async def check_org(api: SalesforceApi, settings: SalesforceSettings) -> Sequence[CheckResult]:
    """Describe ``Lead``, and look for what the settings name."""
    login = f"{settings.url.rstrip('/')} accepts the credentials and shows the object Lead"
    try:
        described = await api.describe_lead()
        with understood("Salesforce", "SALESFORCE_URL"):
            told = _described(described, settings)
    except CrmError as error:
        return [CheckResult(what=login, mend=f"{error}; {MEND_LOGIN}")]
    return [
        CheckResult(what=login),
        *told,
        await _closed_status(api, settings),
        *([await _owner(api, settings)] if settings.owner else []),
    ]


def _described(lead: Row, settings: SalesforceSettings) -> list[CheckResult]:
    """Return what the description of ``Lead`` tells."""
    fields = {field["name"].lower(): field for field in lead["fields"]}
    return [
        *_lead(lead, fields, settings),
        *_own_fields(fields, settings),
        *_picklists(fields, settings),
        *outcomes_check("SALESFORCE_OUTCOMES", settings.outcomes, _labels(_field(fields, STATUS))),
    ]


def _lead(described: Row, fields: Fields, settings: SalesforceSettings) -> list[CheckResult]:
    key = _field(fields, settings.id_field)
    ours = {DESCRIPTION, *DO_NOT_CONTACT, *our_fields(settings).values(), *settings.set_once}
    ours.add(settings.id_field)
    hidden = [name for name in sorted(ours) if not _can_be_set(_field(fields, name))]
    always = {settings.id_field, DESCRIPTION, *DO_NOT_CONTACT, *settings.set_once}
    always |= {*settings.own_fields, *(n for n, text in settings.placeholders.items() if text)}
    given = {name.lower() for name in always}
    wanted = [f["name"] for name, f in fields.items() if _required(f) and name not in given]
    return [
        _result(
            f"Lead has the unique external id field {settings.id_field}",
            "create it as Text(64), External ID, Unique, or deploy docs/destinations/salesforce;"
            " let the integration's user edit it",
            ok=key.get("unique") and key.get("externalId"),
        ),
        _result(
            "the integration's user may create and change leads, with all fields that we send",
            f"give it Create, Edit and View All on Lead, and Edit on: {', '.join(hidden) or '-'}",
            ok=described.get("createable") and described.get("updateable") and not hidden,
        ),
        _result(
            "Lead requires no field that a lead may come without",
            f"set {', '.join(wanted)} in SALESFORCE_FIELDS, or make it optional",
            ok=not wanted,
        ),
        _result(
            f"{settings.country_field} takes the marketplace's country codes",
            "State and Country Picklists are on: set SALESFORCE_COUNTRY_FIELD=CountryCode",
            ok=settings.country_format != "as_given" or not _field(fields, COUNTRY_CODE),
        ),
    ]


def _own_fields(fields: Fields, settings: SalesforceSettings) -> list[CheckResult]:
    return [
        _result(
            f"{name} of SALESFORCE_FIELDS is there and can be set",
            f"create the field {name} on Lead, let the integration's user edit it,"
            " or correct SALESFORCE_FIELDS",
            ok=_can_be_set(_field(fields, name)),
        )
        for name in settings.own_fields
    ]


def _picklists(fields: Fields, settings: SalesforceSettings) -> list[CheckResult]:
    """Return whether picklists hold the values that are known before a lead comes."""
    own = settings.own_fields
    values: list[tuple[str, Value]] = [
        *((name, value) for name, value in settings.set_once.items() if name not in own),
        *((name, value) for name, field in own.items() for value in settable(field)),
    ]
    return [
        _result(
            f"{name} has the value {value!r}",
            f"add it to the picklist {name} of Lead, or correct the setting",
            ok=_holds(_field(fields, name), value),
        )
        for name, value in dict.fromkeys(values)
        if _field(fields, name).get("picklistValues")
    ]


async def _closed_status(api: SalesforceApi, settings: SalesforceSettings) -> CheckResult:
    return await _there(
        api,
        f"tasks have the closed status {settings.closed_task_status!r}",
        "TaskStatus",
        f"ApiName = {quoted(settings.closed_task_status)} AND IsClosed = TRUE",
        "set SALESFORCE_CLOSED_TASK_STATUS to the API name of a closed status of tasks",
    )


async def _owner(api: SalesforceApi, settings: SalesforceSettings) -> CheckResult:
    user = settings.owner.startswith("005")
    return await _there(
        api,
        f"the owner {settings.owner} is {'an active user' if user else 'a queue'}",
        "User" if user else "Group",
        f"Id = {quoted(settings.owner)} AND {'IsActive = TRUE' if user else "Type = 'Queue'"}",
        "correct SALESFORCE_OWNER, or activate the user",
    )


async def _there(api: SalesforceApi, what: str, source: str, where: str, mend: str) -> CheckResult:
    try:
        return _result(what, mend, ok=await api.rows(source, where))
    except CrmError as error:
        return CheckResult(what=what, mend=f"{error}; {mend}")


def _field(fields: Fields, name: str) -> Row:
    return fields.get(name.lower(), {})


def _labels(field: Row) -> dict[str, str]:
    """Return the labels of a picklist's values; leads may have an inactive one."""
    entries = field.get("picklistValues") or ()
    return {str(entry["value"]): str(entry.get("label") or "") for entry in entries}


def _can_be_set(field: Row) -> bool:
    return bool(field.get("createable"))


def _required(field: Row) -> bool:
    optional = field.get("nillable") or field.get("defaultedOnCreate")
    return _can_be_set(field) and not optional


def _holds(field: Row, value: Value) -> bool:
    """Tell whether a picklist has a value; several are divided by semicolons where it takes them.

    A picklist that is not restricted would take any, but a value outside it is in no list view.
    """
    known = {entry["value"] for entry in field["picklistValues"] if entry["active"]}
    several = field.get("type") == "multipicklist" and isinstance(value, str)
    return known.issuperset(str(value).split(";") if several else [value])


def _result(what: str, mend: str, *, ok: object) -> CheckResult:
    return CheckResult(what=what, mend="" if ok else mend)
