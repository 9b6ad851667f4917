"""Messages about more than one lead, or about none: lists, digests, troubles, tests. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from shared.domain.moments import day, moment
from shared.notices.facts import DigestFacts, LeadLine, Lines, TroubleFacts
from shared.notices.wording import clipped, leads, who
from shared.ports.channels import Item, ItemList, Message, MessageKind, Said, Text

MOST_LINES = 10
"""Leads that a list names."""


class ListAbout(StrEnum):
    """What the leads of a list have in common."""

    NEW = "new"
    OVERDUE = "overdue"
    CHECK_IN = "check_in"
    REASSIGNED = "reassigned"
    ANOTHERS = "anothers"
    NO_OWNER = "no_owner"
    OWNER_LEFT = "owner_left"


TITLES = {
    ListAbout.NEW: ("{} is new", "{} are new"),
    ListAbout.OVERDUE: ("{} is overdue", "{} are overdue"),
    ListAbout.CHECK_IN: ("{} is due for a check-in", "{} are due for a check-in"),
    ListAbout.NO_OWNER: ("{} needs an owner", "{} need an owner"),
    ListAbout.OWNER_LEFT: (
        "{} has an owner in the CRM who has left",
        "{} have an owner in the CRM who has left",
    ),
    ListAbout.ANOTHERS: ("{} has another owner now", "{} have another owner now"),
    ListAbout.REASSIGNED: ("{} is now yours", "{} are now yours"),
}


def lead_list(
    message_id: str, about: ListAbout, lines: Sequence[LeadLine], *, total: int, zone: tzinfo
) -> Message:
    """Tell of many leads at once: the first ten by name, and how many more there are."""
    one, many = TITLES[about]
    title = (one if total == 1 else many).format(leads(total))
    shown = Lines(leads=tuple(lines), total=total)
    return Message(
        id=message_id, kind=MessageKind.LIST, title=(title,), lists=(_list((), shown, zone),)
    )


def digest(message_id: str, facts: DigestFacts) -> Message:
    """Tell a team what its day starts with."""
    sections = {
        "New since the last digest": facts.new,
        "Due today": facts.due_today,
        "Overdue": facts.overdue,
        "Do not contact (for information)": facts.do_not_contact,
    }
    lists = [
        _list((f"{heading}: {lines.total:,}",), lines, facts.zone)
        for heading, lines in sections.items()
        if lines.total
    ]
    left_out = leads(facts.uncounted).replace(" ", " more ", 1)
    counts = {
        f"{leads(facts.unanswerable)} without any way to get in touch.": facts.unanswerable,
        f"{left_out} of any team, not included here: run leads list.": (facts.uncounted),
    }
    told = [sentence for sentence, count in counts.items() if count]
    if not told and not lists:
        told = ["Nothing is open."]
    return Message(
        id=message_id,
        kind=MessageKind.DIGEST,
        title=(f"{facts.team}: leads on {day(facts.at.astimezone(facts.zone))}",),
        paragraphs=tuple((sentence,) for sentence in told),
        lists=tuple(lists),
    )


def trouble(message_id: str, facts: TroubleFacts) -> Message:
    """Tell those who run the relay that something needs them, or that it is over."""
    since = f" Since {moment(facts.since, UTC)}." if facts.since else ""
    told: list[Text] = [(f"{facts.what}{since}",)]
    if facts.mend and not facts.over:
        told.append((f"What to do: {facts.mend}",))
    state = "Over" if facts.over else "Trouble"
    return Message(
        id=message_id,
        kind=MessageKind.TROUBLE,
        title=(f"{state}: {facts.subject}",),
        paragraphs=tuple(told),
    )


def channel_test(message_id: str, channel: str, at: datetime) -> Message:
    """Show that a channel arrives."""
    return Message(
        id=message_id,
        kind=MessageKind.TEST,
        title=(f"Test message to {channel}",),
        paragraphs=(
            ("If you can read this, notices of marketplace leads arrive here.",),
            (f"Sent by hand on {moment(at, UTC)}. There is no lead behind it.",),
        ),
    )


def _list(heading: Text, lines: Lines, zone: tzinfo) -> ItemList:
    shown = lines.leads[:MOST_LINES]
    items = tuple(Item(_line(line, zone), line.record_url) for line in shown)
    return ItemList(heading=heading, items=items, more=max(lines.total - len(shown), 0))


def _line(line: LeadLine, zone: tzinfo) -> Text:
    offer = clipped(line.offer)
    due = f"due {moment(line.due_at, zone)}" if line.due_at else ""
    told = "; ".join(filter(None, [line.owner, due]))
    return (
        *who(line.contact),
        *((" – ", Said(offer)) if offer else ()),
        *((f" ({told})",) if told else ()),
    )
