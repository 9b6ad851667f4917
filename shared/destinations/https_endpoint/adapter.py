"""The destination "any HTTPS endpoint": Power Automate, Logic Apps, or a program of one's own.

An endpoint has no records that we could look at. What makes a lead one there is ``webhook-id``,
which is the same however often a post is sent: a receiver that has seen it does nothing. So a post
whose answer was lost is sent again, and no lead is parked as uncertain.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic

from pydantic_core import to_json

from shared.destinations.https_endpoint.answers import TooLargeError
from shared.destinations.https_endpoint.endpoint import Endpoint
from shared.destinations.https_endpoint.lead_json import lead_json, marketplace_json
from shared.destinations.https_endpoint.parts import Part, halves, parts
from shared.destinations.https_endpoint.settings import HttpsEndpointSettings
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmError, CrmOutcomeUnknownError
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

POSTING_SECONDS = 40
"""How long parts are posted in one call: another one that gets no answer still fits into the
deadline of 60 s. What is left then comes to ``note``, which stores how far it is."""


class HttpsEndpointCrm:
    """The port ``Crm`` on an endpoint, which tells nothing of what becomes of a lead.

    Microsoft's body has room for one interest. Each is delivered on its own there, as a note is, so
    that those that have arrived are not posted again for the sake of one that has not.
    """

    tells_follow_up = False
    keeps_notes = False
    baseline_keys = frozenset[str]()

    def __init__(
        self, settings: HttpsEndpointSettings, clock: Callable[[], float] = monotonic
    ) -> None:
        """Take settings whose address may be called; ``clock`` gives seconds."""
        self.endpoint = Endpoint(settings)
        self._one_each = settings.body == "marketplace"
        self._clock = clock

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Post the lead as it is now with all that is new, or the first interest of a new one."""
        del uncertain  # a receiver knows a post that it has seen
        known = changed.record
        if not self._one_each:
            said, posted = await self._post_lead(lead, changed)
        else:
            posted = [] if known else list(changed.interests[:1])
            said = "".join([await self._post_interest(interest) for interest in posted])
        return Upserted(
            record=CrmRecord(id=said or (known.id if known else lead.lead_id)),
            holds=frozenset(interest.submission.submission_id for interest in posted),
        )

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return nothing: an endpoint can't be asked."""
        del questions
        return {}

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Return "": an endpoint has no owner to remind."""
        del lead, record, reminder
        return ""

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Post one interest, in the shape that is set."""
        del record
        submission_id = interest.submission.submission_id
        if self._one_each:
            said = await self._post_interest(interest)
        else:
            # Notes come in the order of versions, so all before this one are posted.
            said = await self._post_part(
                lead, (), Part((interest,), through=interest.version), standing
            )
        return Noted(id=said or submission_id)

    async def check(self) -> Sequence[CheckResult]:
        """Connect without posting anything."""
        return [await self.endpoint.check()]

    async def close(self) -> None:
        """Close the connection."""
        await self.endpoint.http.close()

    async def _post_lead(self, lead: Lead, changed: Changed) -> tuple[str, list[Interest]]:
        """Post a lead in as many parts as it takes; return the first id given, and what went."""
        ends_at = self._clock() + POSTING_SECONDS
        left = deque(parts(changed.interests, lead.version))
        given, posted = "", list[Interest]()
        while left and (not posted or self._clock() < ends_at):
            part = left.popleft()
            try:
                said = await self._post_part(lead, changed.fields, part, changed.standing)
            except CrmError as error:
                smaller = halves(part) if isinstance(error, TooLargeError) else []
                left.extendleft(reversed(smaller))
                if smaller:
                    continue
                if not posted or isinstance(error, CrmOutcomeUnknownError):
                    raise
                break  # what is posted is kept as done, and ``note`` meets the error
            given = given or said
            posted += part.interests
        return given, posted

    async def _post_part(
        self, lead: Lead, fields: Collection[str], part: Part, standing: Standing | None
    ) -> str:
        body = lead_json(lead, fields, part.interests, part.through, standing)
        return await self.endpoint.post(
            _webhook_id(lead, part), body.model_dump_json(by_alias=True).encode()
        )

    async def _post_interest(self, interest: Interest) -> str:
        return await self.endpoint.post(
            interest.submission.submission_id, to_json(marketplace_json(interest))
        )


def create() -> HttpsEndpointCrm:
    """Build the adapter from the environment; raise ``SettingsError``."""
    return HttpsEndpointCrm(load(HttpsEndpointSettings))


def _webhook_id(lead: Lead, part: Part) -> str:
    """Return what stands for all that is new at a version, or for the interests of one part.

    A later push changes only the last part: those before it keep their ids.
    """
    if part.through == lead.version:
        return f"{lead.lead_id}-{lead.version}"
    first = min(interest.version for interest in part.interests)
    return f"{lead.lead_id}-{first}-{part.through}"
