"""The destination HubSpot: one contact per lead, with later interests as notes on it.

All that must be looked up is, before anything is written. An address is opted out last: whatever
fails then, the contact is there.

Not confirmed against a live account: that a new note is listed with its contact at once; that a
contact merged into another still answers by its old id, to updates and in batches too.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from shared.destinations.http.answers import after_a_write
from shared.destinations.http.owners import Owner, owned, owner_of, remembered_owner
from shared.destinations.http.refused import not_noted, remembered
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.texts import customers_words, mark
from shared.destinations.hubspot.activities import (
    attached_once,
    note_values,
    task_mark,
    task_values,
)
from shared.destinations.hubspot.answers import Record
from shared.destinations.hubspot.api import HubspotApi
from shared.destinations.hubspot.asking import Asking
from shared.destinations.hubspot.check import checked
from shared.destinations.hubspot.fields import MESSAGE, OWNER, untold
from shared.destinations.hubspot.follow_up import (
    BASELINE_KEYS,
    FILLED,
    baseline,
)
from shared.destinations.hubspot.kinds import NOTE, TASK
from shared.destinations.hubspot.placed import GoneError, Placed
from shared.destinations.hubspot.placing import Placing
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmError,
    CrmRecordGoneError,
    CrmRejectedError,
)
from shared.domain.identity import normalized_email
from shared.domain.lead import Interest, Lead
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
from shared.settings import load

OPT_OUT = "do not contact is not set: unsubscribe the address in HubSpot, then release the lead"


class HubspotCrm:
    """The port ``Crm`` on HubSpot contacts.

    A contact that was there before us keeps its status and stage, its owner if it has one, and its
    subscriptions too unless the customer is on our suppression list.
    """

    tells_follow_up = True
    keeps_notes = True
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
        self._asking = Asking(self._api, settings, clock)

    async def close(self) -> None:
        """Close the connection."""
        await self._api.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Update the contact that is known, or that has the e-mail or our id, or create one."""
        try:
            return await self._upsert(lead, changed, uncertain=uncertain)
        except GoneError:
            return await self._upsert(lead, changed, uncertain=uncertain, again=True)

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Write a note, unless the contact or one of its notes holds the interest already.

        If HubSpot does not take the note, twice, the lead is delivered without, with a remark.
        """
        try:
            return await self._note(lead, record, interest, standing)
        except CrmRejectedError:
            # The contact may have been deleted or merged since it was looked up.
            pass
        try:
            return await self._note(lead, record, interest, standing)
        except CrmRejectedError as refused:
            return not_noted(refused)

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the contact's owner a task, unless the contact has the one of this reminder.

        If HubSpot does not take that owner, the task is nobody's.
        """
        contact = await self._present(lead, record)
        if contact is None:
            raise CrmRejectedError(f"contact {record.id} was deleted: it has no owner to remind")
        contact_id, ours = contact.id, task_mark(reminder)
        hidden = (*customers_words(lead, ()), *contact.texts)

        async def attach(owner: str) -> str:
            task = task_values(reminder, owner)
            return await attached_once(self._api, TASK, contact_id, task, ours, hidden)

        task_id, _ = await owned(attach, contact.text(OWNER) or self._settings.owner)
        return task_id

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Compare what contacts show with what they showed when we delivered; and their tasks."""
        return await self._asking.follow_ups(questions)

    async def check(self) -> Sequence[CheckResult]:
        """Try the key, its scopes, and whether the account has what the settings name."""
        return await checked(self._api, self._settings, self._clock())

    async def _upsert(
        self, lead: Lead, changed: Changed, *, uncertain: bool, again: bool = False
    ) -> Upserted:
        placed = await self._placing.find(lead, changed)
        if placed is None:
            placed = await self._placing.create(lead, changed, uncertain=uncertain, again=again)
        shown = placed.contact.text(OWNER)
        owner = Owner(shown, changed=False, to_set="")
        refused: tuple[str, ...] = ()
        if not placed.created:
            owner = owner_of(changed, shown, ours=not placed.existed)
            placed, refused = await self._placing.update(
                lead, changed, placed, owner.to_set, uncertain=uncertain
            )
        flagged, remarks = await self._flagged(lead, changed, placed)
        told = baseline(lead, placed.contact, placed.before) | {
            **remembered_owner(owner.now(refused)),
            "existed": "yes" * placed.existed,
            "do_not_contact": "yes" * flagged,
            FILLED: ",".join(sorted(placed.filled)) if placed.existed else "",
            **remembered(placed.refused),
        }
        written = changed.interests[:1] if placed.told else []
        return Upserted(
            record=CrmRecord(id=placed.contact.id, url=placed.contact.url, baseline=told),
            owner=owner.now(refused),
            owner_changed=owner.changed,
            created=placed.created,
            holds=frozenset(interest.submission.submission_id for interest in written),
            remarks=(*placed.remarks, *refused, *remarks),
        )

    async def _flagged(
        self, lead: Lead, changed: Changed, placed: Placed
    ) -> tuple[bool, Sequence[str]]:
        """Flag a contact that is written; if HubSpot refuses, note what sales should know first.

        A person must opt the address out, so the lead is parked, but nothing else is held up by it.
        """
        try:
            return await self._flag(lead, placed)
        except CrmRejectedError as refused:
            record = CrmRecord(id=placed.contact.id)
            for interest in changed.interests:
                await self.note(lead, record, interest, changed.standing)
            raise CrmRejectedError(f"{refused}: {OPT_OUT}") from None
        except CrmError as error:
            raise after_a_write(error) from error

    async def _note(
        self, lead: Lead, record: CrmRecord, interest: Interest, standing: Standing | None
    ) -> Noted:
        contact = await self._present(lead, record)
        if contact is None:
            raise CrmRecordGoneError(f"contact {record.id} was deleted meanwhile")
        if mark(interest) in contact.text(MESSAGE):
            return Noted(id=contact.id)
        lines = untold(interest.submission.contact, contact, record, self._settings)
        lines += standing_lines(standing, lead, interest)
        note = note_values(interest, lines)
        hidden = (*customers_words(lead, [interest]), *contact.texts)
        note_id = await attached_once(
            self._api, NOTE, contact.id, note.values, mark(interest), hidden
        )
        return Noted(id=note_id, remarks=note.remarks)

    async def _present(self, lead: Lead, record: CrmRecord) -> Record | None:
        """Return the contact that we know, or another one of the lead in its place."""
        return await self._api.contact(record.id) or await self._placing.look(lead)

    async def _flag(self, lead: Lead, placed: Placed) -> tuple[bool, Sequence[str]]:
        """Opt the address out of all e-mail if nobody may write to it; tell whether that is done.

        A remark says why nothing could be opted out.
        """
        flagged = bool(placed.before and placed.before.baseline.get("do_not_contact"))
        wanted = lead.do_not_contact and (lead.suppressed or not placed.existed)
        if flagged or not wanted:
            return flagged, []
        email = normalized_email(lead.contact.email)
        if not email or "email" in placed.refused:
            return True, ["do not contact is not set: HubSpot has no e-mail to unsubscribe"]
        if not self._settings.unsubscribe:
            return True, ["do not contact is not set: HUBSPOT_UNSUBSCRIBE is false"]
        await self._api.unsubscribe(email)
        return True, []


def create() -> HubspotCrm:
    """Build the adapter from the environment; raise ``SettingsError``."""
    return HubspotCrm(load(HubspotSettings))
