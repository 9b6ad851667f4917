"""What a person sees of a lead that people are told of: owner, time, messages, act."""

from collections.abc import Iterator
from dataclasses import replace

from rich.console import RenderableType
from rich.text import Text

from local.channel import message_panel
from local.demo.told import FollowedUp, Moment, title_at, told_to
from local.fakes.channels.server import Arrived

LONGEST_LINK = 60

WHAT = {
    Moment.OVERDUE: "is told",
    Moment.REMINDER: "is reminded",
    Moment.ESCALATION: "is told, too",
}


def follow_up_lines(found: FollowedUp) -> Iterator[RenderableType]:
    """Yield what became of one lead, from its owner to the end of its run."""
    why = found.explained
    owner = why.owner.name if why.owner else "nobody"
    yield Text(f"Who answers {why.customer}?", style="bold")
    yield f"Owner: {owner}, {why.owner_why}; rule “{why.rule}”: {'; '.join(why.rule_why)}."
    yield f"Answer by {why.due_why}."
    if new := told_to(found, Moment.NEW):
        yield f"{Moment.NEW}, {owner} is told, by HTTP to a fake of Teams:"
        yield message_panel(shortened(new))
    yield from (_told(found, moment) for moment in WHAT)
    yield f"The link in that message is opened, and its form sent. The page: {_page(found)}"
    yield _ended(found)


def shortened(arrived: Arrived) -> Arrived:
    """Return a message with its links cut to one line each."""
    return replace(arrived, links=tuple(map(_cut, arrived.links)))


def _page(found: FollowedUp) -> str:
    return " ".join(found.page[:2]) or "there is none."


def _cut(link: str) -> str:
    return link if len(link) <= LONGEST_LINK else f"{link[: LONGEST_LINK - 1]}…"


def _told(found: FollowedUp, moment: Moment) -> str:
    title = title_at(found.explained, moment)
    if told_to(found, moment) is None:
        return f"{moment}, nobody was told: {title}"
    escalated = moment is Moment.ESCALATION
    person = found.explained.manager if escalated else found.explained.owner
    return f"{moment}, {person.name if person else 'nobody'} {WHAT[moment]}: {title}"


def _ended(found: FollowedUp) -> str:
    if found.heard.get(Moment.AFTER_ACT):
        return f"{Moment.AFTER_ACT}, somebody was told all the same."
    next_at = found.after.next_step_at
    asked = f" The owner is asked how it stands at {next_at:%Y-%m-%d %H:%M} UTC." if next_at else ""
    return f"{Moment.AFTER_ACT}, the next escalation would be due; nobody is told any more.{asked}"
