"""Put together what ``nurture_timer`` needs."""

from nurture_timer.nurture import SweepPorts
from shared import bootstrap
from shared.domain.errors import SettingsError
from shared.settings import TimerSettings, load


def sweep_ports(*, as_app: bool = True) -> SweepPorts:
    """Return the ports; only the storage settings can be at fault."""
    return SweepPorts(
        leads=bootstrap.leads(),
        index=bootstrap.index(),
        queue=bootstrap.queue(),
        outbox=bootstrap.outbox(),
        destinations=bootstrap.destinations(),
        clock=bootstrap.utc_now,
        rules=bootstrap.rules_in_force(as_app=as_app).current,
        owners=bootstrap.owners(),
        teller=bootstrap.teller(as_app=as_app),
        in_use=bootstrap.in_use(),
    )


def schedule_fault() -> str:
    """Return why the timer's schedule runs otherwise than it looks, "" if it does not.

    Sweeping goes on all the same: a lead must not be forgotten over a schedule.
    """
    try:
        load(TimerSettings)
    except SettingsError as error:
        return str(error)
    return ""
