"""SIGINT as a terminal has it: a shell starts what runs in the background with it ignored.

So would be whatever tests start and interrupt. Where being ignored matters, tests say so.
"""

import signal


def pytest_configure() -> None:
    """Stop ignoring SIGINT, before any test starts a process."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
