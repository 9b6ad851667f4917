"""Whether the instance has what we need: permissions, and the fields that the settings name."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from json import dumps
from typing import Any

from shared.destinations.http.own_fields import settable
from shared.destinations.marketo.api import MarketoApi
from shared.destinations.marketo.contact import FIELDS
from shared.destinations.marketo.fields import DO_NOT_CONTACT, SOURCE, STATUS
from shared.destinations.marketo.settings import MarketoSettings
from shared.domain.errors import CrmError, CrmRejectedError
from shared.ports.crm import CheckResult

LOGIN = "check MARKETO_URL, MARKETO_CLIENT_ID and MARKETO_CLIENT_SECRET"
ROLE = "give the API user's role {} Lead, and allow this app if addresses are restricted"
NOBODY = 0

NUMBERS = (int, float)
JSON_TYPES: Mapping[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "score": (int,),
    "percent": (int,),
    "float": NUMBERS,
    "currency": NUMBERS,
}
"""What fields take that are no texts, by their type, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""


async def checks(api: MarketoApi, settings: MarketoSettings) -> Sequence[CheckResult]:
    """Try the credentials, the permissions and the fields; nothing is written."""
    what = "Marketo answers, and persons can be read"
    try:
        described = await api.describe()
    except CrmError as error:
        return [CheckResult(what=f"{what} ({error})", mend=f"{LOGIN}; {ROLE.format('Read-Only')}")]
    fields = {str(field.get("name")): field for field in _items(described.get("fields"), dict)}
    found_by = _items(described.get("searchableFields"), list)
    searchable = {name for names in found_by for name in names if isinstance(name, str)}
    return [
        CheckResult(what=what),
        await _written(api),
        *_set(settings),
        *_fields(settings, fields),
        *_required(settings, fields),
        *_types(settings, {name: str(field.get("dataType")) for name, field in fields.items()}),
        *_searchable(settings.id_field, searchable),
    ]


async def _written(api: MarketoApi) -> CheckResult:
    """Try the permission to write on a person who can't be."""
    what = "persons can be written"
    try:
        with suppress(CrmRejectedError):  # the person, not us
            await api.update(NOBODY, {})
    except CrmError as error:
        return CheckResult(what=f"{what} ({error})", mend=ROLE.format("Read-Write"))
    return CheckResult(what=what)


def _set(settings: MarketoSettings) -> Iterator[CheckResult]:
    for setting, name, kind, without in (
        ("MARKETO_ID_FIELD", settings.id_field, "String", "leads without e-mail are parked"),
        (
            "MARKETO_INTEREST_FIELD",
            settings.interest_field,
            "Text Area",
            "Marketo does not show what customers did",
        ),
    ):
        mend = (
            f"create a custom field of type {kind} (Admin, Field Management), and set {setting} to"
            f" its API name; without it, {without}"
        )
        yield CheckResult(what=f"{setting} is set", mend="" if name else mend)


def _fields(settings: MarketoSettings, fields: Mapping[str, Any]) -> Iterator[CheckResult]:
    ours = [settings.id_field, settings.interest_field, *settings.own_fields]
    for name in dict.fromkeys([*FIELDS.values(), SOURCE, STATUS, *DO_NOT_CONTACT, *ours]):
        if name:
            ok = fields.get(name, {}).get("updateable", name in fields) is True
            mend = f"create the field {name} (Admin, Field Management), or correct the setting"
            yield CheckResult(what=f"field {name} can be written", mend="" if ok else mend)


def _required(settings: MarketoSettings, fields: Mapping[str, Any]) -> Iterator[CheckResult]:
    """Look whether each field that new persons must have is filled.

    Not confirmed against a live instance: that required fields are described as such. If not, the
    first new person tells, by error 1002.
    """
    filled = {*FIELDS.values(), *settings.own_fields, settings.id_field, settings.interest_field}
    filled |= {SOURCE, *([STATUS] if settings.status else [])}
    for name, field in fields.items():
        updateable = field.get("updateable", True) is True
        if field.get("required") is True and updateable and name not in filled:
            mend = f"set {name} in MARKETO_FIELDS, or make it optional (Admin, Field Management)"
            yield CheckResult(what=f"field {name}, which is required, is filled", mend=mend)


def _types(settings: MarketoSettings, types: Mapping[str, str]) -> Iterator[CheckResult]:
    """Look whether custom fields that hold no text take their values, as far as is known."""
    for name, own in settings.own_fields.items():
        kind = types.get(name, "")
        if kind in JSON_TYPES:
            wrong = [dumps(value) for value in settable(own) if type(value) not in JSON_TYPES[kind]]
            mend = f"write {', '.join(wrong)} in MARKETO_FIELDS as JSON of the type {kind}"
            yield CheckResult(what=f"field {name} takes its values", mend=mend if wrong else "")
    if types.get(settings.interest_field) == "string":
        mend = "set MARKETO_INTEREST_FIELD to a custom field of type Text Area"
        yield CheckResult(what=f"field {settings.interest_field} takes long texts", mend=mend)


def _searchable(id_field: str, searchable: set[str]) -> Iterator[CheckResult]:
    if id_field:
        mend = "set MARKETO_ID_FIELD to a custom field of type String"
        ok = id_field in searchable
        yield CheckResult(what=f"persons can be found by {id_field}", mend="" if ok else mend)


def _items[Item](listed: object, kind: type[Item]) -> list[Item]:
    """Return what of a list is as it should be; none if it is no list."""
    return [one for one in listed if isinstance(one, kind)] if isinstance(listed, list) else []
