"""Whether the account takes leads: the key, its scopes, and what the settings name.

Not confirmed against a live account: that an update of contact 0, by which the permission is tried,
is answered with 400 or 404.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.destinations.http.answers import Request
from shared.destinations.http.outcomes import outcomes_check
from shared.destinations.http.own_fields import Choice, OwnField, settable
from shared.destinations.hubspot.answers import JsonObject, objects
from shared.destinations.hubspot.api import HubspotApi, get
from shared.destinations.hubspot.fields import MESSAGE, STAGE, STATUS, fixed, text_of
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.errors import CrmError
from shared.ports.crm import CheckResult

NOBODY = "0"
"""No contact has this id: to update it needs the permission and does nothing."""

READ, WRITE = "crm.objects.contacts.read", "crm.objects.contacts.write"
OWNERS, SUBSCRIPTIONS = "crm.objects.owners.read", "communication_preferences.read_write"
SCHEMAS = "crm.schemas.contacts.read"
SCOPE = "give the Service Key the scope {}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A request that shows whether something is there."""

    what: str
    request: Request
    mend: str
    accept: tuple[int, ...] = ()


async def checked(api: HubspotApi, settings: HubspotSettings, now: datetime) -> list[CheckResult]:
    """Try all that a delivery needs, without writing anything."""
    key = Trial(
        f"{api.where} takes the Service Key",
        get(api.account),
        "set HUBSPOT_TOKEN to a Service Key (Development > Keys > Service keys)",
    )
    result, account = await _tried(api, key)
    if not result.ok:
        return [result]
    results = [result, _zone_check(settings.time_zone, account, now)]
    results += [(await _tried(api, trial))[0] for trial in _trials(api, settings)]
    readable = Trial("properties can be read", get(api.properties), SCOPE.format(READ))
    result, found = await _tried(api, readable)
    results.append(result)
    if result.ok:
        properties = {str(one.get("name")): one for one in objects(found.get("results"))}
        results += schema_checks(settings, properties)
    return [*results, await _required_check(api, settings)]


async def _required_check(api: HubspotApi, settings: HubspotSettings) -> CheckResult:
    """Look whether each property that the account requires of new contacts is sent with each."""
    what = "the account requires no property that leads may lack"
    look = Trial(what, get(api.schema), f"{SCOPE.format(SCHEMAS)}, to look")
    result, found = await _tried(api, look)
    required = found.get("requiredProperties")
    names = [one for one in required if isinstance(one, str)] if isinstance(required, list) else []
    sent = {MESSAGE, *(name for name, value in fixed(settings).items() if value)}
    sent |= {name for name, field in settings.own_fields.items() if _always_set(field)}
    if result.ok and (missing := sorted(set(names) - sent)):
        mend = f"give {', '.join(missing)} a value in HUBSPOT_FIELDS, or let it not be required"
        return CheckResult(what=what, mend=mend)
    return result


def _trials(api: HubspotApi, settings: HubspotSettings) -> list[Trial]:
    contacts = get(api.contacts, limit="1")
    trials = [
        Trial("contacts can be read", contacts, SCOPE.format(READ)),
        Trial("contacts can be written", api.patch(NOBODY, {}), SCOPE.format(WRITE), (400, 404)),
    ]
    if settings.owner:
        owner = get(f"{api.owners}/{settings.owner}")
        mend = f"correct HUBSPOT_OWNER, or {SCOPE.format(OWNERS)} to look"
        trials.append(Trial(f"owner {settings.owner} exists", owner, mend))
    if settings.unsubscribe:
        look = api.subscriptions("GET", "nobody@example.com")
        mend = f"{SCOPE.format(SUBSCRIPTIONS)}, or set HUBSPOT_UNSUBSCRIBE to false"
        trials.append(Trial("addresses can be unsubscribed", look, mend))
    return trials


async def _tried(api: HubspotApi, trial: Trial) -> tuple[CheckResult, JsonObject]:
    """Return what became of a request, and its answer."""
    try:
        return CheckResult(what=trial.what), await api.answer(trial.request, *trial.accept)
    except CrmError as error:
        return CheckResult(what=trial.what, mend=f"{trial.mend} ({error})"), {}


def _zone_check(given: ZoneInfo | None, account: JsonObject, now: datetime) -> CheckResult:
    """Compare time zones by what they are now: one may have several names."""
    milliseconds = account.get("utcOffsetMilliseconds")
    offset = now.astimezone(given).utcoffset() if given else None
    fits = offset is None or offset / timedelta(milliseconds=1) == milliseconds
    mend = "" if fits else f"set it to {account.get('timeZone')}"
    return CheckResult(what="HUBSPOT_TIME_ZONE fits the account", mend=mend)


def schema_checks(
    settings: HubspotSettings, properties: Mapping[str, JsonObject]
) -> list[CheckResult]:
    """Look whether the account has the properties and options that the settings name."""
    our_id = settings.id_property
    unique = properties.get(our_id, {}).get("hasUniqueValue") is True
    create = (
        f"create a contact property, single-line text, internal name {our_id}, that requires"
        " unique values; without it, some leads without e-mail need a person to look"
    )
    results = [
        CheckResult(what=f"property {our_id} has unique values", mend="" if unique else create)
    ]
    for setting, name, value in (
        ("HUBSPOT_LEAD_STATUS", STATUS, settings.lead_status),
        ("HUBSPOT_LIFECYCLE_STAGE", STAGE, settings.lifecycle_stage),
    ):
        if value:
            known = value in _options(properties.get(name, {}))
            mend = "" if known else f"set it to the internal name of an option of {name}"
            results.append(CheckResult(what=f"{setting} {value} exists", mend=mend))
    statuses = _labels(properties.get(STATUS, {}))
    results += outcomes_check("HUBSPOT_OUTCOMES", settings.outcomes, statuses)
    for name, field in settings.own_fields.items():
        results += _own_field_checks(name, field, properties.get(name))
    return results


def _own_field_checks(name: str, field: OwnField, known: JsonObject | None) -> list[CheckResult]:
    """Look whether a property of the publisher's can be set, and has the values it may get."""
    [metadata] = objects([(known or {}).get("modificationMetadata")]) or [{}]
    read_only = known is None or metadata.get("readOnlyValue")
    mend = f"create the contact property {name}, or correct HUBSPOT_FIELDS" if read_only else ""
    can_be_set = CheckResult(what=f"property {name} can be set", mend=mend)
    options = _options(known or {})
    if not options:
        return [can_be_set]
    values = [part for value in settable(field) for part in _parts(text_of(value), known or {})]
    missing = [value for value in values if value not in options]
    mend = f"no option of it has the internal name {', '.join(map(repr, missing))}: correct"
    return [
        can_be_set,
        CheckResult(
            what=f"property {name} takes the values of HUBSPOT_FIELDS",
            mend=f"{mend} HUBSPOT_FIELDS, or add the option" if missing else "",
        ),
    ]


def _always_set(field: OwnField) -> bool:
    """Tell whether a field of the publisher's has a value whatever the lead."""
    if isinstance(field, Choice):
        return field.otherwise is not None
    return any(True for _ in settable(field))


def _options(known: JsonObject) -> set[str]:
    return set(_labels(known))


def _labels(known: JsonObject) -> dict[str, str]:
    """Return the labels of a property's options by their internal names."""
    return {str(one.get("value")): str(one.get("label")) for one in objects(known.get("options"))}


def _parts(value: str, known: JsonObject) -> list[str]:
    """Return the options in a value: checkboxes take several, with semicolons between them."""
    return value.split(";") if known.get("fieldType") == "checkbox" else [value]
