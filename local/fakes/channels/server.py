"""What the fakes of channels share: what arrived, and how often they may be called."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from local.fakes.server import FakeServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message that the people who read the channel see.

    ``text`` is what they read, ``links`` what they can click, ``mentions`` who is pinged.
    """

    text: str
    links: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    body: Any = None


class ChannelServer(FakeServer):
    """A fake channel; ``arrived`` are its messages, oldest first."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start empty; ``clock`` gives seconds."""
        super().__init__()
        self.arrived: list[Arrived] = []
        self.failed_runs: list[str] = []
        """What it has taken and did not post, and why: only a flow does so."""
        self.clock = clock


class RateLimit:
    """So many calls within so many seconds."""

    def __init__(self, calls: int, seconds: float, clock: Callable[[], float]) -> None:
        """Take the limit, and what gives seconds."""
        self._calls, self._seconds, self._clock = calls, seconds, clock
        self._seen: deque[float] = deque()

    def wait(self) -> int:
        """Count a call, and return 0; one too many is not counted: return the seconds to wait."""
        now = self._clock()
        while self._seen and now - self._seen[0] >= self._seconds:
            self._seen.popleft()
        if len(self._seen) < self._calls:
            self._seen.append(now)
            return 0
        return max(1, int(self._seconds - (now - self._seen[0]) + 1))
