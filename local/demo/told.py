"""What people were told of one lead, against what they must be told. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from local.fakes.channels.server import Arrived
from shared.domain.follow_up import FollowUp, FollowUpState
from shared.domain.rules import Member

RECORDED = "Recorded."
"""What the page says of an act."""


class Moment(StrEnum):
    """When the demo looks at what has arrived in the channel."""

    NEW = "At once"
    OVERDUE = "25 h later"
    REMINDER = "26 h later"
    ESCALATION = "27 h later"
    AFTER_ACT = "28 h later"


TITLES = {
    Moment.NEW: "New lead: {customer}",
    Moment.OVERDUE: "Still not answered: {customer}",
    Moment.REMINDER: "Still not answered: {customer}",
    Moment.ESCALATION: "{owner} has not answered {customer}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Who owns a lead, until when somebody must answer, and why: as the rules have it.

    ``due_at`` is counted anew, to be compared with what is stored.
    """

    customer: str
    owner: Member | None
    manager: Member | None
    owner_why: str
    rule: str
    rule_why: tuple[str, ...]
    due_at: datetime | None
    due_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp:
    """One lead from its owner to the act that ended its run.

    ``heard`` is what arrived at each moment, ``page`` what the page said of the act, ``before`` the
    clock when the lead was new, ``after`` the one at the end.
    """

    explained: Explained
    heard: Mapping[Moment, tuple[Arrived, ...]]
    page: tuple[str, ...]
    before: FollowUp
    after: FollowUp


def told_to(found: FollowedUp, moment: Moment) -> Arrived | None:
    """Return the message that somebody got who had to get it then, None if it did not arrive."""
    explained = found.explained
    person = explained.manager if moment is Moment.ESCALATION else explained.owner
    title = title_at(explained, moment)
    if person is None:
        return None
    return next(
        (
            arrived
            for arrived in found.heard.get(moment, ())
            if arrived.text.startswith(f"{title}\n") and person.teams in arrived.mentions
        ),
        None,
    )


def title_at(explained: Explained, moment: Moment) -> str:
    """Return the title of the message at a moment."""
    owner = explained.owner.name if explained.owner else ""
    return TITLES[moment].format(customer=explained.customer, owner=owner)


def follow_up_differences(found: FollowedUp | None) -> list[str]:
    """Return one line for each thing that people should have been told, or done, and were not."""
    if found is None:
        return ["nobody was told of it: it has no lead"]
    return [*_unexplained(found), *_not_told(found), *_not_ended(found)]


def _unexplained(found: FollowedUp) -> Iterator[str]:
    explained = found.explained
    if explained.owner is None:
        yield "nobody owns it"
    if not explained.owner_why:
        yield "nothing says why its owner owns it"
    if explained.due_at is None or explained.due_at != found.before.due_at:
        yield f"it is due at {found.before.due_at}, expected {explained.due_at}"


def _not_told(found: FollowedUp) -> Iterator[str]:
    for moment in TITLES:
        if told_to(found, moment) is None:
            yield f"{moment}: nobody was told {title_at(found.explained, moment)!r}"
    for arrived in found.heard.get(Moment.AFTER_ACT, ()):
        yield f"{Moment.AFTER_ACT}: somebody was told {arrived.text.partition('\n')[0]!r}"


def _not_ended(found: FollowedUp) -> Iterator[str]:
    if RECORDED not in found.page:
        yield f"the page behind the link says {list(found.page)}, expected {RECORDED!r} in it"
    if found.after.state is not FollowUpState.FOLLOWED_UP:
        yield f"after the act it is {found.after.state}, expected {FollowUpState.FOLLOWED_UP}"
    if found.after.next_step_at is None:
        yield "no check-in follows"
