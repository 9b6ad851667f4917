"""checkov pins what we pin, differently, and takes 280 MB: only ``make infra`` brings it along."""

import os
from collections.abc import Callable, Mapping

import pytest

from tests.infra.app import fields

collect_ignore = [] if os.environ.get("CHECKOV") else ["test_checkov.py"]

type Run = Callable[[Mapping[str, str]], None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give the app these settings, and none of this machine's."""

    def run(settings: Mapping[str, str]) -> None:
        for name in fields():
            monkeypatch.delenv(name, raising=False)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    return run
