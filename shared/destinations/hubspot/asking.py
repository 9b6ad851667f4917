"""Asking what sales did on contacts, in few calls."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from shared.destinations.hubspot.answers import Record
from shared.destinations.hubspot.api import HubspotApi
from shared.destinations.hubspot.fields import STATUS
from shared.destinations.hubspot.follow_up import CONTACT_SHOWN, TASK_SHOWN, acted, ids_of
from shared.destinations.hubspot.kinds import TASK
from shared.destinations.hubspot.settings import HubspotSettings
from shared.ports.crm import FollowUpQuestion, FollowUpSeen


class Asking:
    """The port's ``follow_ups`` on HubSpot contacts."""

    def __init__(
        self, api: HubspotApi, settings: HubspotSettings, clock: Callable[[], datetime]
    ) -> None:
        """Take the account, and what its statuses say."""
        self._api = api
        self._settings = settings
        self._clock = clock

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Compare what contacts show with what they showed when we delivered; and their tasks."""
        asked = dict.fromkeys(question.record.id for question in questions)
        found = await self._api.records("contacts", asked, CONTACT_SHOWN, history=[STATUS])
        shown = {contact_id: contact for contact in found for contact_id in ids_of(contact)}
        there = [(q, shown[q.record.id]) for q in questions if q.record.id in shown]
        tasks = await self._tasks(dict.fromkeys(contact.id for _, contact in there))
        now = self._clock()
        says = self._settings.outcome
        seen = {q.lead_id: acted(c, tasks.get(c.id, []), q, now, says) for q, c in there}
        return {lead_id: acts for lead_id, acts in seen.items() if acts}

    async def _tasks(self, contact_ids: Mapping[str, None]) -> dict[str, list[Record]]:
        """Return the tasks of contacts."""
        attached = await self._api.attached(TASK, contact_ids)
        ids = dict.fromkeys(task_id for some in attached.values() for task_id in some)
        by_id = {task.id: task for task in await self._api.records(TASK.path, ids, TASK_SHOWN)}
        return {
            contact_id: [by_id[task_id] for task_id in some if task_id in by_id]
            for contact_id, some in attached.items()
        }
