"""Dataverse with the table ``lead``, as far as the relay touches it.

Answers are in Dataverse's shape and its words. Times are whole seconds, lengths count UTF-16 units,
and nothing waits between the check of a condition and the write.
"""

from local.fakes.dynamics.server import DynamicsServer

__all__ = ["DynamicsServer"]
