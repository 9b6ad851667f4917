"""Put the command ``leads`` into .venv/bin, beside the Python that runs this."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SCRIPT = """#!{python}
import sys

sys.path.insert(0, {root!r})

from cli.start import start

sys.exit(start())
"""


def install() -> None:
    """Write the script; it runs the checkout that it was written from."""
    path = Path(sys.executable).with_name("leads")
    path.write_text(SCRIPT.format(python=sys.executable, root=str(ROOT)), "utf-8")
    path.chmod(0o755)


if __name__ == "__main__":
    install()
