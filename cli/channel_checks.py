"""What ``leads check`` says of notice channels."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from shared.bootstrap import channels, rule_sources
from shared.domain.errors import ChannelError, ChannelSettingsError, SettingsError
from shared.domain.rules import ChannelKind, ChannelRef, Rules, rules_without_file
from shared.notice_settings import (
    DEFAULT_CHANNEL,
    DefaultChannelSettings,
    default_channel,
)
from shared.notices.overviews import channel_test
from shared.ports.channels import Recipient
from shared.ports.crm import CheckResult
from shared.rules_in_force import as_stored
from shared.settings import load


async def channel_results(*, send: bool) -> AsyncIterator[tuple[str, CheckResult]]:
    """Yield what each channel lacks, by its name; with ``send``, whether it takes a test message.

    Only a person who looks at the channel can tell whether the message arrived.
    """
    rules = await as_stored(rule_sources(_by_settings()))
    for ref in _channels(rules):
        what = f"channel by {ref.kind}"
        faults = [*await _faults(ref), *_unaddressed(ref, rules)]
        for fault in faults:
            yield ref.name, CheckResult(what=what, mend=fault)
        if not faults:
            yield ref.name, await _tried(ref) if send else CheckResult(what=what)


def _by_settings() -> Rules:
    """Return what the settings say where the rules say nothing; of wrong ones, nothing."""
    try:
        return rules_without_file(default_channel(load(DefaultChannelSettings)))
    except SettingsError:
        return rules_without_file()


def _channels(rules: Rules) -> Sequence[ChannelRef]:
    """Return the channels of the rules, and the one that the settings name.

    A task in the CRM is not asked for here: the CRM is a destination, and checked as one.
    """
    return [ref for ref in rules.channels.values() if ref.kind is not ChannelKind.CRM]


def _unaddressed(ref: ChannelRef, rules: Rules) -> Sequence[str]:
    """Return that a team's e-mails have nowhere to go."""
    of_teams = {rules.default_channel, *(team.channel for team in rules.teams.values())}
    if ref.kind is not ChannelKind.EMAIL or ref.to or ref.name not in of_teams:
        return []
    mend = "set NOTICE_TO" if ref.name == DEFAULT_CHANNEL else "set `to` of the channel"
    return [f"no mailbox for what a team is told: {mend}"]


async def _faults(ref: ChannelRef) -> Sequence[str]:
    try:
        return (await channels().get(ref)).lacks()
    except ChannelSettingsError as error:
        return [str(error)]


async def _tried(ref: ChannelRef) -> CheckResult:
    """Send a test message, which says that it is one."""
    what = f"test message to {ref.name}, by {ref.kind}"
    message = channel_test(uuid.uuid4().hex, ref.name, datetime.now(UTC))
    try:
        await (await channels().get(ref)).send(message, Recipient(name=ref.name))
    except ChannelError as error:
        return CheckResult(what=what, mend=str(error))
    return CheckResult(what=f"{what}: accepted, look whether it is there")
