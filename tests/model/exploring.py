"""Every order in which requests can be done, answered, lost or never answered, breadth first."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.model.moving import Moves
from tests.model.states import State


@dataclass(frozen=True, slots=True)
class Rules:
    """What must always be so, and once nothing is left to do: each returns what is wrong, or ""."""

    always: Callable[[State], str]
    at_end: Callable[[State], str]

    def wrong(self, state: State) -> str:
        wrong = state.raised or self.always(state)
        return wrong or (self.at_end(state) if state.quiet else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A broken rule, and the shortest way there."""

    wrong: str
    way: Sequence[str]

    def __str__(self) -> str:
        return "\n  ".join([self.wrong, *self.way])


@dataclass(frozen=True, slots=True)
class Explored:
    """How far an exploration came, and the first broken rule that it met."""

    states: int
    ends: int
    found: Found | None


def explore(start: State, moves: Moves, rules: Rules) -> Explored:
    """Visit every state once; stop at the first that breaks a rule."""
    tokens = moves.histories.tokens
    first = start.key(tokens)
    came_from: dict[object, tuple[object, str]] = {first: (None, "")}
    ahead = deque([(start, first)])
    ends = 0
    while ahead:
        state, key = ahead.popleft()
        ends += state.quiet
        if wrong := rules.wrong(state):
            return Explored(len(came_from), ends, Found(wrong, _way(came_from, key)))
        for what, to in moves(state):
            next_key = to.key(tokens)
            if next_key not in came_from:
                came_from[next_key] = (key, what)
                ahead.append((to, next_key))
    return Explored(len(came_from), ends, None)


def _way(came_from: dict[object, tuple[object, str]], key: object) -> list[str]:
    way = []
    while key is not None:
        key, what = came_from[key]
        way.append(what)
    return way[-2::-1]
