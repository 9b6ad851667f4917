"""``python -m cli`` is the command ``leads``."""

import sys

from cli.start import start

sys.exit(start())
