"""How a channel is built, and what that costs."""

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from shared.channels import build_channel
from shared.channels.building import KINDS
from shared.domain.errors import ChannelSettingsError
from shared.domain.rules import ChannelKind
from tests.channels.subjects import REFS

LOADED = """
import sys
from shared.channels import build_channel
from shared.domain.rules import ChannelKind, ChannelRef
kinds = ("email", "https_endpoint", "slack", "teams")
before = [kind for kind in kinds if f"shared.channels.{kind}" in sys.modules]
ref = ChannelRef(name="s", kind=ChannelKind.SLACK, setting="U")
build_channel(ref, {"U": "https://hooks.slack.com/services/1"})
after = [kind for kind in kinds if f"shared.channels.{kind}" in sys.modules]
print(before, after, "azure.identity" in sys.modules)
"""


def test_each_kind_is_built_from_its_setup() -> None:
    assert {kind: build_channel(REFS[kind], {}).kind for kind in KINDS} == {k: k for k in KINDS}


def test_a_kind_of_a_newer_version_is_named() -> None:
    newer: Any = "pigeon"
    with pytest.raises(ChannelSettingsError, match="channel sales: is 'pigeon'; there are: teams"):
        build_channel(replace(REFS[ChannelKind.SLACK], kind=newer), {})


def test_only_the_package_of_a_channel_that_is_used_is_imported() -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    ).stdout
    assert told == "[] ['slack'] False\n"
