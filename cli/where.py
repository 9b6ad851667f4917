"""Which app and which storage the commands work on, where nothing else is said."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from shared.operations.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
RUN_FILE = ROOT / ".local" / "run.json"
"""Where ``make run`` writes its URL and the connection string of its Azurite."""

STORAGE = ("LeadStorage", "LeadStorage__tableServiceUri", "LeadStorage__queueServiceUri")
DEVELOPMENT = "usedevelopmentstorage=true"
DEVELOPMENT_ACCOUNT = "accountname=devstoreaccount1"


def find_storage(run_file: Path = RUN_FILE) -> None:
    """Set ``LeadStorage`` to the storage of the app that runs here, unless the environment says.

    Raises ``UsageError`` if neither names one.
    """
    if any(os.environ.get(name) for name in STORAGE):
        return
    connection = _running(run_file).get("connection")
    if not connection:
        raise UsageError(
            "LeadStorage is not set: set it as the app has it, or start the app with `make run`"
        )
    os.environ[STORAGE[0]] = connection


def storage_name() -> str:
    """Return which storage ``LeadStorage`` names, without its key."""
    connection, *addresses = (os.environ.get(name, "") for name in STORAGE)
    pairs = (pair.partition("=") for pair in connection.split(";"))
    parts = {name.strip().lower(): value.strip() for name, _, value in pairs}
    address = parts.get("tableendpoint") or addresses[0]
    try:
        host = urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    emulator = "development storage" if is_development_storage() else "an account without a name"
    return host or parts.get("accountname") or emulator


def local_url(run_file: Path = RUN_FILE) -> str:
    """Return where the app that runs here takes pushes; raise ``UsageError`` if none does."""
    url = _running(run_file).get("url")
    if not url:
        raise UsageError("no app is running here: use --to URL, or start one with `make run`")
    return f"{url}/api/leads"


def push_url(given: str) -> str:
    """Return where to push to: as given, as ``LEADS_URL`` says, or at the app that runs here."""
    return given or os.environ.get("LEADS_URL") or local_url()


def is_development_storage() -> bool:
    """Tell whether ``LeadStorage`` names an emulator's account."""
    connection = os.environ.get(STORAGE[0], "").replace(" ", "").lower()
    return DEVELOPMENT in connection or DEVELOPMENT_ACCOUNT in connection


def _running(run_file: Path) -> dict[str, str]:
    try:
        given = json.loads(run_file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return given if isinstance(given, dict) else {}
