"""A Marketo instance: persons over the REST API, whose errors come as HTTP 200."""

from local.fakes.marketo.server import MarketoServer

__all__ = ["MarketoServer"]
