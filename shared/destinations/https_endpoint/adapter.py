"""The destination "any HTTPS endpoint": Power Automate, Logic Apps, or a program of one's own.

Posts follow Standard Webhooks, see
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
An endpoint has no records that we could look at. What makes a lead one there is ``webhook-id``,
which is the same however often a post is sent: a receiver that has seen it does nothing. So every
post may be sent again, and nothing is uncertain. Not confirmed against a live flow: with which
status Power Automate says that a flow is switched off; its error code decides here.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
from pydantic_core import to_json
from standardwebhooks import Webhook

from shared.destinations.http.addresses import checked_url
from shared.destinations.http.answers import Request, meaning
from shared.destinations.http.client import HttpClient
from shared.destinations.http.said import said
from shared.destinations.https_endpoint.lead_json import lead_json, marketplace_json
from shared.destinations.https_endpoint.settings import HttpsEndpointSettings
from shared.domain.delivery import CrmRecord
from shared.domain.errors import CrmError, CrmRejectedError, CrmUnavailableError
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

TIMEOUT = httpx.Timeout(15, connect=5)
CHECK_SECONDS = 5
HTTPS_PORT, HTTP_PORT = 443, 80
LONGEST_ID = 200
SHORTEST_SECRET = 16

NOT_THERE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
SWITCHED_OFF = "WorkflowTriggerIsNotEnabled"
"""The error code of a flow that is switched off, as seen in
https://github.com/microsoft/coe-starter-kit/issues/8684
"""

WEB_PAGES = ("<!doctype html", "<html")


class HttpsEndpointCrm:
    """The port ``Crm`` on an endpoint, which tells nothing of what becomes of a lead.

    Microsoft's body has room for one interest. Each is delivered on its own there, as a note is, so
    that those that have arrived are not posted again for the sake of one that has not.
    """

    tells_follow_up = False

    def __init__(self, settings: HttpsEndpointSettings) -> None:
        """Take settings whose address may be called."""
        self._url = httpx.URL(settings.url)
        self._target = self._url.raw_path.decode("ascii")
        self._signers = [Webhook(secret) for secret in settings.secret.split()]
        self._bearer = settings.bearer
        in_query = [value for value in self._url.params.values() if len(value) >= SHORTEST_SECRET]
        self._secrets = [
            *(self._url.query.decode("ascii"), *in_query),
            *(self._bearer, *settings.secret.split()),
        ]
        self._one_each = settings.body == "marketplace"
        origin = str(self._url.copy_with(raw_path=b"/", fragment=None))
        self._http = HttpClient(origin, classify=self._meaning, timeout=TIMEOUT)

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Post the lead as it is now with all that is new, or the first interest of a new one."""
        del uncertain  # a receiver knows a post that it has seen
        posted = changed.interests
        known = changed.record
        if not self._one_each:
            body = lead_json(lead, changed).model_dump_json(by_alias=True).encode()
            said = await self._post(f"{lead.lead_id}-{lead.version}", body)
        else:
            posted = [] if known else changed.interests[:1]
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

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> Noted:
        """Post an interest in Microsoft's shape."""
        del lead, record
        said = await self._post_interest(interest)
        return Noted(id=said or interest.submission.submission_id)

    async def check(self) -> Sequence[CheckResult]:
        """Connect without posting anything: a flow would take any request for a lead."""
        tls = httpx.create_ssl_context() if self._url.scheme == "https" else None
        port = self._url.port or (HTTPS_PORT if tls else HTTP_PORT)
        what = f"{self._url.host} answers on port {port}" + (
            " with a valid certificate" * bool(tls)
        )
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                _, writer = await asyncio.open_connection(self._url.host, port, ssl=tls)
        except (OSError, TimeoutError) as error:
            said = str(error) or f"no answer within {CHECK_SECONDS} s"
            mend = f"{said}: check HTTPS_ENDPOINT_URL and that the endpoint is open to this app"
            return [CheckResult(what=what, mend=mend)]
        writer.close()
        return [CheckResult(what=what)]

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    async def _post_interest(self, interest: Interest) -> str:
        return await self._post(
            interest.submission.submission_id, to_json(marketplace_json(interest))
        )

    async def _post(self, webhook_id: str, body: bytes) -> str:
        """Post a body, and return the id that the answer has in it, or ""."""
        request = Request(
            method="POST",
            path=self._target,
            writes=True,
            content=body,
            headers={"Content-Type": "application/json", **self._headers(webhook_id, body)},
        )
        response = await self._http.call(request)
        if response.text.lstrip()[:20].lower().startswith(WEB_PAGES):
            raise CrmUnavailableError(
                f"{response.status_code}, but with a web page: check HTTPS_ENDPOINT_URL"
            )
        return _id_in(response)

    def _headers(self, webhook_id: str, body: bytes) -> dict[str, str]:
        now = datetime.now(UTC)
        signatures = [signer.sign(webhook_id, now, body.decode()) for signer in self._signers]
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            **({"webhook-signature": " ".join(signatures)} if signatures else {}),
            **({"Authorization": f"Bearer {self._bearer}"} if self._bearer else {}),
        }

    def _meaning(self, request: Request, response: httpx.Response) -> CrmError:
        """Say what an answer means; whatever is wrong with the endpoint is no fault of the lead."""
        error = meaning(request, response, said(request, response.text, also=self._secrets))
        if not response.is_client_error or not isinstance(error, CrmUnavailableError):
            return error
        if response.status_code in NOT_THERE or SWITCHED_OFF in response.text:
            return CrmUnavailableError(f"{error} (is HTTPS_ENDPOINT_URL right, and the flow on?)")
        return CrmRejectedError(str(error))


def create() -> HttpsEndpointCrm:
    """Build the adapter from the environment; raise ``SettingsError``."""
    settings = load(HttpsEndpointSettings)
    checked_url("HTTPS_ENDPOINT_URL", settings.url)
    return HttpsEndpointCrm(settings)


def _id_in(response: httpx.Response) -> str:
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return ""
    given = found.get("id") if isinstance(found, dict) else None
    usable = isinstance(given, str | int) and not isinstance(given, bool)
    return str(given) if usable and len(str(given)) <= LONGEST_ID else ""
