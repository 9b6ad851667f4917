"""A client whose token ends with the answer "expired", and what it asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.destinations.http.answers import Request
from shared.destinations.http.client import HttpClient
from shared.destinations.http.tokens import Tokens

READ = Request(method="GET", path="/thing?a=1", writes=False)
CREATE = Request(method="POST", path="/things", writes=True, json={"name": "ü"})
LONG = timedelta(hours=1)


@asynccontextmanager
async def client(url: str, tokens: Tokens | None = None) -> AsyncIterator[HttpClient]:
    http = HttpClient(url, tokens=tokens, refuses_token=lambda answer: answer.text == "expired")
    try:
        yield http
    finally:
        await http.close()
