"""What happens when the host imports the app: as little as possible."""

import json
from collections.abc import Callable
from importlib.metadata import packages_distributions

OURS = (
    "act_on_lead",
    "docs",
    "function_app",
    "infra",
    "ingest_lead",
    "local",
    "nurture_timer",
    "cli",
    "route_lead",
    "shared",
    "tests",
    "tools",
)

IMPORTED_WHEN_NEEDED = (
    "aiohttp",
    "azure.data.tables",
    "azure.identity",
    "azure.storage.queue",
    "disposable_email_domains",
    "holidays",
    "httpx",
    "itsdangerous",
    "phonenumbers",
    "pycountry",
    "shared.channels.webhook",
    "shared.destinations.azure_table.adapter",
    "shared.routing.file_models",
)
"""What takes long to import and no function needs to be there; without it, there is no client."""

LOADED = f"""
import json, sys
import function_app
print(json.dumps([name for name in {IMPORTED_WHEN_NEEDED!r} if name in sys.modules]))
"""

READS = """
import json, os, sys
import azure.functions
from pathlib import Path

OURS = [str(Path.cwd() / name) for name in ("function_app.py", "act_on_lead", "ingest_lead",
        "route_lead", "nurture_timer", "shared")]
reads = []

class Watched(type(os.environ)):
    def __getitem__(self, key):
        note(key)
        return super().__getitem__(key)

    def __iter__(self):
        note("all")
        return super().__iter__()

def note(key):
    # Up to where an import began: who imports what reads the environment has not read it.
    frame = sys._getframe(2)
    while frame and "importlib" not in frame.f_code.co_filename:
        ours = frame.f_code.co_filename.startswith(tuple(OURS))
        if ours and not key.startswith("PYDANTIC_"):  # read for each class that it makes
            reads.append([key, frame.f_code.co_filename])
        frame = frame.f_back

os.environ.__class__ = Watched
import function_app
at_import = len(reads)
from shared.settings import RouteSettings, load
load(RouteSettings)
print(json.dumps([reads[:at_import], len(reads) > at_import]))
"""


def test_no_package_brings_a_module_of_the_name_of_ours() -> None:
    assert set(packages_distributions()).isdisjoint(OURS)


def test_the_host_waits_for_nothing_that_is_needed_later(run_python: Callable[[str], str]) -> None:
    assert json.loads(run_python(LOADED)) == []


def test_no_setting_is_read_before_a_function_runs(run_python: Callable[[str], str]) -> None:
    at_import, by_loading = json.loads(run_python(READS))

    assert at_import == []
    assert by_loading, "reads are not noticed"
