"""Notes and reminders on a lead, each under a key of ours, so that it is written once.

Sales may delete, merge or close the lead between our look at it and the note. Then we look again,
once: a note goes to the lead that it was merged into.
"""

from collections.abc import Collection

from shared.destinations.dynamics.answers import GoneError, ReadOnlyError
from shared.destinations.dynamics.api import ID_COLUMNS, DynamicsApi
from shared.destinations.dynamics.fields import NOTE_LENGTHS, TASK_LENGTHS, key
from shared.destinations.dynamics.follow_up import OPEN, odata_time
from shared.destinations.dynamics.lead_body import story, tells, writing
from shared.destinations.dynamics.owner import OWNER_BIND, owner_path, shown_owner
from shared.destinations.dynamics.rows import Row
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.owners import owned
from shared.destinations.http.refused import not_noted, refused_before
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.texts import customers_words
from shared.destinations.http.values import fitted
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmRecordGoneError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)
from shared.domain.lead import Interest, Lead
from shared.domain.standing import Standing
from shared.ports.crm import Noted, Reminder

READ_ONLY = "not noted: the lead is closed and takes no notes"


class Noting:
    """The port's ``note`` and ``remind`` on the table ``lead``."""

    def __init__(self, settings: DynamicsSettings, api: DynamicsApi) -> None:
        """Take how contacts are written, and the way to the environment."""
        self._settings = settings
        self._api = api

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Append an interest as a note, whose key is made of the submission's id.

        If Dataverse does not take the note, the lead is delivered without, with a remark.
        """
        try:
            return await self._note(lead, record, interest, standing)
        except (GoneError, ReadOnlyError):  # sales was faster: look again
            pass
        except CrmRejectedError as refused:
            return not_noted(refused)
        try:
            return await self._note(lead, record, interest, standing)
        except ReadOnlyError:
            return Noted(id="", remarks=(READ_ONLY,))
        except CrmRejectedError as refused:
            return not_noted(refused)

    async def _note(
        self, lead: Lead, record: CrmRecord, interest: Interest, standing: Standing | None
    ) -> Noted:
        shown = await self._api.lead(record.id)
        if shown is None:
            raise CrmRecordGoneError(f"lead {record.id} was deleted meanwhile")
        if tells(shown.get("description"), interest):
            return Noted(id="")
        contact = interest.submission.contact
        told = writing(self._settings).written(contact, refused=refused_before(record)).told
        text = story(interest, (*told, *standing_lines(standing, lead, interest)))
        texts = fitted({"subject": text.partition("\n")[0], "notetext": text}, NOTE_LENGTHS)
        note_key = key("note", interest.submission.submission_id)
        body = {**texts.values, "objectid_lead@odata.bind": f"/leads({shown['leadid']})"}
        await self._write("annotations", note_key, body, customers_words(lead, [interest]))
        return Noted(id=note_key, remarks=texts.remarks)

    async def remind(self, record: CrmRecord, reminder: Reminder) -> str:
        """Give the record's owner a task, whose key is made of the reminder's id.

        A closed lead needs none. If Dataverse does not take that owner, the task is our own user's.
        """
        shown = await self._to_be_reminded_of(record)
        if shown["statecode"] != OPEN:
            return ""
        task_key = key("reminder", reminder.reminder_id)

        async def write(owner: str) -> None:
            try:
                await self._write("tasks", task_key, _task(shown, reminder, owner))
            except GoneError:  # the lead is, or the owner: Dataverse says the same of both
                await self._to_be_reminded_of(record)
                if not owner:
                    raise
                raise CrmSettingsError(f"there is no {owner}") from None

        await owned(write, shown_owner(shown))
        return task_key

    async def _to_be_reminded_of(self, record: CrmRecord) -> Row:
        shown = await self._api.lead(record.id)
        if shown is None:
            raise CrmRejectedError(f"lead {record.id} was deleted: it has no owner to remind")
        return shown

    async def _write(
        self, table: str, row_key: str, body: Row, hidden: Collection[str] = ()
    ) -> None:
        """Write a row; that it is there already is believed when it is seen."""
        written = await self._api.create(table, row_key, body, hidden)
        path = f"/{table}({row_key})"
        if written is None and not await self._api.there_is(path, ID_COLUMNS[table]):
            raise CrmUnavailableError(f"{path} can't be written and is not there")


def _task(shown: Row, reminder: Reminder, owner: str) -> dict[str, str]:
    texts = fitted({"subject": reminder.subject, "description": reminder.text}, TASK_LENGTHS)
    return {
        **texts.values,
        "scheduledend": odata_time(reminder.due_at),
        "regardingobjectid_lead_task@odata.bind": f"/leads({shown['leadid']})",
        **({OWNER_BIND: owner_path(owner)} if owner else {}),
    }
