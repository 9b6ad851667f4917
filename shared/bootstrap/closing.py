"""Closes what was built."""

from shared.bootstrap.adapters import destinations
from shared.bootstrap.stores import storage
from shared.bootstrap.telling import channels


async def close() -> None:
    """Close what was built, in a process that ends; a function app never does."""
    if destinations.cache_info().currsize:
        await destinations().close()
    if channels.cache_info().currsize:
        await channels().close()
    if storage.cache_info().currsize:
        await storage().close()
