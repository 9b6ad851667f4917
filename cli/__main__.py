"""``python -m cli`` is the command ``leads``."""

import sys

from cli.app import main

sys.exit(main())
