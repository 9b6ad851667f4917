"""The destination Dynamics 365 Sales: the port ``Crm`` on the table ``lead`` of Dataverse.

Not confirmed against a live system: whether closed leads refuse changes and notes (they get no
changes), and whether the key of a deleted lead can be had again while its environment keeps deleted
records. The documentation says so; otherwise the delivery is parked.
"""

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any
from urllib.parse import urlsplit

from shared.destinations.dynamics.answers import classify, refuses_token
from shared.destinations.dynamics.api import DynamicsApi
from shared.destinations.dynamics.check import Check
from shared.destinations.dynamics.follow_up import (
    ACTIVITY,
    BASELINE_KEYS,
    follow_up,
    odata_time,
)
from shared.destinations.dynamics.login import login
from shared.destinations.dynamics.noting import Noting
from shared.destinations.dynamics.rows import any_of
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.dynamics.upserting import Upserting
from shared.destinations.http.client import HttpClient
from shared.destinations.http.reading import understood
from shared.destinations.http.tokens import Tokens
from shared.domain.delivery import CrmRecord
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
    Upserted,
)
from shared.settings import load

LEADS_AT_ONCE = 50


def create() -> Crm:
    """Build the adapter from its settings; raise ``SettingsError``."""
    return DynamicsCrm(load(DynamicsSettings))


class DynamicsCrm:
    """The port ``Crm`` on the table ``lead``."""

    tells_follow_up = True
    keeps_notes = True
    baseline_keys = BASELINE_KEYS

    def __init__(self, settings: DynamicsSettings) -> None:
        """Take where it is and how to be let in."""
        self._settings = settings
        parts = urlsplit(settings.url)
        url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        tokens = Tokens(login(settings, f"{url}/.default"))
        self._http = HttpClient(
            url,
            tokens=tokens,
            classify=classify,
            refuses_token=refuses_token,
        )
        self._api = DynamicsApi(self._http)
        self._upserting = Upserting(settings, self._api, url)
        self._noting = Noting(settings, self._api)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Create the lead under its own key, or update the fields that the marketplace changed."""
        del uncertain  # the key tells whether it is there
        return await self._upserting.upsert(lead, changed)

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Append an interest as a note, whose key is made of the submission's id."""
        return await self._noting.note(lead, record, interest, standing)

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the record's owner a task, whose key is made of the reminder's id."""
        del lead
        return await self._noting.remind(record, reminder)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return the last thing that sales did on each lead, with two queries for 50 leads."""
        seen: dict[str, FollowUpSeen] = {}
        for some in batched(questions, LEADS_AT_ONCE, strict=False):
            with understood("Dataverse", "DYNAMICS_URL"):
                leads = await self._api.leads(question.record.id for question in some)
                ids = {str(lead["leadid"]) for lead in leads.values()}
                since = odata_time(min(question.since for question in some))
                activities = await self._completed(since, ids) if ids else []
                found = {
                    question.lead_id: follow_up(
                        question,
                        leads.get(question.record.id),
                        activities,
                        self._settings.outcome,
                    )
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
