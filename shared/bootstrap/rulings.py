"""Builds what reads the rules in force, where rules are from, and how leads are merged."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.bootstrap.machine import utc_now
from shared.bootstrap.stores import rules_store, teams
from shared.domain.errors import SettingsError
from shared.domain.follow_up import WITHIN
from shared.settings import DESTINATIONS, DueSettings, MergeSettings, load

if TYPE_CHECKING:
    from shared.domain.merging import MergeRules
    from shared.domain.rules import ChannelRef, Rules
    from shared.rules_in_force import RulesInForce, RuleSources

log = logging.getLogger(__name__)

DEPLOYED_RULES = Path(__file__).resolve().parents[2] / "routing.toml"
"""At the top level of the app, if there is any."""


@cache
def rules_in_force(*, as_app: bool = True) -> "RulesInForce":
    """Return what reads the rules in force; only the storage settings can be at fault.

    The command is not the app: a file beside it is not deployed, and is not put in force.
    """
    from shared.domain.rules import rules_without_file
    from shared.rules_in_force import RulesInForce

    sources = rule_sources(rules_without_file(_default_channel(), _within()))
    return RulesInForce(sources if as_app else replace(sources, deployed=None), utc_now)


def rule_sources(by_settings: "Rules") -> "RuleSources":
    """Return where rules are from, and what counts where they say nothing."""
    from shared.rules_in_force import RuleSources

    return RuleSources(
        store=rules_store(),
        deployed=DEPLOYED_RULES.read_text("utf-8-sig", "replace")
        if DEPLOYED_RULES.exists()
        else "",
        by_settings=by_settings,
        destinations=DESTINATIONS,
        people=teams().read,
    )


def rules_by_settings() -> "Rules":
    """Return what the settings say where the rules say nothing; raise ``SettingsError``."""
    from shared.domain.rules import rules_without_file
    from shared.notice_settings import DefaultChannelSettings, default_channel

    channel = default_channel(load(DefaultChannelSettings))
    return rules_without_file(channel, load(DueSettings).follow_up_within)


def merge_rules(settings: MergeSettings) -> "MergeRules":
    """Return what the settings say about merging."""
    from shared.domain.merging import MergeRules

    return MergeRules(
        repeat_window=settings.repeat_window, follow_up_within=settings.follow_up_within
    )


def _default_channel() -> "ChannelRef | None":
    """Return the channel that the settings name; a wrong setting is as if it were not set."""
    from shared.notice_settings import DefaultChannelSettings, default_channel

    try:
        return default_channel(load(DefaultChannelSettings))
    except SettingsError as error:
        log.warning("nobody is told where the rules name no channel: %s", error)
        return None


def _within() -> timedelta:
    """Return FOLLOW_UP_WITHIN; a wrong setting is as if it were not set."""
    try:
        return load(DueSettings).follow_up_within
    except SettingsError as error:
        log.warning("what has no due time of its own is due by the default: %s", error)
        return WITHIN
