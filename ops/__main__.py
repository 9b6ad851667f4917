"""``python -m ops`` is the command ``leads``."""

from ops.cli import main

main()
