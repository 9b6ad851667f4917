"""What Ctrl-C does: it ends the command at once, without a traceback, and with exit code 130."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

type Handler = Callable[[int, FrameType | None], object] | signal.Handlers


@contextmanager
def quiet() -> Iterator[None]:
    """End the process at Ctrl-C as the system does, for as long as nothing has to be closed."""
    with _answered_by(signal.SIG_DFL):
        yield


@contextmanager
def at_once() -> Iterator[None]:
    """Let Ctrl-C end a wait for a person; asyncio would let it go on, and cancel what follows."""
    with _answered_by(signal.default_int_handler):
        yield


@contextmanager
def left_to_others() -> Iterator[None]:
    """Leave Ctrl-C to a program in the foreground, to which it may mean something else.

    A program that is started meanwhile would inherit that it is ignored, but not a function.
    """
    with _answered_by(lambda *_: None):
        yield


@contextmanager
def _answered_by(handler: Handler) -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:  # in the background, say, where Ctrl-C is not meant for us
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
