"""What ends a command: each has its exit code, and a sentence for the operator."""


class CommandError(Exception):
    """The root; the message is printed on standard error, in one line."""

    exit_code = 1


class NotFoundError(CommandError):
    """What was asked for does not exist."""


class RefusedError(CommandError):
    """What was asked for can't be done as things stand."""


class UsageError(CommandError):
    """What was asked for makes no sense, or a setting is wrong."""

    exit_code = 2
