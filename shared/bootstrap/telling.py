"""Builds what tells people: the channels, and what sends notices through them."""

import os
from functools import cache
from typing import TYPE_CHECKING

from shared.bootstrap.adapters import destinations, in_use
from shared.bootstrap.lead_ids import secret_by_settings
from shared.bootstrap.machine import utc_now
from shared.bootstrap.rulings import rules_in_force
from shared.bootstrap.stores import announcements, leads, table
from shared.channels import ConfiguredChannels
from shared.domain.errors import SettingsError
from shared.ports.leads import StoredLead
from shared.settings import load

if TYPE_CHECKING:
    from shared.notices.teller import NoticeTeller


@cache
def channels() -> ConfiguredChannels:
    """Return all notice channels there are; nothing of one is imported before it is used."""
    return ConfiguredChannels(os.environ)


def teller(*, as_app: bool = True) -> "NoticeTeller":
    """Return what tells people; only the storage settings can be at fault."""
    from shared.notice_settings import DetailsSettings
    from shared.notices.teller import NoticeTeller
    from shared.storage.places import TablePlaces

    try:
        details = load(DetailsSettings).details == "full"
    except SettingsError:
        details = False
    return NoticeTeller(
        rules=rules_in_force(as_app=as_app).current,
        channels=channels(),
        destinations=destinations(),
        leads=leads(),
        clock=utc_now,
        places=TablePlaces(table("LeadIndex")),
        link=link_to_act,
        given_up=note_given_up,
        details=details,
        in_use=in_use(),
    )


async def link_to_act(stored: StoredLead, recipient: str) -> str:
    """Return the link by which a recipient acts on a lead; "" if the app's address is not known.

    Raises ``SettingsError``, ``StorageUnavailableError``.
    """
    from shared.acting.links import link_to_act as signed
    from shared.acting_settings import public_url

    if not (url := public_url()):
        return ""
    return signed(stored.lead.lead_id, recipient, url, await secret_by_settings()(), utc_now())


async def note_given_up(channel: str, reason: str) -> None:
    """Note that a notice was given up that a channel could not tell."""
    from shared.ports.announcing import GivenUp

    await announcements().put_given_up(GivenUp(channel=channel, reason=reason, at=utc_now()))
