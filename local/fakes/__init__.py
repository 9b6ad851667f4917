"""Stateful fakes of CRMs on a real socket: they behave as the vendors document.

They are for tests and for trying things: ``python -m local crm NAME`` starts one.
"""

from importlib import import_module

from local.fakes.server import CrmServer


def fake_of(name: str) -> type[CrmServer]:
    """Return the fake server of a destination."""
    module = import_module(f"{__name__}.{name}")
    [server] = [
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, CrmServer) and found is not CrmServer
    ]
    return server
