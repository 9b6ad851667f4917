"""What a HubSpot account holds: contacts, notes and tasks; and what sales does there."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, override

from starlette.requests import Request
from starlette.responses import Response

from local.fakes.faults import DONE
from local.fakes.hubspot.answers import as_text, error
from local.fakes.hubspot.rules import (
    CONTACTED,
    CONTACTED_AT,
    MERGED,
    OPTIONS,
    OTHER_EMAILS,
    READ_ONLY,
)
from local.fakes.server import CrmServer, Fault, SeenRecord

FIELDS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "jobtitle",
}
STATUS = "hs_lead_status"
BODIES = {"notes": "hs_note_body", "tasks": "hs_task_body"}
ASSOCIATIONS = {"notes": 202, "tasks": 204}
LARGEST_BATCH = 100
LARGEST_BATCH_WITH_HISTORY = 50
READ, WRITE = "crm.objects.contacts.read", "crm.objects.contacts.write"
OWNERS, SUBSCRIPTIONS = "crm.objects.owners.read", "communication_preferences.read_write"
SCHEMAS = "crm.schemas.contacts.read"

OF_WRITES = DONE - {Fault.HALF_A_BODY} | {Fault.REJECTED}
"""Faults that wait for a call that changes something: a lookup comes first here."""

type Properties = dict[str, str]
type Body = dict[str, Any]
type Answer = Callable[[Request, Body], Response]


class HubspotAccount(CrmServer):
    """What the account holds, what sales does there, and how accounts differ.

    ``key`` is its Service Key, ``required`` is what its admin made required, ``unique`` is empty
    where our property is none that recognises a contact, and ``refuses`` are codes for properties
    of which no value is taken. ``opt_outs`` is what the next ones come to, if not COMPLETE.
    ``answers_at`` come instead of the next answer, by method and path.
    """

    name = "hubspot"

    def __init__(self) -> None:
        """Start with our unique property, one owner and all scopes."""
        super().__init__()
        self.key = "pat-eu1-5f1c0ffe"
        self.version = "2026-09"
        self.scopes = {READ, WRITE, OWNERS, SUBSCRIPTIONS, SCHEMAS}
        self.owners = {"77"}
        self.required: set[str] = set()
        self.refuses: dict[str, str] = {}
        self.unique = {"marketplace_lead_id"}
        self.properties = {*FIELDS.values(), *READ_ONLY, *OPTIONS, *self.unique}
        self.properties |= {"message", "hubspot_owner_id", "product"}
        self.contacts: dict[str, Properties] = {}
        self.merged: dict[str, str] = {}
        self.deleted: dict[str, Properties] = {}
        self.deleted_keep_email = False
        self.requires_all_fields = True
        self.versions: dict[tuple[str, str], list[Properties]] = {}
        self.attached: dict[str, dict[str, Properties]] = {"notes": {}, "tasks": {}}
        self.unsubscribed: set[str] = set()
        self.opt_outs: deque[str] = deque()
        self.page_size = 500
        self.bodies: list[tuple[str, Any]] = []
        self.answers_at: dict[str, Response] = {}
        self.of: dict[str, str] = {}
        self._last_id = 500

    @override
    def settings(self) -> dict[str, str]:
        return {
            "CRM": self.name,
            "HUBSPOT_URL": self.url,
            "HUBSPOT_TOKEN": self.key,
            "HUBSPOT_OWNER": "77",
            "HUBSPOT_LEAD_STATUS": "NEW",
        }

    @override
    def records(self) -> list[SeenRecord]:
        return [self._seen(record_id) for record_id in self.contacts]

    @override
    def fault_answer(self, fault: Fault) -> Response:
        rolling = {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
        match fault:
            case Fault.UNAUTHORIZED:
                return error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
            case Fault.THROTTLED:
                answer = error(429, "RATE_LIMITS", "Ten seconds roll.", **rolling)
                answer.headers["Retry-After"] = "42"
                return answer
            case Fault.THROTTLED_WITHOUT_WAIT:
                return error(429, "RATE_LIMITS", "Ten seconds roll.", **rolling)
            case Fault.REJECTED:
                return error(400, "VALIDATION_ERROR", "A rule of this account refuses the record.")
            case _:
                return Response("upstream connect error", 502)

    @override
    def sales_acts(self, record_id: str) -> None:
        contact = self.contacts[record_id]
        contact[CONTACTED] = str(int(contact.get(CONTACTED, "0")) + 1)
        contact[CONTACTED_AT] = datetime.now(UTC).isoformat().replace("+00:00", "Z")

    @override
    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        self.contacts[record_id][FIELDS[field]] = value

    @override
    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        self.owners.add(owner)
        self.contacts[record_id] |= {"hubspot_owner_id": owner, STATUS: status}
        self.history(record_id, [STATUS])

    def history(self, record_id: str, names: Iterable[str]) -> dict[str, list[Properties]]:
        """Return the versions of a contact's properties, newest first.

        One that is met for the first time is as old as this look.
        """
        return {name: self._versions(record_id, name) for name in names}

    def _versions(self, record_id: str, name: str) -> list[Properties]:
        value = self.contacts[record_id].get(name, "")
        known = self.versions.setdefault((record_id, name), [])
        if value != (known[0]["value"] if known else ""):
            now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            known.insert(0, {"value": value, "timestamp": now, "sourceType": "CRM_UI"})
        return known

    @override
    def sales_deletes(self, record_id: str) -> None:
        self.deleted[record_id] = self.contacts.pop(record_id)

    def sales_merges(self, primary: str, other: str) -> str:
        """Let sales merge two contacts into a new one, which both old ids lead to; return its id.

        https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies
        """
        new_id, both = self._new_id(), [primary, other]
        kept, lost = self.contacts.pop(primary), self.contacts.pop(other)
        emails = [lost["email"]] if lost.get("email") else []
        merged = {MERGED: ";".join(both), OTHER_EMAILS: ";".join(emails)}
        self.contacts[new_id] = lost | {n: v for n, v in kept.items() if v} | merged
        self.merged |= dict.fromkeys(both, new_id)
        self.of = {
            i: new_id if contact_id in both else contact_id for i, contact_id in self.of.items()
        }
        return new_id

    @override
    def sales_ticks_off(self, reminder_id: str) -> None:
        self.completes(reminder_id)

    def completes(self, task_id: str) -> None:
        """Let a salesperson complete a task."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        done = {"hs_task_status": "COMPLETED", "hs_task_completion_date": now}
        self.attached["tasks"][task_id] |= done

    def has(self, **properties: str) -> str:
        """Add a contact as sales had it before us; return its id."""
        record_id = self._new_id()
        self.contacts[record_id] = properties
        return record_id

    def _new_id(self) -> str:
        self._last_id += 1
        return str(self._last_id)

    def _seen(self, record_id: str) -> SeenRecord:
        contact = self.contacts[record_id]
        notes = [n for i, n in self.attached["notes"].items() if self.of[i] == record_id]
        return SeenRecord(
            record_id=record_id,
            lead_id=contact.get("marketplace_lead_id", ""),
            values={ours: contact.get(theirs, "") for ours, theirs in FIELDS.items()},
            owner=contact.get("hubspot_owner_id", ""),
            status=contact.get("hs_lead_status", ""),
            description=contact.get("message", ""),
            notes=[as_text(note["hs_note_body"]) for note in notes],
            do_not_contact=contact.get("email", "") in self.unsubscribed,
        )

    def _now(self, record_id: str) -> str | None:
        """Return the id of the contact that an id leads to."""
        while record_id in self.merged:
            record_id = self.merged[record_id]
        return record_id if record_id in self.contacts else None

    def _with(self, name: str, value: str) -> str | None:
        """Return who has a value."""
        return _owner_of(self.contacts, name, value)

    def _taken(self, given: Properties) -> dict[str, str]:
        """Return the unique values that another contact has, and who; a deleted one may keep it."""
        known = self.contacts | (self.deleted if self.deleted_keep_email else {})
        owners = {n: _owner_of(known, n, given[n]) for n in {"email", *self.unique} & given.keys()}
        return {name: owner for name, owner in owners.items() if owner}

    def _shown(self, record_id: str) -> dict[str, Any]:
        url = f"https://app.hubspot.com/contacts/1/record/0-1/{record_id}"
        return {"id": record_id, "properties": self.contacts[record_id], "url": url}

    def _defined(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "hasUniqueValue": name in self.unique,
            "options": [{"value": value} for value in OPTIONS.get(name, [])],
            "modificationMetadata": {"readOnlyValue": name in READ_ONLY},
        }


def _owner_of(contacts: Mapping[str, Properties], name: str, value: str) -> str | None:
    same = (i for i, contact in contacts.items() if value.lower() in _values(contact, name))
    return next(same, None) if value else None


def _values(contact: Properties, name: str) -> list[str]:
    others = contact.get(OTHER_EMAILS, "").split(";") if name == "email" else []
    return [value.lower() for value in (contact.get(name, ""), *others) if value]
