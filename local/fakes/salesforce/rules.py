"""What an org refuses, in its words; and how it describes its leads."""

import re
from collections.abc import Collection, Iterator, Mapping

from starlette.responses import JSONResponse

from local.fakes.salesforce import countries
from local.fakes.salesforce.answers import duplicates, error
from local.fakes.salesforce.org import CONTACT, ID_FIELD, QUEUE, SALES, US, Org, Row

LENGTHS = dict(FirstName=40, LastName=80, Email=80, Phone=40, Country=80, Title=128)  # noqa: C408
LONG = {"Description": 32_000}
OTHERS = ("Description", "Status", "LeadSource", "OwnerId", "DoNotCall", "HasOptedOutOfEmail")
TASK = ("WhoId", "OwnerId", "Subject", "Description", "ActivityDate", "Status")
KNOWN = {"Lead": {*CONTACT.values(), *OTHERS}, "Task": {*TASK, "IsReminderSet", "ReminderDateTime"}}


def refusals(
    org: Org, table: str, given: Row, row: Row, headers: Mapping[str, str]
) -> Iterator[JSONResponse]:
    """Return why an org does not take a record that ``row`` would be with what is ``given``."""
    lead = table == "Lead"
    known = _known_fields(org) if lead else KNOWN[table] - org.hidden
    for name in given.keys() - known:
        yield error("INVALID_FIELD", f"No such column '{name}' on sobject of type {table}")
    for name, value in given.items():
        most = (LENGTHS | LONG).get(name, 255)
        if len(str(value)) > most:
            said = f"{name}: data value too large: {value} (max length={most})"
            yield error("STRING_TOO_LONG", said, name)
        if value not in org.picklists.get(name, [value]):
            said = f"{name}: bad value for restricted picklist field: {value}"
            yield error("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", said, name)
    yield from _lead_refusals(org, given, row, headers) if lead else _task_refusals(org, row)
    for rule in org.validation_rules if lead else ():
        if rule.breaks(row):
            said = rule.message.format_map(row)
            yield error("FIELD_CUSTOM_VALIDATION_EXCEPTION", said, *filter(None, [rule.field]))


def _lead_refusals(
    org: Org, given: Row, row: Row, headers: Mapping[str, str]
) -> Iterator[JSONResponse]:
    missing = sorted(name for name in org.required if not row.get(name))
    if missing:
        said = f"Required fields are missing: [{', '.join(missing)}]"
        yield error("REQUIRED_FIELD_MISSING", said, *missing)
    if org.country_picklists:
        yield from countries.refusals(given)
    if not re.fullmatch(r"[!-~]+@[\w.-]+\.\w+", given.get("Email", "x@y.z")):
        said = f"Email: invalid email address: {given['Email']}"
        yield error("INVALID_EMAIL_ADDRESS", said, "Email")
    if given.get("OwnerId", US) not in (US, SALES, QUEUE):
        yield error("INVALID_CROSS_REFERENCE_KEY", "Owner ID: id value of incorrect type")
    others = [o for o in org.live("Lead") if o["Id"] != row.get("Id")]
    for other in others if org.unique else ():
        if row.get(ID_FIELD) and other.get(ID_FIELD) == row[ID_FIELD]:
            told = f"{ID_FIELD} duplicates value on record with id: {other['Id']}"
            yield error("DUPLICATE_VALUE", f"duplicate value found: {told}")
    same = [o["Id"] for o in others if o.get("Email") and o["Email"] == row.get("Email")]
    passed = "allowSave=true" in headers.get("sforce-duplicate-rule-header", "")
    if same and (org.duplicate_rule == "block" or (org.duplicate_rule and not passed)):
        yield duplicates(same)


def _task_refusals(org: Org, row: Row) -> Iterator[JSONResponse]:
    if row.get("OwnerId") == QUEUE and not org.queue_owns_tasks:
        yield error("INVALID_CROSS_REFERENCE_KEY", "Assigned To ID: id value of incorrect type")
    who = row["WhoId"]
    if org.tables["Lead"].get(who, {}).get("IsConverted"):
        yield error("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", "WhoId")
    if who in org.gone_contacts or org.tables["Lead"].get(who, {}).get("IsDeleted"):
        code = org.gone_contacts.get(who, "ENTITY_IS_DELETED")
        yield error(code, code.lower().replace("_", " "), "WhoId")


def _known_fields(org: Org) -> set[str]:
    code = {"CountryCode"} if org.country_picklists else set[str]()
    return (KNOWN["Lead"] | org.custom_fields | code) - org.hidden


def describe_lead(org: Org) -> Row:
    """Return the description of ``Lead``."""
    picklists = {"Status": org.statuses, "LeadSource": ["Marketplace"], **org.picklists}
    if org.country_picklists:
        picklists |= {"Country": list(countries.CODES), "CountryCode": list(countries.NAMES)}
    fields = [
        {
            "name": name,
            "type": _type(name, picklists, org.several),
            "createable": True,
            "nillable": name not in org.required,
            "defaultedOnCreate": False,
            "unique": name == ID_FIELD and org.unique,
            "externalId": name == ID_FIELD,
            "restrictedPicklist": name in org.picklists,
            "picklistValues": [{"value": v, "active": True} for v in picklists.get(name, ())],
        }
        for name in sorted(_known_fields(org) | org.required - org.hidden)
    ]
    return {"createable": True, "updateable": True, "fields": fields}


def _type(name: str, picklists: Collection[str], several: Collection[str]) -> str:
    if name in several:
        return "multipicklist"
    return "picklist" if name in picklists else "string"
