"""A lead as it stands in Salesforce, read strictly: an odd answer is no answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.destinations.http.reading import understood
from shared.destinations.salesforce.rows import Row

READ = (
    *("Id", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId", "OwnerId"),
    *("Status", "Description", "CreatedById", "LastModifiedById", "LastModifiedDate"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """What of a lead decides what is written to it; "" is empty there."""

    record_id: str
    owner: str
    status: str
    description: str
    converted: bool
    contact: str
    made_by: str
    changed_by: str
    changed_at: str
    values: Mapping[str, str]

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what may be the customer's."""
        return (self.description, *self.values.values())


def lead_row(row: Row, names: Iterable[str] = ()) -> LeadRow:
    """Return a row of a query for ``READ`` and some fields; raise ``CrmUnavailableError``."""
    with understood("Salesforce", "SALESFORCE_URL"):
        return LeadRow(
            record_id=_text(row, "Id"),
            owner=_text(row, "OwnerId"),
            status=_text(row, "Status"),
            description=_text(row, "Description"),
            converted=bool(row["IsConverted"]),
            contact=_text(row, "ConvertedContactId"),
            made_by=_text(row, "CreatedById"),
            changed_by=_text(row, "LastModifiedById"),
            changed_at=_text(row, "LastModifiedDate"),
            values={name: _text(row, name) for name in names},
        )


def _text(row: Row, name: str) -> str:
    value = row[name]
    if value is not None and not isinstance(value, str):
        raise TypeError(name)
    return value or ""
