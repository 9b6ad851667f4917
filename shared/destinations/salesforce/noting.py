"""Notes and reminders, which are tasks of ours on a lead, each written once.

Sales may delete, merge or convert the lead between our look at it and the task. Then we look again,
once: the task goes to the lead that it was merged into, or to the contact of a converted one.
"""

from collections.abc import Collection

from shared.destinations.http.owners import owned
from shared.destinations.http.refused import not_noted, refused_before
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.texts import customers_words
from shared.destinations.salesforce.answers import (
    ConvertedError,
    GoneError,
    NoSuchReferenceError,
)
from shared.destinations.salesforce.api import SalesforceApi, quoted
from shared.destinations.salesforce.contact import our_fields
from shared.destinations.salesforce.fields import DESCRIPTION, has_mark
from shared.destinations.salesforce.lead_body import note_text
from shared.destinations.salesforce.lead_row import READ, LeadRow, lead_row
from shared.destinations.salesforce.rows import survivor
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.destinations.salesforce.tasks import OF_ONE_NOTE, Task, note_task, reminder_task
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmFieldsRefusedError,
    CrmRecordGoneError,
    CrmRejectedError,
    CrmSettingsError,
)
from shared.domain.lead import Interest, Lead
from shared.domain.standing import Standing
from shared.ports.crm import Noted, Reminder

MOVED = (ConvertedError, GoneError, NoSuchReferenceError)
"""What is said of a task whose lead or contact is not what it was."""

NOWHERE = "not noted: the lead is converted and has no contact any more"


class Noting:
    """The port's ``note`` and ``remind`` on Salesforce."""

    def __init__(self, settings: SalesforceSettings, api: SalesforceApi) -> None:
        """Take how a task is closed, and the way to the org."""
        self._settings = settings
        self._api = api

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Log the interest as a completed task, unless the lead's description or a task has it.

        If Salesforce does not take the task, the lead is delivered without, with a remark.
        """
        try:
            return await self._noted(lead, record, interest, standing)
        except CrmRejectedError as refused:
            return not_noted(refused)

    async def _noted(
        self, lead: Lead, record: CrmRecord, interest: Interest, standing: Standing | None
    ) -> Noted:
        lines = standing_lines(standing, lead, interest)
        text = note_text(self._settings, interest, refused_before(record), lines)
        row = await self._present(record)
        try:
            return await self._note(lead, row, interest, text)
        except MOVED:
            row = await self._present(record)
        try:
            return await self._note(lead, row, interest, text)
        except MOVED:
            if not row.converted:
                raise
            return Noted(id="", remarks=(NOWHERE,))

    async def _note(self, lead: Lead, row: LeadRow, interest: Interest, text: str) -> Noted:
        who = row.contact if row.converted else row.record_id
        task = note_task(interest, text, who, self._settings.closed_task_status)
        if has_mark(row.description, task.mark):
            return Noted(id=row.record_id)
        if not who:
            return Noted(id="", remarks=(NOWHERE,))
        hidden = (*customers_words(lead, [interest]), *row.texts)
        return Noted(id=await self._task_once(task, hidden), remarks=task.remarks)

    async def remind(self, record: CrmRecord, reminder: Reminder) -> str:
        """Give the lead's owner a task, once; a converted lead needs none."""
        row = await self._present(record)
        if row.converted:
            return ""
        try:
            return await self._task_once(reminder_task(reminder, row), row.texts)
        except MOVED:
            row = await self._present(record)
        if row.converted:
            return ""
        return await self._task_once(reminder_task(reminder, row), row.texts)

    async def _present(self, record: CrmRecord) -> LeadRow:
        """Return a lead that a task can be about."""
        names = our_fields(self._settings).values()
        columns = ", ".join(dict.fromkeys((*READ, *names)))
        row = survivor(await self._api.leads(f"Id = {quoted(record.id)}", columns), record.id)
        if row is None:
            raise CrmRecordGoneError(f"lead {record.id} was deleted meanwhile")
        return lead_row(row, names)

    async def _task_once(self, task: Task, hidden: Collection[str]) -> str:
        """Create a task unless one has the same mark; return its id.

        What was written by a request that got no answer is found by the mark.
        """
        about = f"WhoId = {quoted(task.who)} AND Subject LIKE '{task.begins}%'"
        for row in await self._api.rows("Task", about, "Id, Description"):
            if has_mark(str(row.get(DESCRIPTION) or ""), task.mark):
                return str(row.get("Id"))
        others = {name: value for name, value in task.values.items() if name != "OwnerId"}

        async def create(owner: str) -> str:
            values = {**others, "OwnerId": owner} if owner else others
            try:
                return await self._api.create_task(values, hidden=hidden)
            except CrmFieldsRefusedError as error:
                if not error.fields <= values.keys() - OF_ONE_NOTE:
                    raise
                raise CrmSettingsError(f"{error}: {_mend(error.fields)}") from None

        owner = str(task.values.get("OwnerId", ""))
        task_id, _ = await owned(create, owner, unless=(ConvertedError,))
        return task_id


def _mend(fields: Collection[str]) -> str:
    if "Status" in fields:
        return "correct SALESFORCE_CLOSED_TASK_STATUS"
    return f"let the app's run-as user set {', '.join(sorted(fields))} of tasks"
