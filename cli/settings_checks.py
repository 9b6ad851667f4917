"""What ``leads check`` says of settings that no destination or channel reads."""

from collections.abc import Iterator, Mapping, Sequence

from shared.acting_settings import ActingSettings
from shared.domain.errors import SettingsError
from shared.notice_settings import GraceSettings, NoticeSettings, SilenceSettings
from shared.ports.crm import CheckResult
from shared.settings import DestinationSettings, RouteSettings, Settings, TimerSettings, load

OF: Mapping[type[Settings], str] = {
    RouteSettings: "route_lead",
    NoticeSettings: "notices",
    SilenceSettings: "notices",
    GraceSettings: "notices",
    ActingSettings: "notices",
}
TIMER = "nurture_timer"


def settings_results() -> Iterator[tuple[str, CheckResult]]:
    """Yield what is wrong, by what it is for; and the schedule, if Azure runs it as it reads."""
    for settings, of in OF.items():
        try:
            load(settings)
        except SettingsError as error:
            yield of, CheckResult(what="settings", mend="; ".join(error.faults))
    try:
        schedule = load(TimerSettings).schedule
    except SettingsError as error:
        yield TIMER, CheckResult(what="the schedule", mend="; ".join(error.faults))
    else:
        if schedule:
            yield TIMER, CheckResult(what=f"the schedule {schedule}")


def destinations_named() -> Sequence[str]:
    """Return what CRM names, nothing if it is wrong: that is told already."""
    try:
        return load(DestinationSettings).destinations
    except SettingsError:
        return ()
