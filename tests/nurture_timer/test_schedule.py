"""A schedule that runs otherwise than it looks is told by name."""

import pytest

from nurture_timer.wiring import schedule_fault
from shared.domain.errors import SettingsError
from shared.settings import TimerSettings, load


def test_a_schedule_that_reads_as_it_runs_has_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NURTURE_SCHEDULE", "0 */5 * * * *")

    assert schedule_fault() == ""


def test_no_schedule_is_the_hosts_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NURTURE_SCHEDULE", raising=False)

    assert schedule_fault() == ""


@pytest.mark.parametrize("schedule", ["0 0 22-2 * * *", "24:00:00", "5", "*/5 * * * *"])
def test_another_is_told_with_its_value_and_what_to_write(
    monkeypatch: pytest.MonkeyPatch, schedule: str
) -> None:
    monkeypatch.setenv("NURTURE_SCHEDULE", schedule)

    fault = schedule_fault()

    assert "NURTURE_SCHEDULE" in fault
    assert "write" in fault
    with pytest.raises(SettingsError, match="NURTURE_SCHEDULE"):
        load(TimerSettings)
