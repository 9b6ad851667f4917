"""What was done, who is still to be told, and the audit trail, in words."""

from cli.console import minute
from shared.domain.planning import owner_words
from shared.operations.ownership_views import ActView, EventView, NoticeView
from shared.ports.leads import EventKind


def act_words(act: ActView) -> tuple[str, str, str]:
    """Return when somebody acted, who, and what came of it and how we know."""
    via = f"via {act.via.replace('_', ' ')}" + (f" {act.destination}" if act.destination else "")
    parts = (
        "withdrawn" if act.withdrawn else "",
        act.outcome.replace("_", " "),
        act.note,
        f"look again on {act.look_on}" if act.look_on else "",
        via,
    )
    return minute(act.at), act.by or "somebody", "; ".join(part for part in parts if part)


def notice_words(notice: NoticeView) -> tuple[str, str, str]:
    """Return since when somebody is to be told, who, of what, and why they were not yet."""
    failed = notice.attempts or notice.last_error
    why = (
        f"not sent: {notice.last_error}" if failed else f"to be sent {minute(notice.send_from)} UTC"
    )
    again = f"next attempt {minute(notice.next_attempt_at)} UTC" if notice.next_attempt_at else ""
    parts = (notice.occasion.replace("_", " "), why, again)
    return minute(notice.created_at), notice.recipient, "; ".join(part for part in parts if part)


def event_words(event: EventView) -> str:
    """Return what an event tells beside its kind."""
    unchecked = "a CRM could not be asked first" if event.unchecked else ""
    match event.kind:
        case EventKind.ASSIGNED:
            told = _assigned(event)
        case EventKind.STEP:
            told = "; ".join(part for part in (f"step {event.step}", unchecked) if part)
        case EventKind.FLAGGED:
            told = "; ".join(part for part in (unchecked, event.detail) if part)
        case EventKind.NOTIFIED:
            told = event.recipient + (f" by {event.channel}" if event.channel else "")
        case EventKind.NOT_NOTIFIED:
            told = event.recipient + (f": {event.detail}" if event.detail else "")
        case EventKind.TAKEN:
            told = f"{event.detail or 'somebody'} has it"
        case _:
            told = f"{event.destination} {event.detail}"
    return told.strip()


def _assigned(event: EventView) -> str:
    former = f"from {owner_words(event.former_owner)} " if event.former_owner else ""
    team = f" of {event.team}" if event.team else ""
    why = f": {event.detail}" if event.detail else ""
    return f"{former}to {owner_words(event.owner) or 'nobody'}{team}{why}"
