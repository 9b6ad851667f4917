"""Put together what ``nurture_timer`` needs."""

import logging
import random
from datetime import timedelta
from functools import partial

from nurture_timer.announcing import AnnouncingPorts
from nurture_timer.merging import merge_again
from nurture_timer.ports import SweepPorts
from shared import bootstrap
from shared.committing import LeadWriter
from shared.domain.errors import SettingsError
from shared.domain.plan import GRACE
from shared.notice_settings import SILENCE_AFTER, GraceSettings, SilenceSettings
from shared.operations.merging import MergePorts
from shared.settings import MergeSettings, TimerSettings, load

log = logging.getLogger(__name__)


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
        given_up=bootstrap.note_given_up,
        in_use=bootstrap.in_use(),
        grace=_grace(),
        merge_again=partial(merge_again, build=partial(_merging, as_app=as_app)),
    )


async def _merging(*, as_app: bool) -> MergePorts:
    return MergePorts(
        leads=bootstrap.leads(),
        facts=bootstrap.lead_histories(),
        writer=LeadWriter(leads=bootstrap.leads(), index=bootstrap.index(), jitter=random.random),
        queue=bootstrap.queue(),
        owners=bootstrap.owners(),
        clock=bootstrap.utc_now,
        rules=await bootstrap.rules_in_force(as_app=as_app).current(),
        merging=bootstrap.merge_rules(load(MergeSettings)),
        in_use=bootstrap.in_use(),
    )


def announcing_ports() -> AnnouncingPorts:
    """Return what is needed to send digests and tell of troubles; likewise."""
    return AnnouncingPorts(
        announcements=bootstrap.announcements(),
        leads=bootstrap.leads(),
        index=bootstrap.index(),
        lists=bootstrap.lead_lists(),
        quarantine=bootstrap.quarantine_entries(),
        rules=bootstrap.rules_in_force(as_app=True).current,
        rules_store=bootstrap.rules_store(),
        channels=bootstrap.channels(),
        clock=bootstrap.utc_now,
        new_id=bootstrap.new_id,
        in_use=bootstrap.in_use(),
        silence_after=_silence_after(),
    )


def _silence_after() -> timedelta | None:
    """Return after how long silence is told; a wrong setting is as if it were not set."""
    try:
        return load(SilenceSettings).silence_after
    except SettingsError as error:
        log.error("silence is told after the default time: %s", error)  # noqa: TRY400 - no bug
        return SILENCE_AFTER


def _grace() -> timedelta:
    """Return how long flags wait for a CRM; a wrong setting is as if it were not set."""
    try:
        return load(GraceSettings).grace
    except SettingsError as error:
        log.error("flags wait for a CRM for the default time: %s", error)  # noqa: TRY400 - no bug
        return GRACE


def schedule_fault() -> str:
    """Return why the timer's schedule runs otherwise than it looks, "" if it does not.

    Sweeping goes on all the same: a lead must not be forgotten over a schedule.
    """
    try:
        load(TimerSettings)
    except SettingsError as error:
        return str(error)
    return ""
