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
from functools import partial
from itertools import batched

from shared.destinations.http.refused import not_noted, without_refused
from shared.destinations.http.standing import standing_lines
from shared.destinations.http.texts import customers_words
from shared.destinations.marketo.api import LARGEST_QUERY, MarketoApi
from shared.destinations.marketo.check import checks
from shared.destinations.marketo.fields import STATUS, Person, optional_fields, text
from shared.destinations.marketo.follow_up import acted_at
from shared.destinations.marketo.interests import with_interest
from shared.destinations.marketo.placing import LOOKS, Placing
from shared.destinations.marketo.settings import MarketoSettings
from shared.destinations.marketo.updates import BASELINE_KEYS
from shared.domain.delivery import CrmRecord
from shared.domain.errors import (
    CrmRecordGoneError,
    CrmRejectedError,
)
from shared.domain.lead import Interest, Lead
from shared.domain.standing import Standing
from shared.ports.crm import (
    Changed,
    CheckResult,
    Crm,
    FollowUpQuestion,
    FollowUpSeen,
    Noted,
    Reminder,
    SeenAct,
    Upserted,
)
from shared.settings import load

NOT_SHOWN = "Marketo does not show what the customer did: MARKETO_INTEREST_FIELD is not set"


def create() -> Crm:
    """Return the adapter as configured; raise ``SettingsError``."""
    return MarketoCrm(load(MarketoSettings))


class MarketoCrm:
    """The port ``Crm`` on Marketo's REST API.

    A person who was there before us keeps source, status and whatever else is there, and may be
    contacted as before, unless the lead is suppressed.
    """

    tells_follow_up = True
    keeps_notes = True
    baseline_keys = BASELINE_KEYS

    def __init__(
        self,
        settings: MarketoSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._settings = settings
        self._clock = clock
        self._api = MarketoApi(settings, clock)
        self._placing = Placing(self._api, settings, clock)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Send what changed to the person who is known or exists, or else create one."""
        place = partial(self._placing.place, lead, changed, uncertain=uncertain)
        upserted, _ = await without_refused(place, optional_fields(self._settings))
        if changed.interests and not self._settings.interest_field:
            return replace(upserted, remarks=(*upserted.remarks, NOT_SHOWN))
        return upserted

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Put an interest before the others in the field for them; "" if there is no such field.

        If Marketo does not take it, the lead is delivered without, with a remark.
        """
        field = self._settings.interest_field
        if not field:
            return Noted(id="")
        for _ in range(LOOKS):
            found = await self._placing.find(lead, record)
            if found is None:
                break
            lines = standing_lines(standing, lead, interest)
            shown = with_interest(field, interest, text(found, field), lines)
            hidden = customers_words(lead, [interest])
            try:
                there = not shown.values or await self._api.update(
                    found["id"], shown.values, hidden
                )
            except CrmRejectedError as refused:
                return not_noted(refused)
            if there:
                return Noted(id=interest.submission.submission_id, remarks=shown.remarks)
        raise CrmRecordGoneError(f"the person {record.id} was deleted meanwhile")

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
                    status = text(person, STATUS) if person else known.get(STATUS, "")
                    outcome = self._settings.outcome(status)
                    act = SeenAct(at=max(at, question.since), outcome=outcome)
                    seen[question.lead_id] = FollowUpSeen(at=act.at, acts=(act,))
        return seen

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Return "": Marketo has no tasks, reminders go by notification."""
        del lead, record, reminder
        return ""

    async def check(self) -> Sequence[CheckResult]:
        """Try the credentials, the permissions, and the fields that the settings name."""
        return await checks(self._api, self._settings)

    async def _persons(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, Person]:
        """Return the persons of records by lead id; who was merged is found by our field."""
        ids = sorted({question.record.id for question in questions})
        by_id = {text(person, "id"): person for person in await self._api.persons("id", ids)}
        field = self._settings.id_field
        gone = [q.lead_id for q in questions if q.record.id not in by_id] if field else []
        others = await self._api.persons(field, gone, field) if gone else []
        known = {q.lead_id: by_id[q.record.id] for q in questions if q.record.id in by_id}
        return known | {text(person, field): person for person in others}
