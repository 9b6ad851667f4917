"""The way to a CRM over HTTP: time-outs, tokens, and what an answer means for the delivery.

A request is *repeatable* if sending it twice leaves the CRM as sending it once. When the answer to
one that is not gets lost, nobody knows whether it was done, and it must never be sent again
blindly, see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2.
"""

import asyncio
import ipaddress
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.errors import (
    CrmCredentialsError,
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
    SettingsError,
)

TIMEOUT = httpx.Timeout(connect=5, read=30, write=10, pool=5)
REFRESH_BEFORE = timedelta(minutes=5)
LONGEST_REASON = 500
LARGEST_PORT = 65_535

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request did not leave: the CRM has done nothing."""

TRY_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Answers that say that nothing was done."""


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and when it ends."""

    text: str
    ends_at: datetime


class Tokens:
    """One token for all calls of a process: refreshed before it ends, once for many that wait."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Token]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take how a token is fetched."""
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._refreshing = asyncio.Lock()

    async def get(self, *, instead_of: str = "") -> str:
        """Return a token that is good for some minutes; ``instead_of`` one that was refused."""
        async with self._refreshing:
            token = self._token
            stale = token is None or token.ends_at - self._clock() < REFRESH_BEFORE
            if token is None or stale or token.text == instead_of:
                token = self._token = await self._fetch()
            return token.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call; ``repeatable`` as in this module's docstring."""

    method: str
    path: str
    repeatable: bool
    json: Any = None
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: Mapping[str, str] | None = None


type Classify = Callable[[Request, httpx.Response], CrmError | None]
"""Return what an answer that is no success means to one vendor; None if it has nothing to add."""


class HttpClient:
    """The connection to one CRM; it is opened at the first call and kept."""

    def __init__(
        self,
        base_url: str,
        *,
        tokens: Tokens | None = None,
        classify: Classify | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        """Take where it is, how to get a token, what its errors mean, and how long it may take."""
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._classify = classify or (lambda _request, _response: None)
        self._timeout = timeout
        self._client: httpx.AsyncClient | None = None

    async def call(
        self, request: Request, *, accept: frozenset[int] = frozenset()
    ) -> httpx.Response:
        """Send a request; return the answer if it is a success or one of ``accept``.

        A token that is refused is fetched anew, once. Raises ``CrmError``.
        """
        token = await self._tokens.get() if self._tokens else ""
        response = await self._send(request, token)
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._tokens:
            token = await self._tokens.get(instead_of=token)
            response = await self._send(request, token)
        if response.is_success or response.status_code in accept:
            return response
        raise self._classify(request, response) or meaning(request, response)

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _send(self, request: Request, token: str) -> httpx.Response:
        if self._client is None:
            # At INFO it logs each URL whole, and some hold a secret.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            self._client = httpx.AsyncClient(timeout=self._timeout, follow_redirects=False)
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            return await self._client.request(
                request.method,
                self._base_url + request.path,
                params=request.params,
                json=request.json,
                content=request.content,
                data=request.form,
                headers={**request.headers, **bearer},
            )
        except NEVER_SENT as error:
            raise CrmUnavailableError(f"{self.where} can't be reached: {_said(error)}") from None
        except httpx.HTTPError as error:
            lost = f"{self.where} gave no whole answer: {type(error).__name__}"
            raise unanswered(request, lost) from None

    @property
    def where(self) -> str:
        """Return the server's name; the rest of a URL may hold secrets."""
        return urlsplit(self._base_url).netloc.rpartition("@")[2]


def meaning(request: Request, response: httpx.Response, *, secrets: Sequence[str] = ()) -> CrmError:
    """Return what an answer that is no success means where the vendor says nothing special.

    ``secrets`` are left out of its words: an answer may repeat what was sent.
    """
    status = response.status_code
    words = response.text
    for secret in filter(None, secrets):
        words = words.replace(secret, "…")
    said = f"{status} {_phrase(status)}: {words[:LONGEST_REASON]}".rstrip(": ")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return CrmCredentialsError(said)
    if status in TRY_LATER or (status >= HTTPStatus.INTERNAL_SERVER_ERROR and request.repeatable):
        return CrmUnavailableError(said, retry_after=retry_after(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CrmOutcomeUnknownError(said)
    if response.is_redirect:
        return CrmUnavailableError(f"{status}: redirected elsewhere, check the address")
    return CrmRejectedError(said)


def unanswered(request: Request, reason: str) -> CrmError:
    """Return what it means that a request left and no usable answer came."""
    return CrmUnavailableError(reason) if request.repeatable else CrmOutcomeUnknownError(reason)


def json_object(request: Request, response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object that an answer holds; anything else is no usable answer."""
    try:
        found = response.json()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise unanswered(request, f"{response.status_code}, but the answer is no JSON object")
    return found


def retry_after(response: httpx.Response, now: datetime | None = None) -> timedelta | None:
    """Return the wait that ``Retry-After`` asks for, in seconds or as a date; None if none."""
    given = response.headers.get("retry-after", "").strip()
    try:
        if given.isascii() and given.isdecimal():
            return timedelta(seconds=int(given))
        at = parsedate_to_datetime(given)
        return max(at - (now or datetime.now(UTC)), timedelta(0)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def checked_url(setting: str, url: str) -> str:
    """Return an address that may be called: https, or http on this machine.

    Raises ``SettingsError``, which shows no more of it than the server.
    """
    fault = _url_fault(url)
    if fault:
        raise SettingsError([f"{setting}: {fault}; should be an https address"])
    return url


def _url_fault(url: str) -> str:
    try:
        parts = httpx.URL(url)
        parts.raw_host.decode("ascii").encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        return "is no address"
    if not url:
        return "is not set"
    if (parts.port or 0) > LARGEST_PORT:
        return "has a port that can't be"
    if parts.userinfo:
        return "has a user or password in it"
    loopback = parts.scheme == "http" and _is_loopback(parts.host)
    if parts.host and (parts.scheme == "https" or loopback):
        return ""
    return f"is {f'{parts.scheme}://{parts.host}'!r}"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus else ""


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
