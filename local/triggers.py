"""From the indexed bindings to what starts the functions: routes, listeners and timers."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from local.console import log_outcome
from local.errors import StartError
from local.host_json import HostOptions
from local.http import HttpRoute, read_route
from local.queues import QueueListener, TriggerMessage, Wakes
from local.runtime import Function, Runtime, json_datum, text_datum
from local.settings import queue_service, resolve
from local.timers import Schedule, Tick, Timer, parse_schedule

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_SIMULATED = {"httpTrigger", "http", "queueTrigger", "timerTrigger"}


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """A function and the queue that feeds it."""

    function: Function
    queue: str
    connection: str


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """A function and its schedule, parsed and as written."""

    function: Function
    schedule: Schedule
    text: str


@dataclass(frozen=True, slots=True)
class Triggers:
    """All that can start a function of the app."""

    http: list[HttpRoute] = field(default_factory=list)
    queues: list[QueueTrigger] = field(default_factory=list)
    timers: list[TimerTrigger] = field(default_factory=list)


def read_triggers(
    functions: list[Function], host: HostOptions, settings: Mapping[str, str]
) -> Triggers:
    """Read every function's bindings; raise ``StartError`` for what isn't simulated."""
    triggers = Triggers()
    for function in functions:
        unknown = {binding["type"] for binding in function.bindings} - _SIMULATED
        if unknown:
            raise StartError(f"{function.name} is bound to {unknown.pop()}, not simulated here.")
        match function.trigger["type"]:
            case "httpTrigger":
                triggers.http.append(read_route(function, host, settings))
            case "queueTrigger":
                triggers.queues.append(_queue_trigger(function, settings))
            case _:
                triggers.timers.append(_timer_trigger(function, settings))
    return triggers


def _queue_trigger(function: Function, settings: Mapping[str, str]) -> QueueTrigger:
    queue = resolve(function.trigger["queueName"], settings)
    return QueueTrigger(
        function, queue, function.trigger.get("connection") or "AzureWebJobsStorage"
    )


def _timer_trigger(function: Function, settings: Mapping[str, str]) -> TimerTrigger:
    text = resolve(function.trigger["schedule"], settings)
    return TimerTrigger(function, parse_schedule(text), text)


def describe(triggers: Triggers, url: str) -> list[str]:
    """List the functions for a person, each with what starts it."""
    started_by = [
        *((f"{_methods(route)} {url}{route.path}", route.function) for route in triggers.http),
        *((f"queue {trigger.queue}", trigger.function) for trigger in triggers.queues),
        *((f"timer {trigger.text}", trigger.function) for trigger in triggers.timers),
    ]
    width = max(len(start) for start, _ in started_by)
    return [f"{start:<{width}}  {function.name}" for start, function in started_by]


def _methods(route: HttpRoute) -> str:
    every = not route.methods or set(route.methods) >= _METHODS
    return "any method" if every else ",".join(route.methods)


async def open_listener(
    trigger: QueueTrigger,
    host: HostOptions,
    settings: Mapping[str, str],
    runtime: Runtime,
    stack: AsyncExitStack,
    wakes: Wakes,
) -> QueueListener:
    """Connect a queue to its function; the connection closes with ``stack``."""

    async def invoke(message: TriggerMessage) -> bool:
        inputs = {trigger.function.trigger["name"]: text_datum(message.text)}
        outcome = await runtime.invoke(trigger.function, inputs, message.metadata)
        tried = "message {Id}, try {DequeueCount}".format_map(message.metadata)
        log_outcome(trigger.function.name, tried, outcome)
        return outcome.ok

    service = await stack.enter_async_context(queue_service(trigger.connection, settings))
    return QueueListener(service, trigger.queue, host.queues, invoke, wakes=wakes)


def open_timer(trigger: TimerTrigger, runtime: Runtime) -> Timer:
    """Connect a schedule to its function."""

    async def invoke(tick: Tick) -> None:
        inputs = {trigger.function.trigger["name"]: json_datum(tick.state())}
        outcome = await runtime.invoke(trigger.function, inputs, {})
        log_outcome(trigger.function.name, f"next at {tick.next_at:%Y-%m-%d %H:%M:%S}Z", outcome)

    on_startup = bool(trigger.function.trigger.get("runOnStartup"))
    return Timer(trigger.schedule, invoke, on_startup=on_startup)
