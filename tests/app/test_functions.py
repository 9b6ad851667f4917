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

FUNCTIONS = {
    "ingest_lead": [
        {
            "type": "httpTrigger",
            "direction": "IN",
            "name": "req",
            "route": "leads",
            "authLevel": "FUNCTION",
            "methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        },
        {"type": "http", "direction": "OUT", "name": "$return"},
    ],
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
