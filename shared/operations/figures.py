"""``leads figures``: how soon customers are answered, and what comes of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.acts import Outcome
from shared.domain.figures import LeftOut, Wait, left_out, waits_of
from shared.domain.identity import country_code
from shared.domain.lead import Lead
from shared.domain.tally import Spans, Tally
from shared.operations.figure_views import (
    DeliveredView,
    FiguresView,
    FigureView,
    ReadView,
    SpanView,
)
from shared.operations.stores import Stores
from shared.ports.leads import StoredLead


class By(StrEnum):
    """What figures can be told apart by."""

    TEAM = "team"
    OWNER = "owner"
    SOURCE = "source"
    OFFER = "offer"
    COUNTRY = "country"
    STAGE = "stage"


def _offer(wait: Wait) -> str:
    first = wait.interests[0]
    return f"{first.publisher}.{first.offer}".strip(".") or first.offer_title


def _country(lead: Lead) -> str:
    return country_code(lead.contact.country) or lead.contact.country


GROUPS: dict[By, Callable[[Lead, Wait], str]] = {
    By.TEAM: lambda lead, wait: wait.answer.team if wait.answer else lead.team,
    By.OWNER: lambda lead, wait: wait.answer.owner if wait.answer else lead.owner,
    By.SOURCE: lambda _, wait: wait.interests[0].source,
    By.OFFER: lambda _, wait: _offer(wait),
    By.COUNTRY: lambda lead, _: _country(lead),
    By.STAGE: lambda _, wait: wait.stage.value,
}
"""The group of a wait: whoever had the lead when it was answered, or has it while it is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which figures are wanted; ``since`` is when waits began, None for all of them.

    ``within`` is the setting FOLLOW_UP_WITHIN, for interests whose rows don't say when they were
    due.
    """

    within: timedelta
    since: datetime | None = None
    by: By | None = None


async def figures(stores: Stores, asked: Asked) -> FiguresView:
    """Read every lead once, a page at a time, and count."""
    counting = Counting(asked, stores.clock())
    async for record in stores.records():
        counting.read["leads"] += 1
        counting.read["submissions"] += len(record.told)
        counting.read["acts"] += len(record.acts)
        lead = record.stored.lead
        if why := left_out(lead):
            counting.left_out[why] += 1
        else:
            counting.add(record.stored, waits_of(lead, record.told, record.acts, asked.within))
    counting.read["unreadable"] = len(stores.unread)
    return counting.view()


class Counting:
    """What is counted so far."""

    def __init__(self, asked: Asked, now: datetime) -> None:
        """Begin with nothing."""
        self._asked = asked
        self._now = now
        self._total = Tally()
        self._groups: dict[str, Tally] = {}
        self._last_inferred: datetime | None = None
        self.read: Counter[str] = Counter()
        self.left_out: Counter[LeftOut] = Counter()

    def add(self, stored: StoredLead, waits: Iterable[Wait]) -> None:
        """Count the waits of a lead that began in time."""
        since = self._asked.since
        some = [wait for wait in waits if since is None or wait.since >= since]
        if not some:
            return
        deliveries = stored.deliveries.values()
        self._total.add(deliveries, some, self._now)
        for name, of_group in self._grouped(stored.lead, some).items():
            self._groups.setdefault(name, Tally()).add(deliveries, of_group, self._now)
        inferred = [wait.since for wait in some if wait.inferred]
        self._last_inferred = max(filter(None, [self._last_inferred, *inferred]), default=None)

    def _grouped(self, lead: Lead, waits: Iterable[Wait]) -> dict[str, list[Wait]]:
        if self._asked.by is None:
            return {}
        group_of = GROUPS[self._asked.by]
        found: dict[str, list[Wait]] = {}
        for wait in waits:
            found.setdefault(group_of(lead, wait), []).append(wait)
        return found

    def view(self) -> FiguresView:
        """Return what was counted; the largest group first."""
        groups = sorted(self._groups.items(), key=lambda named: (-named[1].waits, named[0]))
        outcomes = [*Outcome, *sorted(set(self._total.outcomes).difference(Outcome))]
        return FiguresView(
            at=self._now,
            since=self._asked.since,
            by=self._asked.by or "",
            read=ReadView(**{name: self.read[name] for name in ReadView.model_fields}),
            left_out={reason.value: self.left_out[reason] for reason in LeftOut},
            complete_after=self._last_inferred,
            total=_view("", self._total, outcomes),
            groups=[_view(name, tally, outcomes) for name, tally in groups],
        )


def _view(name: str, tally: Tally, outcomes: Iterable[Outcome]) -> FigureView:
    decided = tally.decided
    return FigureView(
        name=name,
        leads=tally.leads,
        interests=tally.interests,
        waits=tally.waits,
        answered=tally.answered,
        in_time=tally.in_time,
        decided=decided,
        share_in_time=round(tally.in_time / decided, 4) if decided else None,
        at_most=tally.at_most,
        perhaps_in_time=tally.perhaps_in_time,
        wall_clock=_span(tally.lengths),
        working_time=_span(tally.worked),
        open=tally.waits - tally.answered,
        late=tally.late,
        outcomes={outcome.value: tally.outcomes[outcome] for outcome in outcomes},
        destinations=[
            DeliveredView(destination=to, leads=leads, delivered=tally.reached[to])
            for to, leads in sorted(tally.goes_to.items())
        ],
    )


def _span(spans: Spans) -> SpanView:
    return SpanView(n=len(spans), median_seconds=spans.median(), p90_seconds=spans.ninetieth())
