"""What ``host.json`` says about routes and queues, with the platform's defaults.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue
"""

import json
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.errors import StartError

MAX_BATCH_SIZE = 32
INT32 = 2**31
SHORTEST_POLLING_INTERVAL = timedelta(milliseconds=100)

_TIME_SPAN = re.compile(r"(?:(\d+)\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d(?:\.\d{1,7})?)")
"""More than 23 hours are none: .NET reads ``24:00:00`` as 24 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOptions:
    """``extensions.queues``; one batch plus ``new_batch_threshold`` messages run at a time."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_polling_interval: timedelta = timedelta(minutes=1)
    visibility_timeout: timedelta = timedelta()
    max_dequeue_count: int = 5
    base64: bool = True


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What this simulation reads of ``host.json``."""

    route_prefix: str
    queues: QueueOptions


def parse_time_span(text: str) -> timedelta:
    """Parse ``[d.]hh:mm:ss[.fff]``; raise ``ValueError`` for anything else."""
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a time span such as 00:01:00")
    days, hours, minutes, seconds = match.groups()
    return timedelta(
        days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=float(seconds)
    )


def read_host_json(app_dir: Path) -> HostOptions:
    """Read ``host.json``, or raise ``StartError``."""
    path = app_dir / "host.json"
    try:
        extensions = json.loads(path.read_bytes()).get("extensions", {})
        return HostOptions(
            route_prefix=extensions.get("http", {}).get("routePrefix", "api").strip("/"),
            queues=_queue_options(extensions.get("queues", {})),
        )
    except FileNotFoundError:
        raise StartError(
            f"{path} is missing: --app must name the folder of a Functions app."
        ) from None
    except (ValueError, TypeError, AttributeError) as error:
        raise StartError(f"{path} can't be used: {error}") from None


def _queue_options(given: dict[str, Any]) -> QueueOptions:
    batch_size = _number(given, "batchSize", 16, range(1, MAX_BATCH_SIZE + 1))
    threshold = batch_size // 2 * (os.cpu_count() or 1)
    encoding = given.get("messageEncoding", "base64").lower()
    if encoding not in {"base64", "none"}:
        raise ValueError("messageEncoding must be base64 or none")
    return QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=_number(given, "newBatchThreshold", threshold, range(INT32)),
        max_polling_interval=_polling_interval(given.get("maxPollingInterval", "00:01:00")),
        visibility_timeout=parse_time_span(given.get("visibilityTimeout", "00:00:00")),
        max_dequeue_count=_number(given, "maxDequeueCount", 5, range(1, INT32)),
        base64=encoding == "base64",
    )


def _polling_interval(text: str) -> timedelta:
    interval = parse_time_span(text)
    if interval < SHORTEST_POLLING_INTERVAL:
        raise ValueError(f"maxPollingInterval is {text}, but 00:00:00.1 is the least")
    return interval


def _number(given: dict[str, Any], name: str, default: int, allowed: range) -> int:
    value = given.get(name, default)
    if value not in allowed:
        raise ValueError(f"{name} must be a whole number from {allowed[0]} to {allowed[-1]}")
    return int(value)
