"""What ``leads check`` says of notice channels."""

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from shared.bootstrap import channels
from shared.domain.errors import ChannelError, ChannelSettingsError, SettingsError
from shared.domain.rules import ChannelKind, ChannelRef
from shared.notice_settings import NoticeSettings, default_channel
from shared.notices.overviews import channel_test
from shared.ports.channels import Recipient
from shared.ports.crm import CheckResult
from shared.settings import load


async def channel_results(*, send: bool) -> AsyncIterator[tuple[str, CheckResult]]:
    """Yield what each channel lacks, by its name; with ``send``, whether it takes a test message.

    Only a person who looks at the channel can tell whether the message arrived.
    """
    try:
        ref = default_channel(load(NoticeSettings))
    except SettingsError as error:
        yield "notices", CheckResult(what="settings", mend="; ".join(error.faults))
        return
    for each in filter(None, [ref]):
        faults = await _faults(each)
        what = f"channel by {each.kind}"
        for fault in faults:
            yield each.name, CheckResult(what=what, mend=fault)
        if not faults:
            yield each.name, await _tried(each) if send else CheckResult(what=what)


async def _faults(ref: ChannelRef) -> Sequence[str]:
    if ref.kind is ChannelKind.CRM:
        return []
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
