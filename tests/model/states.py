"""All there is at one moment, and what may still go wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from shared.domain.delivery import Delivery
from shared.domain.notices import Notice
from tests.model.replaying import Tokens, Work
from tests.model.world import World

INVISIBLE = timedelta(minutes=10)
"""After this, the message of a dead worker shows again; and no worker lives longer."""


class Budget(NamedTuple):
    """What may go wrong on one way through.

    ``lost`` are requests to storage that fail, done or not. ``stalls`` are jumps of time while
    somebody is at work, or while a message waits to be taken. ``vanished`` are messages.
    """

    crashes: int = 0
    timeouts: int = 0
    lost: int = 0
    stalls: int = 0
    sweeps: int = 0
    vanished: int = 0

    @cache  # noqa: B019 - there are few budgets, and each is a value
    def without(self, what: str) -> "Budget":
        return self._replace(**{what: getattr(self, what) - 1})


class Run(NamedTuple):
    """A worker at work; ``held`` are the answers to what was done and not answered yet."""

    work: Work
    started_at: datetime
    history: int
    held: tuple[tuple[int, object], ...] = ()

    def held_key(self, tokens: Tokens) -> tuple[tuple[int, int], ...]:
        return tuple([(number, tokens.of(answer)) for number, answer in self.held])


class State(NamedTuple):
    """All there is.

    ``late`` are requests, by history and number, whose sender waits for them no longer. ``pushed``
    are the submissions that the way began with.
    """

    now: datetime
    world: World
    budget: Budget
    runs: tuple[Run, ...] = ()
    late: tuple[tuple[int, int], ...] = ()
    raised: str = ""
    pushed: tuple[str, ...] = ()

    @property
    def quiet(self) -> bool:
        return not (self.runs or self.late or self.world.queue.messages)

    def key(self, tokens: Tokens) -> object:
        """Return what is equal only for states from which the same may follow."""
        runs = tuple([(r.history, r.held and r.held_key(tokens)) for r in self.runs])
        return self.now, self.world.key, self.budget, runs, self.late, self.raised

    def spend(self, what: str) -> "State":
        return self._replace(budget=self.budget.without(what))

    def with_run(self, run: Run, after: Run | None) -> "State":
        """Put another run in place of one, or none."""
        runs = [after if r is run else r for r in self.runs]
        return self._replace(runs=tuple([r for r in runs if r is not None]))

    def too_late(self, run: Run, number: int) -> "State":
        return self._replace(late=(*self.late, (run.history, number)))

    def next_number(self) -> int:
        """Return the lowest number that nobody at work and no claim has."""
        claims = {int(d.claim_id) for d in claimable(self.world) if d.claim_id}
        taken = claims | {r.work.number for r in self.runs}
        return min(set(range(1, len(taken) + 2)) - taken)


def claimable(world: World) -> Iterator[Delivery | Notice]:
    for partition in world.leads.partitions.values():
        yield from partition.stored.deliveries.values()
        yield from partition.stored.notices.values()


def ends_of_claims(world: World) -> list[datetime]:
    return [one.claim_ends_at for one in claimable(world) if one.claim_ends_at is not None]
