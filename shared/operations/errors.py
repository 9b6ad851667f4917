"""What keeps an operation from being done, in a sentence for the operator."""

from shared.domain.errors import RelayError


class OperationError(RelayError):
    """The root."""


class NotFoundError(OperationError):
    """What was asked for does not exist."""


class RefusedError(OperationError):
    """What was asked for can't be done as things stand."""


class UsageError(OperationError):
    """What was asked for makes no sense, or a setting is wrong."""
