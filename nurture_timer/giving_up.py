"""Say that a channel could not tell a notice which the sweep gives up."""

from shared.domain.notices import Role, gives_up, not_wanted
from shared.domain.rules import Rules
from shared.notices.resolving import resolve
from shared.ports.announcing import NoteGivenUp
from shared.ports.leads import LeadChange


async def note_given_up(change: LeadChange, rules: Rules, note: NoteGivenUp) -> None:
    """Note the channels of the notices that a change gives up because it is too late for them."""
    for name, after in change.notices.items():
        before = change.before.notices.get(name) if change.before else None
        late = before is not None and after is None and gives_up(before, change.at)
        if before is None or not late or not_wanted(before, change.lead):
            continue
        resolved = resolve(rules, change.lead, Role(before.recipient))
        if resolved is not None:
            await note(resolved.channel.name, before.last_error)
