"""What people did for a customer, who is still to be told, and the audit trail, as JSON shows it.

Fields are only ever added.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Self

from shared.domain.acts import Act
from shared.domain.notices import Notice
from shared.operations.views import View
from shared.ports.reading import RecordedEvent


class ActView(View):
    """What somebody did; ``withdrawn`` says that it was undone later."""

    at: datetime
    seen_at: datetime
    by: str
    via: str
    destination: str
    outcome: str
    note: str
    look_on: date | None
    withdrawn: bool
    newest_only: bool
    owner: str
    team: str
    open_since: datetime | None
    working_seconds: int | None

    @classmethod
    def of(cls, act: Act, *, withdrawn: bool) -> Self:
        """Return the view of an act."""
        return cls(
            at=act.at,
            seen_at=act.seen_at,
            by=act.by,
            via=act.via.value,
            destination=act.destination,
            outcome=act.outcome.value if act.outcome else "",
            note=act.note,
            look_on=act.look_on,
            withdrawn=withdrawn,
            newest_only=act.newest_only,
            owner=act.owner,
            team=act.team,
            open_since=act.open_since,
            working_seconds=act.working_seconds,
        )


def act_views(acts: Sequence[Act]) -> list[ActView]:
    """Return what was done, oldest first; an act that only withdraws another marks that one."""
    withdrawn = {act.withdraws for act in acts if act.withdraws}
    done = sorted((act for act in acts if not act.withdraws), key=lambda act: (act.at, act.by))
    return [ActView.of(act, withdrawn=act.act_id in withdrawn) for act in done]


class NoticeView(View):
    """A notice that is not sent yet, and why if an attempt failed."""

    recipient: str
    occasion: str
    created_at: datetime
    send_from: datetime
    step: int
    attempts: int
    next_attempt_at: datetime | None
    last_error: str

    @classmethod
    def of(cls, notice: Notice) -> Self:
        """Return the view of a notice."""
        return cls(**{name: getattr(notice, name) for name in cls.model_fields})


class EventView(View):
    """One row of the audit trail."""

    number: int
    at: datetime
    kind: str
    destination: str
    detail: str
    former_owner: str
    owner: str
    team: str
    rule: str
    recipient: str
    channel: str
    notice_id: str
    step: int
    unchecked: bool

    @classmethod
    def of(cls, event: RecordedEvent) -> Self:
        """Return the view of an event."""
        return cls(**asdict(event))
