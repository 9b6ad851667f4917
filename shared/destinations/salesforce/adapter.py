"""The destination Salesforce: one ``Lead`` a customer, known by a custom field with our lead id.

Neither a lost answer nor a race doubles or overwrites anything: the field is unique, so that a
second create is refused; before an update, one query tells status, conversion, deletion and
merging; an update sends what the marketplace changed, never owner, status or source. A lead that is
re-created for a deleted one has our id too, and is found by it if its create gets no answer.

Not confirmed against a live org: whether lengths count a character beyond U+FFFF as two; how a
queue is refused as the owner of a task (we fall back to the integration's user on any refusal); for
how long ``MasterRecordId`` shows where a merged lead went; whether merging or deleting a lead moves
the ``LastModifiedDate`` of its tasks; that a deleted lead gives up its unique id at once.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import batched

from shared.destinations.http.texts import recreated
from shared.destinations.salesforce.answers import AlreadyThereError, ConvertedError, NoAddressError
from shared.destinations.salesforce.api import Row, SalesforceApi, one_of, quoted, survivor
from shared.destinations.salesforce.check import check_org
from shared.destinations.salesforce.fields import DESCRIPTION, told_flags
from shared.destinations.salesforce.follow_up import ACTS, acted, status_baseline
from shared.destinations.salesforce.lead_body import Body, changed_lead, new_lead, our_fields
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.destinations.salesforce.tasks import Task, note_task, reminder_task
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
)
from shared.domain.lead import CONTACT_FIELDS, Interest, Lead
from shared.ports.crm import (
    Changed,
    CheckResult,
    Crm,
    FollowUpQuestion,
    FollowUpSeen,
    Noted,
    Reminder,
    Upserted,
)
from shared.settings import load

READ = (
    "Id, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId, OwnerId, Status, Description,"
    " CreatedById, LastModifiedById, LastModifiedDate"
)

IDS_AT_ONCE = 40
"""Salesforce recommends addresses of 2,000 characters at most, see
https://help.salesforce.com/s/articleView?id=000386264
"""

STAYS = "the lead is converted: its fields stay as they are"
EMAIL = "email"
NO_ADDRESS = "Email left out: Salesforce takes it for no address"


def create() -> Crm:
    """Return the adapter as configured; raise ``SettingsError``."""
    return SalesforceCrm(load(SalesforceSettings))


class SalesforceCrm:
    """The port ``Crm`` on Salesforce's REST API."""

    tells_follow_up = True

    def __init__(self, settings: SalesforceSettings) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._settings = settings
        self._api = SalesforceApi(settings)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Create the lead, or send what changed; a converted one is left as it is."""
        stored = changed.record
        leads = await self._look(lead, stored) if stored or uncertain else {}
        row = survivor(leads, stored.id) if stored else None
        remarks: tuple[str, ...] = ()
        if stored and not row:
            remarks = (recreated(stored.id),)
            changed = replace(changed, record=None)
        row = row or _the_one(leads)
        sent = self._update(lead, changed, row) if row else self._create(lead, changed)
        upserted = await sent
        return replace(upserted, remarks=(*remarks, *upserted.remarks))

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> Noted:
        """Log the interest as a completed task, unless the lead's description or a task has it."""
        del lead
        row = await self._present(record)
        task = note_task(interest, row, self._settings.closed_task_status)
        if task.mark in (row[DESCRIPTION] or ""):
            return Noted(id=row["Id"])
        return Noted(id=await self._task_once(task), remarks=task.remarks)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return what sales did: status, conversion, closed tasks, meetings."""
        seen: dict[str, FollowUpSeen] = {}
        for some in batched(questions, IDS_AT_ONCE, strict=False):
            asked = one_of("Id", {question.record.id for question in some})
            leads = await self._api.leads(asked, ACTS)
            for question in some:
                record_id = question.record.id
                act = acted(survivor(leads, record_id) or leads.get(record_id), question)
                seen |= {question.lead_id: act} if act else {}
        return seen

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the lead's owner a task, once; a converted lead needs none."""
        del lead
        row = await self._present(record)
        return "" if row["IsConverted"] else await self._task_once(reminder_task(reminder, row))

    async def check(self) -> Sequence[CheckResult]:
        """Describe ``Lead``, and look for what the settings name."""
        return await check_org(self._api, self._settings)

    async def _look(self, lead: Lead, stored: CrmRecord | None) -> Mapping[str, Row]:
        """Return the leads that have our id, the stored one, and what they were merged into."""
        where = f"{self._settings.id_field} = {quoted(lead.lead_id)}"
        where += f" OR Id = {quoted(stored.id)}" if stored else ""
        return await self._api.leads(where, ", ".join((READ, *our_fields(self._settings).values())))

    async def _create(self, lead: Lead, changed: Changed) -> Upserted:
        """Create the lead, or update the one that is there against expectation."""
        first = next(iter(changed.interests), None)
        rule = self._settings.assignment

        async def send(values: Row) -> str:
            own = "FALSE" if "OwnerId" in values else "TRUE"
            return await self._api.create_lead(values, assign=rule or own)

        body_of = partial(new_lead, self._settings, lead, first)
        try:
            record_id, remarks = await self._save(body_of, CONTACT_FIELDS, send)
        except AlreadyThereError:
            row = _the_one(await self._look(lead, None))
            if row is None:
                raise
            return await self._update(lead, changed, row)
        baseline = {**await self._first_status(record_id), **told_flags(lead)}
        return Upserted(
            record=self._record(record_id, baseline),
            created=True,
            holds=frozenset({first.submission.submission_id} if first else ()),
            remarks=remarks,
        )

    async def _first_status(self, record_id: str) -> dict[str, str]:
        """Return the status that the org gave; that it can't be read is no fault of the create."""
        try:
            rows = await self._api.rows("Lead", f"Id = {quoted(record_id)}", "Status")
        except CrmError:
            return {}
        return status_baseline(rows[0], None) if rows else {}

    async def _update(self, lead: Lead, changed: Changed, row: Row) -> Upserted:
        """Send the fields that changed; a record that was found unstored keeps what sales wrote."""
        names: Collection[str] = changed.fields
        if changed.record is None and row["LastModifiedById"] != row["CreatedById"]:
            ours = our_fields(self._settings)
            names = [name for name in names if name in ours and not row[ours[name]]]

        async def send(values: Row) -> str:
            if row["IsConverted"]:
                raise ConvertedError(STAYS)
            return await self._api.update_lead(row["Id"], values)

        body_of = partial(changed_lead, self._settings, lead, changed.record)
        try:
            _, remarks = await self._save(body_of, names, send)
        except ConvertedError:
            remarks = (STAYS,)
        baseline = {**status_baseline(row, changed.record), **told_flags(lead)}
        return Upserted(record=self._record(row["Id"], baseline), remarks=remarks)

    async def _save(
        self,
        body_of: Callable[[Collection[str]], Body],
        names: Collection[str],
        send: Callable[[Row], Awaitable[str]],
    ) -> tuple[str, tuple[str, ...]]:
        """Write a lead, without its e-mail address if Salesforce takes that for none.

        Return its id, and the remarks.
        """
        body = body_of(names)
        if not body.values:
            return "", body.remarks
        try:
            return await send(body.values), body.remarks
        except NoAddressError:
            if EMAIL not in names:
                raise
            others = [name for name in names if name != EMAIL]
            record_id, remarks = await self._save(body_of, others, send)
            return record_id, (*remarks, NO_ADDRESS)

    async def _present(self, record: CrmRecord) -> Row:
        """Return a lead that a task can be about."""
        row = survivor(await self._api.leads(f"Id = {quoted(record.id)}", READ), record.id)
        if row is None:
            raise CrmUnavailableError(f"lead {record.id} was deleted meanwhile")
        return row

    async def _task_once(self, task: Task) -> str:
        """Create a task unless one has the same mark; return its id.

        What was written by a request that got no answer is found by the mark.
        """
        about = f"WhoId = {quoted(task.who)} AND Subject LIKE '{task.begins}%'"
        for row in await self._api.rows("Task", about, "Id, Description"):
            if task.mark in (row[DESCRIPTION] or ""):
                return str(row["Id"])
        try:
            return await self._api.create_task(task.values)
        except (CrmRejectedError, CrmCredentialsError):
            if "OwnerId" not in task.values:
                raise
        others = {name: value for name, value in task.values.items() if name != "OwnerId"}
        return await self._api.create_task(others)

    def _record(self, record_id: str, baseline: dict[str, str]) -> CrmRecord:
        url = f"{self._settings.url.rstrip('/')}/{record_id}"
        return CrmRecord(id=record_id, url=url, baseline=baseline)


def _the_one(leads: Mapping[str, Row]) -> Row | None:
    """Return the lead that is not deleted, if there is one."""
    live = [row for row in leads.values() if not row["IsDeleted"]]
    if len(live) > 1:
        ids = ", ".join(row["Id"] for row in live)
        raise CrmRejectedError(f"several leads have our id, merge them: {ids}")
    return live[0] if live else None
