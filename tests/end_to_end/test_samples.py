"""All samples, pushed over HTTP to one app; each must become what it says."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from local.app_process import RunningApp
from local.demo.differences import differences
from local.demo.outcomes import Outcome, outcomes, push
from local.demo.run import app_settings
from samples import load
from tests.forked_app import forked

SAMPLES = load()


@dataclass(frozen=True)
class Seen:
    outcomes: dict[str, Outcome]
    output: str


@pytest.fixture(scope="module")
async def seen() -> AsyncIterator[Seen]:
    async with RunningApp(env=app_settings(), start=forked) as app:
        pushed = await push(app.url, SAMPLES.values())
        found = await outcomes(app.connection, pushed)
        print(app.output)  # noqa: T201 - pytest shows it beside what fails
        yield Seen({outcome.sample.name: outcome for outcome in found}, app.output)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_becomes_what_it_says(seen: Seen, name: str) -> None:
    assert differences(seen.outcomes[name]) == []


def test_no_function_failed_and_nobody_is_named_in_the_logs(seen: Seen) -> None:
    logged = seen.output.partition("Ctrl-C stops.")[2]

    assert "accepted" in logged
    assert "Traceback" not in logged
    assert "failed" not in logged.replace("failed=0", "")  # what a sweep counts
    assert not [line for line in logged.splitlines() if "@" in line]
