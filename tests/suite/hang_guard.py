"""Say where a test hangs when pytest-timeout ends it: what each task is waiting for.

The traceback of a coroutine that waits shows an event loop that waits, and no line of the test.
What a test does at its end, such as to wait for a process, may hang as well: it is ended again
after as long.
"""

import asyncio
import gc
import inspect
import signal
import sys
from collections.abc import Generator, Iterator
from types import FrameType
from typing import Any, Protocol

import pytest


class Limited(Protocol):
    """What pytest-timeout knows of a test."""

    @property
    def timeout(self) -> float:
        """The limit in seconds."""


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(settings: Limited) -> Generator[None, Any, Any]:
    """Put our report before what pytest-timeout does on its signal."""
    done = yield
    end_test = signal.getsignal(signal.SIGALRM)

    def report_and_end(number: int, frame: FrameType | None) -> None:
        sys.stderr.write("".join(_waiting_tasks()))
        signal.setitimer(signal.ITIMER_REAL, settings.timeout)
        if callable(end_test):
            end_test(number, frame)

    if callable(end_test):
        signal.signal(signal.SIGALRM, report_and_end)
    return done


def _waiting_tasks() -> Iterator[str]:
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:  # no loop is running: the traceback says where the test hangs
        return
    for task in tasks:
        yield f"{task.get_name()} is waiting:\n"
        yield from _lines(task.get_coro())


def _lines(awaited: object) -> Iterator[str]:
    """Yield a line for each frame, from the task's own coroutine to the innermost."""
    while awaited is not None:
        frame, awaited = _frame_and_awaited(awaited)
        if frame is not None:
            code = frame.f_code
            yield f'  File "{code.co_filename}", line {frame.f_lineno}, in {code.co_qualname}\n'


def _frame_and_awaited(awaited: object) -> tuple[FrameType | None, object]:
    if inspect.iscoroutine(awaited):
        return awaited.cr_frame, awaited.cr_await
    if inspect.isasyncgen(awaited):
        return awaited.ag_frame, awaited.ag_await
    # A step of an asynchronous generator only refers to it; a future refers to none.
    return None, next(filter(inspect.isasyncgen, gc.get_referents(awaited)), None)
