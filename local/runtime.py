"""Microsoft's runtime library, as the platform's worker uses it: it indexes and invokes the app.

Its interface is internal, so the version is pinned and this is the only module that imports it.
Its state is global: one app per process. Not covered: streaming HTTP, SDK-type bindings, retries.
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as library
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import (
    invocation_request_native,
)

from local.errors import IndexingError

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Function:
    """An indexed function; each binding is what its decorator said."""

    name: str
    id: str
    bindings: list[dict[str, Any]]

    @property
    def trigger(self) -> dict[str, Any]:
        """The binding that starts the function; indexing has made sure that there is one."""
        return next(found for found in self.bindings if found["type"].endswith("Trigger"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation came to; values are the runtime's own ``Datum``."""

    ok: bool
    return_value: Datum | None
    outputs: list[tuple[str, Datum]]
    error: str | None
    traceback: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What an HTTP function returned."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Runtime:
    """The app, indexed and ready to be invoked."""

    def __init__(self, functions: list[Function]) -> None:
        self.functions = functions
        self._names: dict[str, str] = {}

    @classmethod
    async def start(cls, app_dir: Path) -> "Runtime":
        """Index the app in the absolute ``app_dir``, or raise ``IndexingError`` with the reason."""
        _settle_in(app_dir)
        library.start_threadpool_executor()
        answer = await library.worker_init_request(_init_request(app_dir))
        if answer.result.status != _Status.Success:
            failure = answer.result.exception
            raise IndexingError(
                f"{failure.stack_trace}\nThe app can't be indexed: {failure.message}"
            )
        metadata = await library.functions_metadata_request(None)
        if not metadata.function_metadata_results:
            raise IndexingError(f"There are no functions in {app_dir / 'function_app.py'}.")
        return cls([_function(found) for found in metadata.function_metadata_results])

    async def invoke(
        self, function: Function, inputs: Mapping[str, Datum], metadata: Mapping[str, str]
    ) -> Outcome:
        """Run one function once; what it raises is in the outcome."""
        invocation_id = str(uuid.uuid4())
        self._names[invocation_id] = function.name
        started = time.perf_counter()
        try:
            ok, returned, outputs, error, traceback = await invocation_request_native(
                invocation_id,
                function.id,
                list(inputs.items()),
                {name: text_datum(value) for name, value in metadata.items()},
            )
        finally:
            del self._names[invocation_id]
        milliseconds = round((time.perf_counter() - started) * 1000)
        return Outcome(ok, returned, outputs, error, traceback, milliseconds)

    def current_function(self) -> str | None:
        """Name the function that is running in this task or thread."""
        return self._names.get(library.invocation_id_cv.get() or "")

    def stop(self) -> None:
        """Take no more work for threads; a thread can't be cancelled, so don't wait for any."""
        library.get_threadpool_executor().shutdown(wait=False, cancel_futures=True)


def text_datum(text: str) -> Datum:
    """Wrap a text, as the host passes a queue message."""
    return Datum(text, "string")


def json_datum(value: object) -> Datum:
    """Wrap a value as JSON, as the host passes a timer's state."""
    return Datum(json.dumps(value), "json")


def http_datum(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    params: Mapping[str, str],
    body: bytes,
) -> Datum:
    """Wrap a request, as the host passes it; ``params`` are those of the route."""
    maps = {"headers": headers, "query": query, "params": params}
    wrapped = {
        name: {key: text_datum(value) for key, value in values.items()}
        for name, values in maps.items()
    }
    fixed = {"method": text_datum(method), "url": text_datum(url), "body": Datum(body, "bytes")}
    return Datum(fixed | wrapped, "http")


def http_answer(returned: Datum) -> HttpAnswer:
    """Unwrap what an HTTP function returned: a response, or a plain text."""
    if returned.type != "http":
        text = [("content-type", "text/plain; charset=utf-8")]
        return HttpAnswer(200, text, str(returned.value).encode())
    value = returned.value
    headers = [(name, header.value) for name, header in value["headers"].items()]
    return HttpAnswer(
        status=int(value["status_code"].value),
        headers=headers + _set_cookie(value["cookies"] or []),
        body=value["body"].value,
    )


def _set_cookie(cookies: list[SimpleCookie]) -> list[tuple[str, str]]:
    return [
        ("set-cookie", morsel.OutputString()) for cookie in cookies for morsel in cookie.values()
    ]


def _settle_in(app_dir: Path) -> None:
    """Work in the app's folder and import it last, as the platform does, and from nowhere else."""
    others = [entry for entry in sys.path if Path(entry).resolve() not in {_ROOT, app_dir}]
    sys.path[:] = [*others, str(app_dir)]
    os.chdir(app_dir)


def _init_request(app_dir: Path) -> SimpleNamespace:
    init = SimpleNamespace(capabilities={}, function_app_directory=str(app_dir))
    return SimpleNamespace(
        request=SimpleNamespace(worker_init_request=init),
        properties={"protos": _PROTOS, "host": "127.0.0.1"},
    )


def _function(metadata: SimpleNamespace) -> Function:
    bindings = [json.loads(binding) for binding in metadata.raw_bindings]
    return Function(metadata.name, metadata.function_id, bindings)


class _Status(SimpleNamespace):
    Failure = 0
    Success = 1


class _Binding(SimpleNamespace):
    undefined = 0
    out = 1
    inout = 2


# The messages that the worker and the host exchange, which the library asks for by name.
_PROTOS = SimpleNamespace(
    StatusResult=_Status,
    BindingInfo=_Binding,
    FunctionMetadataResponse=SimpleNamespace,
    RpcException=SimpleNamespace,
    RpcFunctionMetadata=SimpleNamespace,
    RpcRetryOptions=SimpleNamespace,
    WorkerInitResponse=SimpleNamespace,
    WorkerMetadata=SimpleNamespace,
)
