"""Fakes of notice channels on a real socket: they have the vendors' limits and errors.

``python -m local channel NAME`` starts one.
"""

from importlib import import_module

from local.fakes.channels.server import ChannelServer

CHANNELS = ("email", "https_endpoint", "slack", "teams")


def fake_channel(name: str) -> ChannelServer:
    """Return a fake of a channel, not running yet."""
    module = import_module(f"{__name__}.{name}")
    [server] = [
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, ChannelServer) and found != ChannelServer
    ]
    return server()
