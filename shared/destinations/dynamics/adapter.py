"""The port ``Crm`` on the table ``lead``.

A record of ours is found by its key, which is made of the lead's id: nothing is ever uncertain, and
a lead that sales deleted is re-created under the key that it had. A closed one (qualified,
disqualified) is not changed and counts as followed up. A merged one stands for the lead that it was
merged into. Not confirmed against a live system: whether closed leads refuse changes (they get
none), and whether the key of a deleted lead can be had again while its environment keeps deleted
records. The documentation says so; otherwise the delivery is parked.
"""

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any
from urllib.parse import urlsplit

from shared.destinations.dynamics.answers import IN_THE_WAY, ReadOnlyError, classify, understood
from shared.destinations.dynamics.api import DynamicsApi, any_of
from shared.destinations.dynamics.check import Check
from shared.destinations.dynamics.fields import (
    DO_NOT_CONTACT,
    FLAGGED,
    LENGTHS,
    NOTE_LENGTHS,
    TASK_LENGTHS,
    changed_columns,
    flagged,
    key,
    lead_key,
    new_lead,
    story,
    tells,
)
from shared.destinations.dynamics.follow_up import (
    ACTIVITY,
    BASELINE_KEYS,
    OPEN,
    follow_up,
    odata_time,
    status,
)
from shared.destinations.dynamics.login import login
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.client import HttpClient
from shared.destinations.http.texts import recreated
from shared.destinations.http.tokens import Tokens
from shared.destinations.http.values import fitted
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmRejectedError, CrmUnavailableError
from shared.domain.lead import Interest, Lead
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

LEADS_AT_ONCE = 50
OWNER_TYPE = "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
CLOSED = "closed in Dynamics 365: its fields were left as they are"


def create() -> Crm:
    """Build the adapter from its settings; raise ``SettingsError``."""
    return DynamicsCrm(load(DynamicsSettings))


class DynamicsCrm:
    """The port ``Crm`` on the table ``lead``."""

    tells_follow_up = True
    baseline_keys = BASELINE_KEYS

    def __init__(self, settings: DynamicsSettings) -> None:
        """Take where it is and how to be let in."""
        self._settings = settings
        parts = urlsplit(settings.url)
        self._url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        tokens = Tokens(login(settings, f"{self._url}/.default"))
        self._http = HttpClient(self._url, tokens=tokens, classify=classify)
        self._api = DynamicsApi(self._http)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Create the lead under its own key, or update the fields that the marketplace changed."""
        del uncertain  # the key tells whether it is there
        before = changed.record
        shown = await self._api.lead(before.id) if before else None
        if before is None or shown is None:
            return await self._create(lead, changed)
        merged = shown["leadid"] != before.id
        remarks = [f"record {before.id} was merged into {shown['leadid']}"] if merged else []
        return await self._update(lead, changed, shown, remarks)

    async def _create(self, lead: Lead, changed: Changed) -> Upserted:
        """Create the lead, anew if its record was deleted; or find what went unanswered."""
        row_key, first = lead_key(lead, changed.record), next(iter(changed.interests), None)
        deleted = [changed.record.id] if changed.record else []
        remarks = [recreated(one) for one in deleted]
        new = new_lead(lead, first, self._settings)
        row = await self._api.create("leads", row_key, new.body)
        if row is None:
            shown = await self._api.lead(row_key)
            if shown is None:
                raise CrmRejectedError(
                    f"lead {row_key} can't be made and is not there: {IN_THE_WAY}"
                )
            return await self._update(lead, changed, shown, remarks)
        return Upserted(
            record=self._record(row_key, {**new.body, **row}, flagged(lead)),
            created=True,
            holds=frozenset({first.submission.submission_id} if first and new.tells else ()),
            remarks=(*remarks, *new.remarks),
        )

    async def _update(
        self, lead: Lead, changed: Changed, shown: Mapping[str, Any], remarks: Sequence[str]
    ) -> Upserted:
        """Send what the marketplace changed; a closed lead is left as it is."""
        row_key, before = str(shown["leadid"]), changed.record
        baseline = before.baseline if before and before.id == row_key else {}
        told = {name: value for name, value in baseline.items() if name == FLAGGED}
        closed = Upserted(record=self._record(row_key, shown, told), remarks=(*remarks, CLOSED))
        if shown["statecode"] != OPEN:
            return closed
        fit = fitted(changed_columns(lead, changed, shown, self._settings), LENGTHS)
        flags = DO_NOT_CONTACT if lead.do_not_contact and not told else {}
        body = {k: v for k, v in fit.values.items() if shown.get(k) != v} | flags
        try:
            row = await self._api.change(row_key, body) if body else {}
        except ReadOnlyError:
            return closed
        crm_record = self._record(row_key, {**shown, **row}, told | flagged(lead))
        return Upserted(record=crm_record, remarks=(*remarks, *fit.remarks))

    def _record(self, row_key: str, row: Mapping[str, Any], told: Mapping[str, str]) -> CrmRecord:
        url = f"{self._url}/main.aspx?pagetype=entityrecord&etn=lead&id={row_key}"
        return CrmRecord(id=row_key, url=url, baseline={**status(row), **told})

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> Noted:
        """Append an interest as a note, whose key is made of the submission's id."""
        del lead
        shown = await self._api.lead(record.id)
        if shown is None:
            raise CrmUnavailableError(f"lead {record.id} was deleted meanwhile")
        if tells(shown, interest):
            return Noted(id="")
        text = story(interest)
        texts = fitted({"subject": text.partition("\n")[0], "notetext": text}, NOTE_LENGTHS)
        note_key = key("note", interest.submission.submission_id)
        body = {**texts.values, "objectid_lead@odata.bind": f"/leads({shown['leadid']})"}
        await self._api.create("annotations", note_key, body)
        return Noted(id=note_key, remarks=texts.remarks)

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the record's owner a task, whose key is made of the reminder's id."""
        del lead
        shown = await self._api.lead(record.id)
        if shown is None:
            raise CrmRejectedError(f"lead {record.id} was deleted: it has no owner to remind")
        kind = shown.get(OWNER_TYPE) or "systemuser"
        texts = fitted({"subject": reminder.subject, "description": reminder.text}, TASK_LENGTHS)
        task_key = key("reminder", reminder.reminder_id)
        body = {
            **texts.values,
            "scheduledend": odata_time(reminder.due_at),
            "regardingobjectid_lead_task@odata.bind": f"/leads({shown['leadid']})",
            "ownerid@odata.bind": f"/{kind}s({shown['_ownerid_value']})",
        }
        await self._api.create("tasks", task_key, body)
        return task_key

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return the last thing that sales did on each lead, with two queries for 50 leads."""
        seen: dict[str, FollowUpSeen] = {}
        for some in batched(questions, LEADS_AT_ONCE, strict=False):
            with understood():
                leads = await self._api.leads(question.record.id for question in some)
                ids = {str(lead["leadid"]) for lead in leads.values()}
                since = odata_time(min(question.since for question in some))
                activities = await self._completed(since, ids) if ids else []
                found = {
                    question.lead_id: follow_up(question, leads.get(question.record.id), activities)
                    for question in some
                }
            seen |= {lead_id: one for lead_id, one in found.items() if one is not None}
        return seen

    async def _completed(self, since: str, lead_ids: set[str]) -> Sequence[Mapping[str, Any]]:
        """Return the activities on leads that somebody else made and that are completed."""
        return await self._api.rows(
            "/activitypointers",
            ACTIVITY,
            f"statecode eq 1 and modifiedon ge {since} and _createdby_value ne"
            f" {await self._api.me()} and ({any_of('_regardingobjectid_value', lead_ids)})",
        )

    async def check(self) -> Sequence[CheckResult]:
        """Try the login, the role, the columns, the choices and the owner."""
        return await Check(self._api, self._settings).results()
