"""Start the command ``leads``: it takes a moment to import."""

from cli.interrupting import quiet


def start() -> int:
    """Run the command line of this process, and return its exit code."""
    with quiet():
        from cli.app import main  # noqa: PLC0415 - Ctrl-C may come first
    return main()
