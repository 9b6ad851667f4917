"""The destination Salesforce: one ``Lead`` a customer, known by a custom field with our lead id.

Not confirmed against a live org: whether lengths count a character beyond U+FFFF as two; how a
queue is refused as the owner of a task (we fall back to the integration's user on any refusal); for
how long ``MasterRecordId`` shows where a merged lead went; whether merging or deleting a lead moves
the ``LastModifiedDate`` of its tasks; that a deleted lead gives up its unique id at once; how a
task on a deleted contact is refused (we take any of three codes).
"""

from collections.abc import Mapping, Sequence
from itertools import batched

from shared.destinations.http.reading import understood
from shared.destinations.salesforce.api import SalesforceApi, one_of
from shared.destinations.salesforce.check import check_org
from shared.destinations.salesforce.follow_up import ACTS, acted
from shared.destinations.salesforce.noting import Noting
from shared.destinations.salesforce.record import BASELINE_KEYS
from shared.destinations.salesforce.rows import survivor
from shared.destinations.salesforce.settings import SalesforceSettings
from shared.destinations.salesforce.upserting import Upserting
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

IDS_AT_ONCE = 40
"""Salesforce recommends addresses of 2,000 characters at most, see
https://help.salesforce.com/s/articleView?id=000386264
"""


def create() -> Crm:
    """Return the adapter as configured; raise ``SettingsError``."""
    return SalesforceCrm(load(SalesforceSettings))


class SalesforceCrm:
    """The port ``Crm`` on Salesforce's REST API."""

    tells_follow_up = True
    keeps_notes = True
    baseline_keys = BASELINE_KEYS

    def __init__(self, settings: SalesforceSettings) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._settings = settings
        self._api = SalesforceApi(settings)
        self._upserting = Upserting(settings, self._api)
        self._noting = Noting(settings, self._api)

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Create the lead, or send what changed; a converted one is left as it is."""
        return await self._upserting.upsert(lead, changed, uncertain=uncertain)

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Log the interest as a completed task, unless the lead's description or a task has it."""
        return await self._noting.note(lead, record, interest, standing)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return what sales did: status, conversion, closed tasks, meetings."""
        seen: dict[str, FollowUpSeen] = {}
        for some in batched(questions, IDS_AT_ONCE, strict=False):
            asked = one_of("Id", {question.record.id for question in some})
            leads = await self._api.leads(asked, ACTS)
            for question in some:
                row = survivor(leads, question.record.id) or leads.get(question.record.id)
                with understood("Salesforce", "SALESFORCE_URL"):
                    act = acted(row, question, self._settings.outcome)
                seen |= {question.lead_id: act} if act else {}
        return seen

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the lead's owner a task, once; a converted lead needs none."""
        del lead
        return await self._noting.remind(record, reminder)

    async def check(self) -> Sequence[CheckResult]:
        """Describe ``Lead``, and look for what the settings name."""
        return await check_org(self._api, self._settings)
