"""``python -m cli`` is the command ``leads``."""

from cli.app import main

main()
