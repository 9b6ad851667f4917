"""What an environment holds, what an administrator set up in it, and what sales does there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from local.fakes.server import SeenRecord

CONTACT_COLUMNS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "emailaddress1",
    "phone": "telephone1",
    "country": "address1_country",
    "company": "companyname",
    "title": "jobtitle",
}
FLAGS = ("donotemail", "donotphone", "donotbulkemail")
STATUS_REASONS = {
    "New": 1,
    "Contacted": 2,
    "Qualified": 3,
    "Lost": 4,
    "Cannot Contact": 5,
    "No Longer Interested": 6,
    "Canceled": 7,
}
STATES = {"Qualified": (1, 3), "Lost": (2, 4), "Merged": (2, 6)}
FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"
TABLES = ("leads", "annotations", "tasks", "accounts", "contacts", "campaigns")
ABOUT = {"annotations": "objectid_lead", "tasks": "regardingobjectid_lead_task"}


@dataclass(kw_only=True)
class Principal:
    """A user or a team."""

    kind: str
    name: str
    id: str = field(default_factory=lambda: str(uuid4()))
    disabled: bool = False


class Environment:
    """Rows, users and settings; what an administrator may have changed is an attribute."""

    def __init__(self) -> None:
        """Start with our application user, a salesperson and a team."""
        self.duplicate_rule = self.email_is_key = self.breaks_down = False
        self.closes_before_patch = self.deletes_before_patch = False
        self.refuses_closed = True
        self.refuses_deleted_key: tuple[int, str] | None = None
        """Status and code of the answer to a create under the key of a deleted row."""
        self.app = Principal(kind="systemuser", name="# Marketplace lead relay")
        self.anna = Principal(kind="systemuser", name="Anna Sales")
        self.team = Principal(kind="team", name="Inbound")
        self.principals = {p.id: p for p in (self.app, self.anna, self.team)}
        self.missing_privileges: set[str] = set()
        self.own_columns: set[str] = set()
        self.required_columns = {"subject", "lastname"}
        """What the forms demand; Dataverse does not, but a plug-in may (``enforces_required``)."""
        self.enforces_required = False
        self.alternate_keys: dict[str, set[frozenset[str]]] = {}
        self.read_only_columns = {"createdon"}
        self.choices = {"leadsourcecode": {1, 2, 8, 10}}
        self.shared_choices: set[str] = set()
        self.statuses = dict(STATUS_REASONS)
        self.tables: dict[str, dict[str, dict[str, Any]]] = {t: {} for t in TABLES}
        self.deleted: set[str] = set()
        self.refused_columns: dict[str, str] = {}
        """Codes of the answers to any value of a column."""
        self.activities: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.now: datetime | None = None

    def records(self) -> list[SeenRecord]:
        """Return the leads; Dynamics holds our id only as the key that is made of it."""
        names = {number: label for label, number in self.statuses.items()}
        return [
            SeenRecord(
                record_id=lead_id,
                lead_id="",
                values={n: row.get(column) or "" for n, column in CONTACT_COLUMNS.items()},
                owner=self.principals[row["_ownerid_value"]].name,
                status=names.get(row["statuscode"], str(row["statuscode"])),
                description=row.get("description") or "",
                notes=self.notes(lead_id),
                do_not_contact=all(row[flag] for flag in FLAGS),
            )
            for lead_id, row in self.tables["leads"].items()
        ]

    def notes(self, lead_id: str) -> list[str]:
        """Return the texts of a lead's notes."""
        rows = self.tables["annotations"].values()
        return [row["notetext"] for row in rows if row["objectid_lead"] == lead_id]

    def sales_acts(self, record_id: str) -> None:
        """Let a salesperson complete a phone call about a lead."""
        self.completed("phonecall", record_id, by=self.anna)

    def sales_ticks_off(self, reminder_id: str) -> None:
        """Let a salesperson complete one of our tasks."""
        about = self.tables["tasks"][reminder_id]["regardingobjectid_lead_task"]
        self.completed("task", about, by=self.app)
        self.activities[-1] |= self.modified_by(self.anna)

    def completed(self, kind: str, record_id: str, *, by: Principal, status: int = 2) -> None:
        """Let an activity on a lead be completed."""
        now = self.time()
        self.activities.append(
            {
                "activitytypecode": kind,
                "statecode": 1,
                "statuscode": status,
                "actualend": now,
                "modifiedon": now,
                "_regardingobjectid_value": record_id,
                "_createdby_value": by.id,
                **self.modified_by(by),
            }
        )

    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        """Let a salesperson change one of our contact fields, by our name."""
        self.sales_sets(record_id, {CONTACT_COLUMNS[field]: value})

    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        """Let a salesperson take a lead over."""
        known = next((p for p in self.principals.values() if p.name == owner), None)
        principal = known or Principal(kind="systemuser", name=owner)
        self.principals[principal.id] = principal
        number = self.statuses.setdefault(status, 100_000_000 + len(self.statuses))
        self.sales_sets(record_id, {"statuscode": number, **self.owned_by(principal)})

    def sales_sets(self, record_id: str, values: Mapping[str, Any]) -> None:
        """Let a salesperson change columns of a lead."""
        by = self.modified_by(self.anna)
        self.tables["leads"][record_id].update({**values, "modifiedon": self.time(), **by})

    def sales_closes(self, record_id: str, outcome: str = "Qualified") -> None:
        """Let sales qualify or disqualify a lead."""
        state, reason = STATES[outcome]
        self.sales_sets(record_id, {"statecode": state, "statuscode": reason})

    def sales_deletes(self, record_id: str) -> None:
        """Let sales delete a lead, and with it what is about it."""
        del self.tables["leads"][record_id]
        self.deleted.add(record_id)
        for table, column in ABOUT.items():
            kept = {i: row for i, row in self.tables[table].items() if row[column] != record_id}
            self.tables[table] = kept
        self.activities = [
            one for one in self.activities if one["_regardingobjectid_value"] != record_id
        ]
        for row in self.tables["leads"].values():
            if row["_masterid_value"] == record_id:
                row["_masterid_value"] = None

    def holds(self, table: str, **values: str) -> str:
        """Add a row that leads can be bound to; return its id."""
        row_id = str(uuid4())
        self.tables[table][row_id] = {**values}
        return row_id

    def sales_types_in(self, values: Mapping[str, Any]) -> str:
        """Let sales make a lead by hand; return its id."""
        lead_id = str(uuid4())
        self.tables["leads"][lead_id] = {"leadid": lead_id, **self.new_row()}
        self.sales_sets(lead_id, values)
        return lead_id

    def sales_merges(self, record_id: str, into: str) -> None:
        """Let sales merge a lead into another one, which gets what is about it."""
        self.sales_closes(record_id, "Merged")
        self.sales_sets(record_id, {"_masterid_value": into})
        for table, column in ABOUT.items():
            for row in self.tables[table].values():
                row[column] = into if row[column] == record_id else row[column]
        for one in self.activities:
            if one["_regardingobjectid_value"] == record_id:
                one["_regardingobjectid_value"] = into

    def new_row(self) -> dict[str, Any]:
        """Return what a row has before anything is said of it."""
        return {
            "statecode": 0,
            "statuscode": self.statuses["New"],
            "initialcommunication": None,
            "_masterid_value": None,
            "createdon": self.time(),
            **dict.fromkeys(FLAGS, False),
            **self.owned_by(self.app),
        }

    def time(self) -> str:
        """Return the time as Dataverse writes it."""
        return f"{self.now or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def owned_by(self, owner: Principal) -> dict[str, str]:
        """Return the columns that tell an owner."""
        return {"_ownerid_value": owner.id, f"_ownerid_value{LOOKUP}": owner.kind}

    def modified_by(self, by: Principal) -> dict[str, str]:
        """Return the columns that tell who changed a row."""
        return {"_modifiedby_value": by.id, f"_modifiedby_value{FORMATTED}": by.name}
