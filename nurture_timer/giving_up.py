"""Say that a channel could not tell a notice which the sweep gives up."""

from shared.domain.notices import Notice, Role, gives_up, not_wanted
from shared.domain.rules import Rules
from shared.notices.resolving import resolve
from shared.ports.announcing import NoteGivenUp
from shared.ports.leads import LeadChange


async def note_given_up(change: LeadChange, rules: Rules, note: NoteGivenUp) -> None:
    """Note the channels of the notices that a change gives up because it is too late for them.

    It is the channel of whom they were for: of the lead as it was, which may be another's by now,
    with a notice of its own in the same place. Of one that only a newer version knows, it has none.
    """
    if change.before is None:
        return
    for name, after in change.notices.items():
        before = change.before.notices.get(name)
        if before is None or name not in set(Role) or not _is_given_up(before, after, change):
            continue
        resolved = resolve(rules, change.before.lead, Role(before.recipient))
        if resolved is not None:
            await note(resolved.channel.name, before.last_error)


def _is_given_up(before: Notice, after: Notice | None, change: LeadChange) -> bool:
    gone = after is None or after.notice_id != before.notice_id
    wanted = change.before is not None and not not_wanted(before, change.before.lead)
    return gone and wanted and gives_up(before, change.at)
