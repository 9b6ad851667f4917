"""The timer: sweep, tell, log."""

import logging

import azure.functions as func

from nurture_timer.announce import announce
from nurture_timer.nurture import sweep
from nurture_timer.wiring import announcing_ports, schedule_fault, sweep_ports

log = logging.getLogger(__name__)

bp = func.Blueprint()


@bp.function_name("nurture_timer")
@bp.timer_trigger("timer", "%NURTURE_SCHEDULE%", run_on_startup=False, use_monitor=True)
async def nurture_timer(timer: func.TimerRequest) -> None:
    """Look at every lead that is due, then tell of troubles and send digests.

    A schedule that misleads is logged each time, and swept by.
    """
    if fault := schedule_fault():
        log.error("%s", fault)
    ports = sweep_ports()
    swept = await sweep(ports.clock(), ports)
    log.info("%s%s", swept, " (past due)" if timer.past_due else "")
    await announce(announcing_ports())
