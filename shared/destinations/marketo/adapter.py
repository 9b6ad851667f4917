"""The destination Marketo Engage: one person per lead, by e-mail or by a field of our own.

Marketo has no notes and no tasks: what customers did goes into a text field of the publisher's
(``MARKETO_INTEREST_FIELD``), reminders go by notification.

Not confirmed against a live instance: whether ``company`` may be set on create (it is tried, and
left out if refused); how soon after a create a person can be read (if not yet, the lead waits);
whether ``updatedAt`` rises with a change of the status alone (if not, follow-ups are seen late or
never).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import batched

from shared.destinations.http.texts import recreated
from shared.destinations.marketo.api import LARGEST_QUERY, MarketoApi
from shared.destinations.marketo.check import checks
from shared.destinations.marketo.fields import (
    CREATE_ONLY,
    DO_NOT_CONTACT,
    FIELDS,
    STATUS,
    Person,
    changes,
    interest_shown,
    keys_of,
    new_person,
    text,
)
from shared.destinations.marketo.follow_up import SUPPRESSED, acted_at, baseline, known_before
from shared.destinations.marketo.settings import MarketoSettings
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

NOT_SHOWN = "Marketo does not show what the customer did: MARKETO_INTEREST_FIELD is not set"


def create() -> Crm:
    """Return the adapter as configured; raise ``SettingsError``."""
    return MarketoCrm(load(MarketoSettings))


class MarketoCrm:
    """The port ``Crm`` on Marketo's REST API.

    A person who was there before us keeps source and status, and may be contacted as before unless
    the customer is on our suppression list.
    """

    tells_follow_up = True

    def __init__(
        self,
        settings: MarketoSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._settings = settings
        self._clock = clock
        self._api = MarketoApi(settings, clock)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Send what changed to the person who is known or exists, or else create one."""
        del uncertain  # each create finds what an earlier one made
        # Who has the e-mail is found by the create; who has our id is not, for sure.
        by_email = FIELDS["email"] in keys_of(self._settings, lead)
        look = changed.record is not None or not by_email
        found = await self._find(lead, changed.record) if look else None
        created = None if found else await self._create(lead, changed)
        upserted = created or await self._update(lead, changed, found or await self._existing(lead))
        if changed.interests and not self._settings.interest_field:
            return replace(upserted, remarks=(*upserted.remarks, NOT_SHOWN))
        return upserted

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> Noted:
        """Put an interest before the others in the field for them; "" if there is no such field."""
        if not self._settings.interest_field:
            return Noted(id="")
        found = await self._find(lead, record)
        if found is None:
            raise CrmUnavailableError(f"the person {record.id} was deleted meanwhile")
        before = text(found, self._settings.interest_field)
        shown = interest_shown(self._settings, lead, interest, before)
        if shown.values:
            await self._change(found, dict(shown.values))
        return Noted(id=interest.submission.submission_id, remarks=shown.remarks)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Compare each person's lead status with what it was when we delivered."""
        seen = {}
        for some in batched(questions, LARGEST_QUERY, strict=False):
            persons = await self._persons(some)
            for question in some:
                person, known = persons.get(question.lead_id), question.record.baseline
                at = acted_at(person, known, self._settings.open_statuses, self._clock())
                # Marketo's times are whole seconds.
                if at is not None and at >= question.since.replace(microsecond=0):
                    seen[question.lead_id] = FollowUpSeen(at=max(at, question.since))
        return seen

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Return "": Marketo has no tasks, reminders go by notification."""
        del lead, record, reminder
        return ""

    async def check(self) -> Sequence[CheckResult]:
        """Try the credentials, the permissions, and the fields that the settings name."""
        return await checks(self._api, self._settings)

    async def _create(self, lead: Lead, changed: Changed) -> Upserted | None:
        """Create the person; return None if there is one."""
        lookup = next(iter(keys_of(self._settings, lead)), "")
        if not lookup:
            raise CrmRejectedError(
                "Marketo recognises a person by e-mail, and the lead has none that Marketo takes:"
                " set MARKETO_ID_FIELD, then release the lead"
            )
        first, before = next(iter(changed.interests), None), changed.record
        person, remarks = new_person(self._settings, lead, first)
        try:
            created = await self._api.create(lookup, person)
        except CrmRejectedError as error:
            if CREATE_ONLY not in person or CREATE_ONLY not in str(error).lower():
                raise
            del person[CREATE_ONLY]
            remarks = (*remarks, f"{CREATE_ONLY} left out, which Marketo refuses")
            created = await self._api.create(lookup, person)
        if not created:
            return None
        acted = acted_at(None, before.baseline if before else {}, (), self._clock())
        record = CrmRecord(id=created, baseline=baseline(lead, text(person, STATUS), acted))
        held = [first.submission.submission_id] if first and self._settings.interest_field else []
        anew = [recreated(before.id)] if before else []
        return Upserted(
            record=record, created=True, holds=frozenset(held), remarks=(*anew, *remarks)
        )

    async def _update(self, lead: Lead, changed: Changed, found: Person) -> Upserted:
        """Send the contact fields that changed; nothing that sales works on."""
        known = self._known(lead, changed, found)
        person, remarks = changes(self._settings, lead, changed.fields)
        if lead.suppressed and SUPPRESSED not in known:
            person |= DO_NOT_CONTACT
        if person:
            await self._change(found, person)
        acted = acted_at(found, known, self._settings.open_statuses, self._clock())
        record = CrmRecord(
            id=text(found, "id"), baseline=baseline(lead, text(found, STATUS), acted)
        )
        if changed.record is not None and changed.record.id != record.id:
            gone = f"record {changed.record.id} was merged or deleted there: now {record.id}"
            remarks = (gone, *remarks)
        return Upserted(record=record, remarks=remarks)

    def _known(self, lead: Lead, changed: Changed, found: Person) -> Mapping[str, str]:
        """Return the baseline to compare a person with."""
        made, _ = new_person(self._settings, lead, next(iter(changed.interests), None))
        ours = text(found, self._settings.id_field) == lead.lead_id
        return known_before(changed.record, found, ours=ours, given=text(made, STATUS))

    async def _find(self, lead: Lead, record: CrmRecord | None) -> Person | None:
        """Return the person of a record, or else of a lead: who was merged is another now."""
        same = await self._api.persons("id", [record.id], *self._ours) if record else []
        return same[0] if same else await self._search(lead)

    async def _search(self, lead: Lead) -> Person | None:
        """Return who has the lead's e-mail, or else our id of it."""
        for field, value in keys_of(self._settings, lead).items():
            found = await self._api.persons(field, [value], *self._ours)
            if len(found) > 1:
                raise CrmRejectedError(
                    f"{len(found)} persons in Marketo match the lead: merge them, then release the"
                    " lead"
                )
            if found:
                return found[0]
        return None

    async def _existing(self, lead: Lead) -> Person:
        """Return the person who kept us from creating one."""
        if found := await self._search(lead):
            return found
        raise CrmUnavailableError("Marketo says that the person exists, but does not show it")

    async def _persons(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, Person]:
        """Return the persons of records by lead id; who was merged is found by our field."""
        ids = sorted({question.record.id for question in questions})
        by_id = {text(person, "id"): person for person in await self._api.persons("id", ids)}
        field = self._settings.id_field
        gone = [q.lead_id for q in questions if q.record.id not in by_id] if field else []
        others = await self._api.persons(field, gone, field) if gone else []
        known = {q.lead_id: by_id[q.record.id] for q in questions if q.record.id in by_id}
        return known | {text(person, field): person for person in others}

    async def _change(self, found: Person, person: Person) -> None:
        """Change a person who was there a moment ago."""
        if not await self._api.update(found["id"], person):
            raise CrmUnavailableError(f"the person {found['id']} was deleted or merged meanwhile")

    @property
    def _ours(self) -> tuple[str, str]:
        return self._settings.id_field, self._settings.interest_field
