"""What a HubSpot account holds: contacts, notes and tasks, property rules, scopes."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any, override

from starlette.requests import Request
from starlette.responses import Response

from local.fakes.hubspot.answers import as_text, error, invalid
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
CONTACTED, CONTACTED_AT = "num_contacted_notes", "notes_last_contacted"
READ_ONLY = {CONTACTED, CONTACTED_AT, "hs_sales_email_last_replied"}
OPTIONS = {
    "hs_lead_status": ["NEW", "OPEN", "IN_PROGRESS", "CONNECTED"],
    "lifecyclestage": ["subscriber", "lead", "customer"],
}
BODIES = {"notes": "hs_note_body", "tasks": "hs_task_body"}
ASSOCIATIONS = {"notes": 202, "tasks": 204}
LONGEST_TEXT = 65_536
LARGEST_BATCH = 100
READ, WRITE = "crm.objects.contacts.read", "crm.objects.contacts.write"
OWNERS, SUBSCRIPTIONS = "crm.objects.owners.read", "communication_preferences.read_write"

AFTER_A_WRITE = {Fault.CUT_AFTER, Fault.NO_ID, Fault.UNAVAILABLE_AFTER, Fault.LATE}
"""Faults that wait for a call that changes something: a lookup comes first here."""

type Properties = dict[str, str]
type Body = dict[str, Any]
type Answer = Callable[[Request, Body], Response]


class HubspotAccount(CrmServer):
    """What the account holds, what sales does there, and the rules of its properties.

    ``key`` is its Service Key, ``required`` is what its admin made required. ``answers_at`` come
    instead of the next answer, by method and path.
    """

    name = "hubspot"

    def __init__(self) -> None:
        """Start with our unique property, one owner and all scopes."""
        super().__init__()
        self.key = "pat-eu1-5f1c0ffe"
        self.version = "2026-09"
        self.scopes = {READ, WRITE, OWNERS, SUBSCRIPTIONS}
        self.owners = {"77"}
        self.required: set[str] = set()
        self.unique = {"marketplace_lead_id"}
        self.properties = {*FIELDS.values(), *READ_ONLY, *OPTIONS, *self.unique}
        self.properties |= {"message", "hubspot_owner_id", "product"}
        self.contacts: dict[str, Properties] = {}
        self.attached: dict[str, dict[str, Properties]] = {"notes": {}, "tasks": {}}
        self.unsubscribed: set[str] = set()
        self.page_size = 500
        self.bodies: list[tuple[str, Any]] = []
        self.answers_at: dict[str, Response] = {}
        self.of: dict[str, str] = {}
        self._ids = count(501)

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
                return invalid({"industry": "REQUIRED_FIELD"})
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
        self.contacts[record_id] |= {"hubspot_owner_id": owner, "hs_lead_status": status}

    @override
    def sales_deletes(self, record_id: str) -> None:
        del self.contacts[record_id]

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
        record_id = str(next(self._ids))
        self.contacts[record_id] = properties
        return record_id

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

    def _with(self, name: str, value: str) -> str | None:
        same = (i for i, c in self.contacts.items() if c.get(name, "").lower() == value.lower())
        return next(same, None) if value else None

    def _faults(self, given: Mapping[str, str]) -> dict[str, str]:
        found = dict.fromkeys(given.keys() - self.properties, "PROPERTY_DOESNT_EXIST")
        found |= dict.fromkeys(given.keys() & READ_ONLY, "READ_ONLY_VALUE")
        found |= {n: "INVALID_LONG" for n, value in given.items() if len(value) > LONGEST_TEXT}
        found |= {n: "INVALID_OPTION" for n in OPTIONS if given.get(n, "NEW") not in option(n)}
        if "email" in given and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", given["email"]):
            found["email"] = "INVALID_EMAIL"
        return found

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


def option(name: str) -> list[str]:
    """Return the values that an enumeration takes; "NEW" stands for "not given"."""
    return [*OPTIONS[name], "NEW"]
