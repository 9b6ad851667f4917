"""What an org holds, and what a salesperson does in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

type Row = dict[str, Any]

ID_FIELD = "Marketplace_Lead_Id__c"
FIELDS = ("first_name", "last_name", "email", "phone", "country", "company", "title")
CONTACT = {ours: ours.title().replace("_", "") for ours in FIELDS}
US, SALES, QUEUE = "005000000000001AAA", "005000000000002AAA", "00G000000000001AAA"
NAMES = {US: "Integration", SALES: "Anna Vogel"}
PREFIXES = {"Lead": "00Q", "Task": "00T", "Event": "00U"}
ABSENT = ("MasterRecordId", "ConvertedContactId", "Description", "Subject", *CONTACT.values())
FIRST_STATUS = {"Lead": "Open - Not Contacted", "Task": "Not Started"}
SETUP: dict[str, list[Row]] = {
    "User": [{"Id": SALES, "IsActive": True}],
    "Group": [{"Id": QUEUE, "Type": "Queue"}],
    "TaskStatus": [{"Id": "01T000000000001AAA", "ApiName": "Completed", "IsClosed": True}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRule:
    """A rule of an admin, whose words may quote a value; without a field it stands on top."""

    message: str
    breaks: Callable[[Row], object]
    field: str = ""


class Org:
    """An org with one integration user and one salesperson.

    ``country_picklists`` is on where an admin enabled State and Country/Territory Picklists;
    ``says_no_with_201`` answers a refused create with a result that is no success.
    """

    def __init__(self) -> None:
        """Start with nothing that an admin has to switch on."""
        super().__init__()
        self.tables: dict[str, dict[str, Row]] = {name: {} for name in PREFIXES}
        self.custom_fields = {ID_FIELD}
        self.unique = True
        self.hidden: set[str] = set()
        self.required = {"LastName", "Company"}
        self.statuses = [FIRST_STATUS["Lead"], "Working - Contacted"]
        self.picklists: dict[str, list[str]] = {}
        self.several: set[str] = set()
        self.duplicate_rule = ""
        self.queue_owns_tasks = False
        self.country_picklists = self.says_no_with_201 = False
        self.validation_rules: list[ValidationRule] = []
        self.gone_contacts: dict[str, str] = {}
        """Deleted contacts, each with the code that says so."""

    def insert(self, table: str, values: Row, by: str) -> Row:
        """Add a record as somebody would."""
        record_id = f"{PREFIXES[table]}{len(self.tables[table]) + 1:012}AAA"
        row = {"Id": record_id, "IsDeleted": False, "IsConverted": False, "CreatedById": by}
        row |= dict.fromkeys(ABSENT) | {"OwnerId": by, "Status": FIRST_STATUS.get(table)}
        row |= {**_stamp(by), **values}
        self.tables[table][record_id] = row
        return row

    def change(self, record_id: str, values: Row, by: str = SALES) -> None:
        """Change a lead as somebody would."""
        self.tables["Lead"][record_id] |= {**_stamp(by), **values}

    def live(self, table: str) -> list[Row]:
        """Return the records that are not in the recycle bin."""
        return [row for row in self.tables[table].values() if not row["IsDeleted"]]

    def sales_logs(self, record_id: str, subject: str | None = "Call", table: str = "Task") -> None:
        """Let a salesperson log a call or a meeting."""
        values = {"WhoId": record_id, "Subject": subject, "Status": "Completed", "OwnerId": SALES}
        self.insert(table, values, SALES)

    def sales_converts(self, record_id: str, contact: str | None = "003000000000001AAA") -> None:
        """Let a salesperson convert a lead; its tasks move to the contact."""
        values = {"IsConverted": True, "ConvertedContactId": contact, "Status": "Qualified"}
        self.change(record_id, values)
        for task in self._about(record_id):
            task["WhoId"] = contact

    def sales_deletes_contact(self, contact_id: str, code: str = "ENTITY_IS_DELETED") -> None:
        """Let a salesperson delete a contact and with it what was logged on it."""
        self.gone_contacts[contact_id] = code
        for act in self._about(contact_id):
            act["IsDeleted"] = True

    def sales_merges(self, record_id: str, master_id: str) -> None:
        """Let a salesperson merge a lead into another; what was logged on it moves there."""
        self.change(record_id, {"IsDeleted": True, "MasterRecordId": master_id})
        self.change(master_id, {})
        for act in self._about(record_id):
            act["WhoId"] = master_id

    def sales_acts(self, record_id: str) -> None:
        """Let a salesperson log a call."""
        self.sales_logs(record_id)

    def sales_corrects(self, record_id: str, field: str, value: str) -> None:
        """Let a salesperson change one of our contact fields, by our name."""
        self.change(record_id, {CONTACT[field]: value})

    def sales_owns(self, record_id: str, owner: str, status: str) -> None:
        """Let a salesperson take a lead over."""
        self.change(record_id, {"OwnerId": owner, "Status": status})

    def sales_deletes(self, record_id: str) -> None:
        """Let a salesperson delete a lead, and with it what was logged on it."""
        self.change(record_id, {"IsDeleted": True})
        for act in self._about(record_id):
            act["IsDeleted"] = True

    def sales_ticks_off(self, reminder_id: str) -> None:
        """Let a salesperson complete one of our tasks."""
        self.tables["Task"][reminder_id] |= {**_stamp(SALES), "Status": "Completed"}

    def _about(self, record_id: str) -> Iterator[Row]:
        acts = (*self.tables["Task"].values(), *self.tables["Event"].values())
        return (act for act in acts if act["WhoId"] == record_id)


def _stamp(by: str) -> Row:
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000+0000"
    return {"LastModifiedDate": at, "LastModifiedById": by, "LastModifiedBy": {"Name": NAMES[by]}}
