import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from local.app_process import RunningApp
from local.errors import StartError
from local.host_json import HostOptions, QueueOptions
from local.http import HttpRoute, read_route
from local.runtime import Function


def route(template: str, *methods: str) -> HttpRoute:
    trigger = {"type": "httpTrigger", "name": "req", "route": template, "methods": list(methods)}
    host = HostOptions("api", QueueOptions())
    return read_route(Function("f", "id", [trigger]), host, {"NAME": "leads"})


@pytest.mark.parametrize(
    ("template", "path", "params"),
    [
        ("leads", "/api/leads", {}),
        ("leads", "/API/Leads/", {}),
        ("%NAME%", "/api/leads", {}),
        ("a.b", "/api/a.b", {}),
        ("leads/{id}", "/api/leads/7", {"id": "7"}),
        ("leads/{id?}", "/api/leads", {"id": None}),
        ("{*rest}", "/api/a/b", {"rest": "a/b"}),
    ],
)
def test_a_template_matches_a_path(template: str, path: str, params: dict[str, str]) -> None:
    match = route(template).pattern.fullmatch(path)

    assert match is not None
    assert match.groupdict() == params


@pytest.mark.parametrize(
    ("template", "path"),
    [("leads", "/leads"), ("leads", "/api/leads/7"), ("a.b", "/api/axb"), ("a/{b}", "/api/a/b/c")],
)
def test_a_template_does_not_match_another_path(template: str, path: str) -> None:
    assert route(template).pattern.fullmatch(path) is None


@pytest.mark.parametrize("template", ["{id:int}", "v{id}", "{}"])
def test_a_template_that_is_not_understood_is_refused(template: str) -> None:
    with pytest.raises(StartError, match=r"^The route of f can't be matched here: "):
        route(template)


def test_a_text_goes_before_a_parameter_and_that_before_the_rest() -> None:
    routes = [route("{*rest}"), route("{id}"), route("leads")]

    assert [found.path for found in sorted(routes, key=lambda found: found.precedence)] == [
        *("/api/leads", "/api/{id}", "/api/{*rest}")
    ]


@pytest.fixture
async def client(toy: RunningApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=toy.url, timeout=30) as client:
        yield client


async def test_a_function_gets_the_request_and_its_answer_comes_back(
    client: httpx.AsyncClient,
) -> None:
    body = bytes(range(256)) * 4096  # 1 MiB that is no text

    answer = await client.post(
        "/api/echo/a/b%20c?x=1&x=2&y=", content=body, headers=[(b"X-Given", "ü".encode("latin-1"))]
    )

    assert answer.status_code == 203
    assert answer.content == body
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["set-cookie"] == "a=b; Path=/"
    assert json.loads(answer.headers["x-seen"]) == {
        "method": "POST",
        "url": str(client.base_url.join("/api/echo/a/b%20c?x=1&x=2&y=")),
        "header": "ü",
        "query": {"x": "1,2", "y": ""},
        "route": {"first": "a", "second": "b c"},
        "function": "echo",
        "folder": "toy_app",
    }


async def test_a_function_answers_405_itself(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/api/echo/a")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_a_plain_text_is_an_answer(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/text")

    assert (answer.status_code, answer.text) == (200, "grüß dich")


async def test_the_most_exact_route_answers(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/text/a/b")).text == "a/b"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/nowhere"), ("GET", "/text"), ("GET", "/api/fail")]
)
async def test_no_route_or_a_wrong_method_is_404(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await client.request(method, path)).status_code == 404


async def test_a_failed_function_is_500_and_tells_the_console_only(
    client: httpx.AsyncClient, toy: RunningApp
) -> None:
    answer = await client.post("/api/fail")

    assert (answer.status_code, answer.content) == (500, b"")
    assert "answered 500: RuntimeError('broken on purpose')\nTraceback" in toy.output


async def test_requests_run_side_by_side_and_logs_name_their_function(
    client: httpx.AsyncClient, toy: RunningApp
) -> None:
    await asyncio.gather(client.get("/api/echo/a"), client.get("/api/text"))

    for name in ("echo", "text"):
        assert f"INFO    {name:<14} {name} logs" in toy.output
        assert f"INFO    {name:<14} succeeded in " in toy.output
