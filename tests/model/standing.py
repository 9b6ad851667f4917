"""A loop that stops when everybody waits, so that code can be stepped answer by answer."""

import asyncio
import selectors


class _Standstill(selectors.SelectSelector):
    """Ask for a stop where another selector would wait: no task has anything left to do."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: asyncio.AbstractEventLoop | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.loop is not None and (timeout is None or timeout > 0):
            self.loop.stop()
        return []


class SteppedLoop(asyncio.SelectorEventLoop):
    """An event loop without time: its timers never ring."""

    def __init__(self) -> None:
        selector = _Standstill()
        super().__init__(selector)
        selector.loop = self

    def run_until_all_wait(self) -> None:
        self.run_forever()
