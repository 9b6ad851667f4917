"""What may happen next: whose request is done, lost or never answered, who starts, who dies."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from shared.domain.errors import StorageUnavailableError
from tests.fakes import START
from tests.model.asking import Request
from tests.model.replaying import Histories, Standing, Work
from tests.model.states import INVISIBLE, Run, State, ends_of_claims
from tests.model.world import READS, World

NO_ANSWER = StorageUnavailableError("no answer")
TIMED_OUT = TimeoutError()
"""What ``asyncio.timeout`` makes of its own end."""


class Move(NamedTuple):
    what: str
    to: State


@dataclass(frozen=True, slots=True)
class Moves:
    """The rules of what may happen.

    ``workers`` run at once. ``timed_out`` is what a worker is told if the CRM does not answer, and
    ``slow_requests`` lets such a request land at any time. ``more_times`` are those that time may
    jump to beside the ends of claims and of delays.
    """

    histories: Histories
    workers: int = 2
    timed_out: Exception = TIMED_OUT
    slow_requests: bool = False
    more_times: Callable[[World], Iterable[datetime]] = field(default=lambda world: ())

    def __call__(self, state: State) -> Iterator[Move]:
        for run in state.runs:
            held = dict(run.held)
            for number, request in self._standing(run).waiting.items():
                if number in held:
                    yield from self._answers(state, run, number, request, held[number])
                else:
                    yield from self._requests(state, run, number, request)
            if state.budget.crashes:
                yield self._death(state, run)
        yield from self._late_requests(state)
        if len(state.runs) < self.workers:
            yield from self._starts(state)
        yield from self._jumps(state)

    def _standing(self, run: Run) -> Standing:
        return self.histories.standing(run.history)

    def _requests(self, state: State, run: Run, number: int, request: Request) -> Iterator[Move]:
        """Do a request, and answer it in a step of its own if time can pass in between.

        Else nobody can tell when it was answered.
        """
        yield from self._failures(state, run, number, request)
        world, answer = state.world.do(request, state.now, self.histories.tokens)
        if request.name in READS:
            yield Move(_what(run, request), self._answered(state, run, number, answer))
            return
        done = state._replace(world=world)
        if state.budget.stalls:
            held = run._replace(held=tuple(sorted([*run.held, (number, answer)])))
            yield Move(f"{_what(run, request)} is done", done.with_run(run, held))
            return
        yield from self._answers(done, run, number, request, answer)
        if state.budget.crashes:
            yield self._death(done, run, done=request)

    def _answers(
        self, state: State, run: Run, number: int, request: Request, answer: object
    ) -> Iterator[Move]:
        """Give a worker the answer to what is done, or lose it on the way."""
        yield Move(_what(run, request), self._answered(state, run, number, answer))
        yield from self._failures(state, run, number, request, done=True)

    def _failures(
        self, state: State, run: Run, number: int, request: Request, *, done: bool = False
    ) -> Iterator[Move]:
        """Fail a request, after it was done or without."""
        fails = "timeouts" if request.of == "crm" else "lost"
        if not getattr(state.budget, fails):
            return
        what = f"{_what(run, request)}{', done,' if done else ''} has no answer"
        less = state.spend(fails)
        if request.of != "crm":
            yield Move(what, self._answered(less, run, number, NO_ANSWER))
            return
        late = less if done else less.too_late(run, number)
        yield Move(what, self._answered(late, run, number, self.timed_out))

    def _answered(self, state: State, run: Run, number: int, answer: object) -> State:
        history = self.histories.answered(run.history, number, answer, state.now)
        held = run.held and tuple(pair for pair in run.held if pair[0] != number)
        after = Run(run.work, run.started_at, history, held)
        standing = self.histories.standing(history)
        if not standing.ended:
            return state.with_run(run, after)
        gone = state.with_run(run, None)
        if standing.error is None:
            return gone
        if isinstance(standing.error, StorageUnavailableError):
            return self._shown_again(gone, run)
        return gone._replace(raised=f"RAISED {standing.error!r}")

    def _death(self, state: State, run: Run, done: Request | None = None) -> Move:
        """Let a worker die; what it asks of the CRM and is not ``done`` is late from then on."""
        less = state.spend("crashes")
        held = dict(run.held)
        for number, request in self._standing(run).waiting.items():
            if request.of == "crm" and number not in held and request is not done:
                less = less.too_late(run, number)
        after = self._shown_again(less.with_run(run, None), run)
        when = f" after {done.name}" if done else ""
        return Move(f"worker {run.work.number} dies{when}", after)

    def _shown_again(self, state: State, run: Run) -> State:
        if not run.work.message:
            return state
        again = state.now + INVISIBLE
        world = state.world.with_message(run.work.message, again, self.histories.tokens)
        return state._replace(world=world)

    def _late_requests(self, state: State) -> Iterator[Move]:
        for history, number in state.late:
            rest = tuple(late for late in state.late if late != (history, number))
            request = self.histories.standing(history).waiting[number]
            world, _ = state.world.do(request, state.now, self.histories.tokens)
            yield Move("a late request lands", state._replace(world=world, late=rest))
            yield Move("a late request is lost", state._replace(late=rest))

    def _starts(self, state: State) -> Iterator[Move]:
        visible = {m.text: m for m in state.world.queue.messages if m.visible_at <= state.now}
        for message in visible.values():
            world = state.world.without_message(message, self.histories.tokens)
            yield self._start(state._replace(world=world), message.text)
            if state.budget.vanished:
                gone = state.spend("vanished")._replace(world=world)
                yield Move(f"{_brief(message.text)} is lost", gone)
        if state.budget.sweeps:
            yield self._start(state.spend("sweeps"), "")

    def _start(self, state: State, message: str) -> Move:
        work = Work(state.next_number(), message)
        run = Run(work, state.now, self.histories.started(work, state.now))
        what = f"worker {work.number} takes {_brief(message)}"
        return Move(what, state._replace(runs=(*state.runs, run)))

    def _jumps(self, state: State) -> Iterator[Move]:
        """Let time pass, but not while the CRM is at work: a request has a deadline."""
        if not self.slow_requests and (state.late or self._crm_at_work(state)):
            return
        times = sorted(m.visible_at for m in state.world.queue.messages)
        if state.runs or (times and times[0] <= state.now):
            if not state.budget.stalls:
                return
            state = state.spend("stalls")
            times += ends_of_claims(state.world)
        else:
            times = times[:1]
        times += self.more_times(state.world)
        lives_end = [run.started_at + INVISIBLE for run in state.runs]
        for at in sorted(set(times)):
            if state.now < at and all(at <= end for end in lives_end):
                yield Move(f"it is {at - START} later", state._replace(now=at))

    def _crm_at_work(self, state: State) -> bool:
        return any(
            request.of == "crm"
            for run in state.runs
            for request in self._standing(run).waiting.values()
        )


def _what(run: Run, request: Request) -> str:
    return f"worker {run.work.number}: {request.name}"


def _brief(message: str) -> str:
    """Return whom a message is about instead of all of it."""
    found = re.findall(r'"(?:kind|submissionId|attempt)":"?(\w+)', message)
    return " ".join(found) or "the sweep"
