"""The destination Azure Table, in the shape that Partner Center's own such destination writes.

One row per interest, all columns text; see
https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-lead-management-instructions-azure-table
Its keys are not documented. Ours are the lead id, and the interest's time and id: writing an
interest again replaces its own row, so nothing is ever uncertain here.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from itertools import batched

from azure.core.exceptions import AzureError
from azure.data.tables import UpdateMode
from pydantic_core import to_json

from shared.destinations.http.values import Fitted, fitted
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
    StorageUnavailableError,
)
from shared.domain.lead import Contact, Interest, Lead
from shared.domain.standing import Standing
from shared.ports.crm import (
    Changed,
    CheckResult,
    FollowUpQuestion,
    FollowUpSeen,
    Noted,
    Reminder,
    Upserted,
)
from shared.storage.account import Table, error_code
from shared.storage.keys import time_key, time_text

CUSTOMER_INFO = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Email": "email",
    "Phone": "phone",
    "Country": "country",
    "Company": "company",
    "Title": "title",
}
MOST_OPERATIONS = 16
"""Table Storage takes 100 in one transaction, but 4 MiB in all, and 32 KiB grow sixfold in JSON."""

LONGEST_TEXT = 32 * 1024
"""Characters of a column."""

LONGEST_PART = 2_000
"""Characters of a part of ``CustomerInfo`` where the whole is too long: JSON may double each."""

NO_ACCESS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
REFUSED = {
    "EntityTooLarge",
    "InvalidInput",
    "OutOfRangeInput",
    "PropertiesNeedValue",
    "PropertyValueTooLarge",
    "RequestBodyTooLarge",
}
"""The service's codes for a row that it does not take; whatever else is no fault of the lead, see
https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
"""


class AzureTableCrm:
    """The port ``Crm`` on a table; nobody works in it, so it tells of no follow-up."""

    tells_follow_up = False
    keeps_notes = False
    baseline_keys = frozenset[str]()

    def __init__(self, table: Table) -> None:
        """Take the table that the publisher reads."""
        self._table = table

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Write a row per new interest, with the contact as given in it."""
        del uncertain  # a row that is there already is replaced by itself
        rows = [interest_row(lead.lead_id, interest) for interest in changed.interests]
        for some in batched(rows, MOST_OPERATIONS, strict=False):
            await self._write([row.values for row in some])
        return Upserted(
            record=CrmRecord(id=lead.lead_id),
            holds=frozenset(interest.submission.submission_id for interest in changed.interests),
            remarks=tuple(remark for row in rows for remark in row.remarks),
        )

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return nothing: a table does not show who acted."""
        del questions
        return {}

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Return "": a table has no owner to remind."""
        del lead, record, reminder
        return ""

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Write the interest's row, which is all the note that a table can take."""
        del standing  # Partner Center's rows have no place for it
        changed = Changed(record=record, fields=frozenset(), interests=[interest])
        written = await self.upsert(lead, changed, uncertain=False)
        return Noted(id=interest.submission.submission_id, remarks=written.remarks)

    async def check(self) -> Sequence[CheckResult]:
        """Try to read from the table, which is created if it is missing."""
        what = f"table {self._table.client.table_name} can be read"
        try:
            await self._table.run(self._read_one)
        except StorageUnavailableError as error:
            mend = f"{error}: check LeadStorage and the role Storage Table Data Contributor"
            return [CheckResult(what=what, mend=mend)]
        return [CheckResult(what=what)]

    async def close(self) -> None:
        """Leave the connection open: it is the storage account's."""

    async def _write(self, rows: Sequence[Mapping[str, str]]) -> None:
        client = self._table.client
        operations = [("upsert", row, {"mode": UpdateMode.REPLACE}) for row in rows]
        together = partial(client.submit_transaction, operations)
        # One row, as for nearly every lead: a transaction costs the CPU of several requests.
        alone = partial(client.upsert_entity, rows[0], mode=UpdateMode.REPLACE)
        try:
            await self._table.run(together if len(rows) > 1 else alone)
        except StorageUnavailableError as error:
            raise _crm_error(error) from error
        except ValueError as error:  # azure-data-tables 12, where a success has another body
            raise CrmUnavailableError("storage: not as the service answers") from error

    async def _read_one(self) -> None:
        async for _ in self._table.client.list_entities(results_per_page=1):
            return


def interest_row(lead_id: str, interest: Interest) -> Fitted:
    """Return one interest as Partner Center would have written it, cut to what a column holds."""
    submission = interest.submission
    info = _customer_info(submission.contact)
    columns = {
        "ActionCode": submission.action,
        "CreatedTime": time_text(submission.received_at),
        "CustomerInfo": to_json(info.values).decode(),
        "Description": submission.description,
        "LeadSource": submission.lead_source,
        "OfferDisplayName": submission.offer_title,
    }
    fit = fitted(columns, dict.fromkeys(columns, LONGEST_TEXT))
    keys = {
        "PartitionKey": lead_id,
        "RowKey": f"{time_key(submission.received_at)}|{submission.submission_id}",
    }
    return Fitted({**keys, **columns, **fit.values}, (*info.remarks, *fit.remarks))


def _customer_info(contact: Contact) -> Fitted:
    """Return the parts of the contact, cut if their JSON would be too long: half of it is none."""
    whole = {key: getattr(contact, name) for key, name in CUSTOMER_INFO.items()}
    if len(to_json(whole).decode().encode("utf-16-le")) // 2 <= LONGEST_TEXT:
        return Fitted(whole, ())
    fit = fitted(whole, dict.fromkeys(whole, LONGEST_PART))
    return Fitted({**whole, **fit.values}, fit.remarks)


def _crm_error(error: StorageUnavailableError) -> CrmError:
    """Return what an error means for a delivery; a row may be written again, so none is unknown."""
    cause = error.__cause__
    if getattr(cause, "status_code", 0) in NO_ACCESS:
        return CrmCredentialsError(str(error))
    refused = isinstance(cause, AzureError) and error_code(cause) in REFUSED
    return CrmRejectedError(str(error)) if refused else CrmUnavailableError(str(error))
