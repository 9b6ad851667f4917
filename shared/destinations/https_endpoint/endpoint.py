"""The endpoint: posts signed by Standard Webhooks."""

import asyncio

import httpx

from shared.destinations.http.answers import Request
from shared.destinations.http.client import HttpClient
from shared.destinations.http.signing import Signer
from shared.destinations.http.web_page import LONGEST_ANSWER
from shared.destinations.https_endpoint.answers import failure, record_id
from shared.destinations.https_endpoint.settings import HttpsEndpointSettings
from shared.domain.errors import CrmError
from shared.ports.crm import CheckResult

TIMEOUT = httpx.Timeout(15, connect=5)
CHECK_SECONDS = 5
HTTPS_PORT, HTTP_PORT = 443, 80
SHORTEST_SECRET = 16

OUR_WORDS = frozenset({"priority", "unqualifiedBecause"})
"""Fields of our JSON that hold no word of the customer's: an error may have the same words."""


class Endpoint:
    """Posts bodies, and tells what becomes of them."""

    def __init__(self, settings: HttpsEndpointSettings) -> None:
        """Take settings whose address may be called."""
        self._url = httpx.URL(settings.url)
        self.target = self._url.raw_path.decode("ascii")
        self._signer = Signer(settings.secret)
        self._bearer = settings.bearer
        in_query = [value for value in self._url.params.values() if len(value) >= SHORTEST_SECRET]
        self._secrets = [
            *(self._url.query.decode("ascii"), *in_query),
            *(self._bearer, *settings.secret.split()),
        ]
        origin = str(self._url.copy_with(raw_path=b"/", fragment=None))
        self.http = HttpClient(
            origin, classify=self._failure, timeout=TIMEOUT, longest_answer=LONGEST_ANSWER
        )

    async def post(self, webhook_id: str, body: bytes) -> str:
        """Post a body, and return the id that the answer has in it, or ""."""
        request = Request(
            method="POST",
            path=self.target,
            writes=True,
            content=body,
            headers={"Content-Type": "application/json", **self._headers(webhook_id, body)},
            shown=OUR_WORDS,
        )
        return record_id(request, await self.http.call(request))

    async def check(self) -> CheckResult:
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
            return CheckResult(what=what, mend=mend)
        writer.close()
        return CheckResult(what=what)

    def _headers(self, webhook_id: str, body: bytes) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self._bearer}"} if self._bearer else {}
        return {**self._signer.headers(webhook_id, body), **bearer}

    def _failure(self, request: Request, response: httpx.Response) -> CrmError:
        return failure(request, response, self._secrets)
