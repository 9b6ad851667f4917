"""What ``leads check`` says of notice channels."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from shared.bootstrap import channels, rule_sources
from shared.domain.errors import ChannelError, ChannelSettingsError, SettingsError
from shared.domain.rules import ChannelKind, ChannelRef
from shared.notice_settings import NoticeSettings
from shared.notices.overviews import channel_test
from shared.ports.channels import Recipient
from shared.ports.crm import CheckResult
from shared.rules_in_force import readable
from shared.settings import load


async def channel_results(*, send: bool) -> AsyncIterator[tuple[str, CheckResult]]:
    """Yield what each channel lacks, by its name; with ``send``, whether it takes a test message.

    Only a person who looks at the channel can tell whether the message arrived.
    """
    try:
        load(NoticeSettings)
    except SettingsError as error:
        yield "notices", CheckResult(what="settings", mend="; ".join(error.faults))
    for ref in await _channels():
        what = f"channel by {ref.kind}"
        faults = await _faults(ref)
        for fault in faults:
            yield ref.name, CheckResult(what=what, mend=fault)
        if not faults:
            yield ref.name, await _tried(ref) if send else CheckResult(what=what)


async def _channels() -> Sequence[ChannelRef]:
    """Return the channels of the rules in force, and the one that the settings name.

    A task in the CRM is not asked for here: the CRM is a destination, and checked as one.
    """
    sources = rule_sources()
    stored = await sources.store.in_force()
    rules = readable(stored, sources) if stored else sources.by_settings
    return [ref for ref in rules.channels.values() if ref.kind is not ChannelKind.CRM]


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
