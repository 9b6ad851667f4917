"""The connection to a CRM over HTTP: time-outs, tokens, and an error for whatever is no answer."""

import logging
import ssl
from collections.abc import Callable
from contextlib import aclosing
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from shared.destinations.http.answers import Request, after_a_write, meaning, unanswered
from shared.destinations.http.bodies import read
from shared.destinations.http.tokens import Tokens
from shared.domain.errors import (
    CrmError,
    CrmOutcomeUnknownError,
    CrmRejectedError,
    CrmUnavailableError,
)

TIMEOUT = httpx.Timeout(connect=5, read=30, write=10, pool=5)

LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer to a question: a page of the longest notes, the columns of a large table."""
LONGEST_ECHO = 1024 * 1024
"""Bytes of an answer to a write: at most the record that was sent, which an error quotes, too, with
each character as several."""
LONGEST_ERROR = 64 * 1024
"""Bytes of an answer to a question that is no success."""

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""The request did not leave: the CRM has done nothing."""

type Classify = Callable[[Request, httpx.Response], CrmError | None]
"""Return what an answer that is no success means to one vendor; None if it has nothing to add."""


@cache
def certificates() -> ssl.SSLContext:
    """Return whom all connections trust, read once: that takes longer than a call."""
    return httpx.create_ssl_context()


class HttpClient:
    """The connection to one CRM; it is opened at the first call and kept."""

    def __init__(
        self,
        base_url: str,
        *,
        tokens: Tokens | None = None,
        classify: Classify | None = None,
        refuses_token: Callable[[httpx.Response], bool] = lambda _: False,
        timeout: httpx.Timeout = TIMEOUT,
        longest_answer: int = LONGEST_ANSWER,
    ) -> None:
        """Take where it is, how to get a token, what its errors mean, and what it may take.

        ``refuses_token`` tells whether a 401 is the vendor's own. Of an answer, no more bytes are
        read than ``longest_answer``, and of one to a write or an error less; what is longer is cut.
        """
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._classify = classify or (lambda _request, _response: None)
        self._refuses_token = refuses_token
        self._timeout = timeout
        self._longest_answer = longest_answer
        self._client: httpx.AsyncClient | None = None

    async def call(
        self, request: Request, *, accept: frozenset[int] = frozenset()
    ) -> httpx.Response:
        """Send a request; return the answer if it is a success or one of ``accept``.

        A token that is refused is fetched anew, once. If it was not the vendor that refused it, a
        write may have been done: it is sent again only if it is ``repeatable``, and whatever fails
        then, the outcome is unknown. Raises ``CrmError``.
        """
        token = await self._tokens.get() if self._tokens else ""
        response = await self._send(request, token)
        if response.status_code != HTTPStatus.UNAUTHORIZED or not self._tokens:
            return self._understood(request, response, accept)
        if not request.writes or self._refuses_token(response):
            return await self._again(request, self._tokens, token, accept)
        try:
            if request.repeatable:
                return await self._again(request, self._tokens, token, accept)
            await self._tokens.get(instead_of=token)
        except (CrmOutcomeUnknownError, CrmRejectedError):  # refused for what is in it, each time
            raise
        except CrmError as error:
            raise after_a_write(error) from error
        return self._understood(request, response, accept)

    async def _again(
        self, request: Request, tokens: Tokens, refused: str, accept: frozenset[int]
    ) -> httpx.Response:
        response = await self._send(request, await tokens.get(instead_of=refused))
        return self._understood(request, response, accept)

    def _understood(
        self, request: Request, response: httpx.Response, accept: frozenset[int]
    ) -> httpx.Response:
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
            # A proxy is not to be had by an environment variable that was set for something else.
            self._client = httpx.AsyncClient(
                timeout=self._timeout,
                follow_redirects=False,
                verify=certificates(),
                trust_env=False,
            )
        try:
            sent = await self._client.send(self._written(self._client, request, token), stream=True)
            async with aclosing(sent) as answer:
                return await read(answer, self._longest(request, answer))
        except NEVER_SENT as error:
            raise CrmUnavailableError(f"{self.where} can't be reached: {_said(error)}") from None
        except httpx.HTTPError as error:
            lost = f"{self.where} gave no whole answer: {type(error).__name__}"
            raise unanswered(request, lost) from None

    def _written(self, client: httpx.AsyncClient, request: Request, token: str) -> httpx.Request:
        """Return a request as it is sent, if it can be: a link to a page may be anything."""
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            return client.build_request(
                request.method,
                self._base_url + request.path,
                params=request.params,
                json=request.json,
                content=request.content,
                data=request.form,
                headers={"Accept-Encoding": "identity", **request.headers, **bearer},
            )
        except (httpx.InvalidURL, ValueError) as error:
            why = f"a request that can't be written: {type(error).__name__}"
            raise CrmUnavailableError(f"{self.where} was not sent {why}") from None

    def _longest(self, request: Request, answer: httpx.Response) -> int:
        """Return how many bytes of an answer are read."""
        told = LONGEST_ANSWER if answer.is_success else LONGEST_ERROR
        return min(self._longest_answer, LONGEST_ECHO if request.writes else told)

    @property
    def where(self) -> str:
        """Return the server's name; the rest of a URL may hold secrets."""
        return urlsplit(self._base_url).netloc.rpartition("@")[2]


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
