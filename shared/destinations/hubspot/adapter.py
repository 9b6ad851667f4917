"""The destination HubSpot: one contact per lead, with later interests as notes on it.

Nothing recognises a note or a task. Ours end with an id, and before writing one we look for it
among those of the contact, not by search, whose index lags behind. Two requests in the same moment
would still write two; claims keep them apart.

Not confirmed against a live account: that a new note is listed with its contact at once; that a
contact merged into another still answers by its old id, to updates and in batches too.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from shared.destinations.http.texts import mark
from shared.destinations.hubspot.api import NOTE, TASK, HubspotApi, Kind
from shared.destinations.hubspot.check import checked
from shared.destinations.hubspot.fields import MESSAGE, OWNER, note_values, task_mark, task_values
from shared.destinations.hubspot.follow_up import (
    BASELINE_KEYS,
    CONTACT_SHOWN,
    TASK_SHOWN,
    acted_at,
    baseline,
    completed_at,
    ids_of,
)
from shared.destinations.hubspot.placing import Placed, Placing
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.delivery import CrmRecord
from shared.domain.identity import normalized_email
from shared.domain.lead import Interest, Lead
from shared.ports.crm import (
    Changed,
    CheckResult,
    FollowUpQuestion,
    FollowUpSeen,
    Noted,
    Reminder,
    Upserted,
)
from shared.settings import load


class HubspotCrm:
    """The port ``Crm`` on HubSpot contacts.

    A contact that was there before us keeps its owner, status and stage, and its subscriptions too
    unless the customer is on our suppression list.
    """

    tells_follow_up = True
    baseline_keys = BASELINE_KEYS

    def __init__(
        self,
        settings: HubspotSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take settings whose address may be called."""
        self._settings = settings
        self._clock = clock
        self._api = HubspotApi(settings, clock)
        self._placing = Placing(self._api, settings)

    async def close(self) -> None:
        """Close the connection."""
        await self._api.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Update the contact that is known, or that has the e-mail or our id, or create one."""
        placed = await self._placing.place(lead, changed, uncertain=uncertain)
        flagged, remarks = await self._flag(lead, placed)
        own = {"existed": "yes" * placed.existed, "do_not_contact": "yes" * flagged}
        shown = baseline(lead, placed.contact, placed.before) | own
        written = changed.interests[:1] if placed.created else []
        return Upserted(
            record=CrmRecord(id=placed.contact.id, url=placed.contact.url, baseline=shown),
            created=placed.created,
            holds=frozenset(interest.submission.submission_id for interest in written),
            remarks=(*placed.remarks, *remarks),
        )

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> Noted:
        """Write a note, unless the contact or one of its notes holds the interest already."""
        contact = await self._api.contact(record.id)
        if mark(interest) in contact.text(MESSAGE):
            return Noted(id=contact.id)
        note = note_values(lead, interest)
        note_id = await self._attach(NOTE, contact.id, note.values, mark(interest))
        return Noted(id=note_id, remarks=note.remarks)

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the contact's owner a task, unless the contact has the one of this reminder."""
        del lead
        contact = await self._api.contact(record.id)
        task = task_values(reminder, contact.text(OWNER) or self._settings.owner)
        return await self._attach(TASK, contact.id, task, task_mark(reminder))

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Compare what contacts show with what they showed when we delivered; then their tasks."""
        asked = dict.fromkeys(question.record.id for question in questions)
        found = await self._api.records("contacts", asked, CONTACT_SHOWN)
        shown = {contact_id: contact for contact in found for contact_id in ids_of(contact)}
        there = [(q, shown[q.record.id]) for q in questions if q.record.id in shown]
        now = self._clock()
        acted = {q.lead_id: acted_at(contact, q, now) for q, contact in there}
        quiet = [(q, contact.id) for q, contact in there if not acted[q.lead_id]]
        attached = await self._api.attached(TASK, dict.fromkeys(i for _, i in quiet))
        task_ids = dict.fromkeys(i for some in attached.values() for i in some)
        tasks = await self._api.records(TASK.path, task_ids, TASK_SHOWN)
        for question, contact_id in quiet:
            theirs = [task for task in tasks if task.id in attached.get(contact_id, [])]
            acted[question.lead_id] = completed_at(theirs, question.since)
        return {lead_id: FollowUpSeen(at=at) for lead_id, at in acted.items() if at}

    async def check(self) -> Sequence[CheckResult]:
        """Try the key, its scopes, and whether the account has what the settings name."""
        return await checked(self._api, self._settings, self._clock())

    async def _flag(self, lead: Lead, placed: Placed) -> tuple[bool, Sequence[str]]:
        """Opt the address out of all e-mail if nobody may write to it; tell whether that is done.

        A remark says why nothing could be opted out.
        """
        flagged = bool(placed.before and placed.before.baseline.get("do_not_contact"))
        wanted = lead.do_not_contact and (lead.suppressed or not placed.existed)
        if flagged or not wanted:
            return flagged, []
        email = normalized_email(lead.contact.email)
        if not email:
            return True, ["do not contact is not set: there is no e-mail to unsubscribe"]
        if not self._settings.unsubscribe:
            return True, ["do not contact is not set: HUBSPOT_UNSUBSCRIBE is false"]
        await self._api.unsubscribe(email)
        return True, []

    async def _attach(
        self, kind: Kind, contact_id: str, values: Mapping[str, str], ours: str
    ) -> str:
        """Attach something new to a contact, or return the id of what has our mark already."""
        attached = await self._api.attached(kind, [contact_id])
        ids = attached.get(contact_id, [])
        for record in await self._api.records(kind.path, ids, [kind.body]):
            if ours in record.text(kind.body):
                return record.id
        return await self._api.attach(kind, contact_id, values)


def create() -> HubspotCrm:
    """Build the adapter from the environment; raise ``SettingsError``."""
    return HubspotCrm(load(HubspotSettings))
