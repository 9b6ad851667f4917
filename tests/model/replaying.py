"""What real code asks next, as a function of what it was asked and answered so far.

A worker keeps nothing but what it was answered, and when. So two workers with one history are at
one point, and a history need only be run once: after that, exploring is a matter of plain values.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self

from tests.fakes import Clock
from tests.model.asking import Mailbox, Request
from tests.model.standing import SteppedLoop


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker is started for, "" for the sweep; no other worker has its number."""

    number: int
    message: str


type Program = Callable[[Work, Mailbox, Clock], Coroutine[Any, Any, object]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a worker stands: the requests it waits for, or how it ended."""

    waiting: Mapping[int, Request]
    ended: bool
    error: BaseException | None


class _Answered(NamedTuple):
    before: int
    number: int
    answer: object
    at: datetime


@dataclass
class _WatchedClock(Clock):
    """A clock that tells whether anybody looked at it."""

    seen: bool = False

    def __call__(self) -> datetime:
        self.seen = True
        return self.now


class _Worker(NamedTuple):
    """A worker that runs, and waits for an answer."""

    task: asyncio.Task[object]
    mail: Mailbox
    clock: _WatchedClock


MOST_ALIVE = 2_000
"""Workers that stand where a history ends, to go on from there; without one, it is run again."""


class Tokens:
    """A number for each value, and what was made of it; values that read the same have the same."""

    def __init__(self) -> None:
        self._by_key: dict[Hashable, int] = {}
        self._by_id: dict[int, tuple[object, int]] = {}
        self._made: dict[tuple[int, Hashable], tuple[object, Any]] = {}

    def of(self, value: object) -> int:
        known = self._by_id.get(id(value))
        if known is None:
            known = self._by_id[id(value)] = (value, self.number(repr(value)))
        return known[1]

    def number(self, key: Hashable) -> int:
        return self._by_key.setdefault(key, len(self._by_key))

    def once[T](self, value: object, how: Hashable, make: Callable[[], T]) -> T:
        """Return what is made of a value that nobody changes; the same again the second time."""
        known = self._made.get((id(value), how))
        if known is None:
            known = self._made[id(value), how] = (value, make())
        made: T = known[1]
        return made


class Histories:
    """All histories so far, by number, each with where its worker stands."""

    def __init__(self, program: Program, tokens: Tokens) -> None:
        self.tokens = tokens
        self._program = program
        self._loop = SteppedLoop()
        self._numbers: dict[object, int] = {}
        self._works: dict[int, tuple[Work, datetime]] = {}
        self._answered: dict[int, _Answered] = {}
        self._standings: dict[int, Standing] = {}
        self._alive: dict[int, _Worker] = {}
        self._timeless: dict[object, int | None] = {}
        self._timed: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for number in [*self._alive]:
            self._end(self._alive.pop(number))
        self._loop.close()

    def started(self, work: Work, at: datetime) -> int:
        number = self._number((work, at))
        self._works[number] = (work, at)
        return number

    def answered(self, before: int, request: int, answer: object, at: datetime) -> int:
        """Return the history that goes on with an answer.

        It is one, whenever the answer came, unless the worker then looks at the clock.
        """
        step = (before, request, self.tokens.of(answer))
        timeless = self._timeless.get(step)
        if timeless is not None:
            return timeless
        number = self._number((*step, at))
        self._answered.setdefault(number, _Answered(before, request, answer, at))
        if step not in self._timeless:
            self.standing(number)
            self._timeless[step] = None if number in self._timed else number
        return number

    def standing(self, history: int) -> Standing:
        if history not in self._standings:
            self._standings[history] = self._replayed(history)
        return self._standings[history]

    def _number(self, key: object) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _replayed(self, history: int) -> Standing:
        worker = self._at(history)
        if worker.clock.seen:
            self._timed.add(history)
        if worker.task.done():
            return Standing({}, ended=True, error=worker.task.exception())
        waiting = dict(worker.mail.waiting)
        assert waiting, "a worker waits for nothing"
        self._alive[history] = worker
        if len(self._alive) > MOST_ALIVE:
            self._end(self._alive.pop(next(iter(self._alive))))
        return Standing(waiting, ended=False, error=None)

    def _at(self, history: int) -> _Worker:
        """Bring a worker there: one that stands nearest before it, or a new one."""
        answers = []
        while history in self._answered and history not in self._alive:
            answers.append(self._answered[history])
            history = answers[-1].before
        worker = self._alive.pop(history, None) or self._new(*self._works[history])
        for answered in reversed(answers):
            worker.clock.now, worker.clock.seen = answered.at, False
            worker.mail.answer(answered.number, answered.answer)
            self._loop.run_until_all_wait()
        return worker

    def _new(self, work: Work, started_at: datetime) -> _Worker:
        clock, mail = _WatchedClock(started_at), Mailbox(self._loop)
        task = self._loop.create_task(self._program(work, mail, clock))
        self._loop.run_until_all_wait()
        return _Worker(task, mail, clock)

    def _end(self, worker: _Worker) -> None:
        worker.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(worker.task)
