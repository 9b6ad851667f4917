"""The app as Microsoft's runtime indexes it: where one binding is wrong, all functions are gone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

INDEX = """
import asyncio, json
from pathlib import Path
from local.runtime import Runtime

async def main():
    runtime = await Runtime.start(Path.cwd())
    print(json.dumps({function.name: function.bindings for function in runtime.functions}))
    runtime.stop()

asyncio.run(main())
"""

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def http(route: str, methods: list[str], auth_level: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "httpTrigger",
            "direction": "IN",
            "name": "req",
            "route": route,
            "authLevel": auth_level,
            "methods": methods,
        },
        {"type": "http", "direction": "OUT", "name": "$return"},
    ]


FUNCTIONS = {
    "ingest_lead": http("leads", EVERY_METHOD, "FUNCTION"),
    "route_lead": [
        {
            "type": "queueTrigger",
            "direction": "IN",
            "name": "msg",
            "queueName": "leads",
            "connection": "LeadStorage",
        }
    ],
    "quarantine_poison": [
        {
            "type": "queueTrigger",
            "direction": "IN",
            "name": "msg",
            "queueName": "leads-poison",
            "connection": "LeadStorage",
        }
    ],
    "nurture_timer": [
        {
            "type": "timerTrigger",
            "direction": "IN",
            "name": "timer",
            "schedule": "%NURTURE_SCHEDULE%",
            "runOnStartup": False,
            "useMonitor": True,
        }
    ],
    "show_lead": http("leads/{lead_id}", EVERY_METHOD, "FUNCTION"),
    "record_follow_up": http("leads/{lead_id}/follow-up", EVERY_METHOD, "FUNCTION"),
    "act_by_link": http("act", ["GET", "HEAD", "POST"], "ANONYMOUS"),
}


@pytest.fixture(scope="module")
def functions(run_python: Callable[[str], str]) -> dict[str, list[dict[str, Any]]]:
    indexed: dict[str, list[dict[str, Any]]] = json.loads(run_python(INDEX).splitlines()[-1])
    return indexed


def test_these_functions_are_there_and_no_others(
    functions: dict[str, list[dict[str, Any]]],
) -> None:
    assert list(functions) == list(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_bound_as_said(functions: dict[str, list[dict[str, Any]]], name: str) -> None:
    assert functions[name] == FUNCTIONS[name]
