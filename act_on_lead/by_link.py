"""Act on a lead by the link in a notice: a look changes nothing, a form acts once (rule F1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from act_on_lead.acting import ActPorts, Decide, change, found_now, reassign
from act_on_lead.form import Form
from act_on_lead.situation import still_owned, still_to_do
from shared.acting.links import ActLink, read_link, shown_for
from shared.committing import rows_of
from shared.domain.acts import Act, Via
from shared.domain.errors import RelayError
from shared.domain.planning import plan_for
from shared.domain.rules import Rules
from shared.domain.whole import ToldInterest
from shared.operations.actions import record_act, record_taken
from shared.operations.errors import UsageError
from shared.operations.said import said_day, said_name, said_note, said_outcome
from shared.ports.leads import LeadChange, StoredLead


class OutdatedError(RelayError):
    """Something has happened since a form was shown; whoever sees it must look again."""


class Action(StrEnum):
    """What the page offers."""

    FOLLOWED_UP = "followed_up"
    HAVE_IT = "have_it"
    REASSIGN = "reassign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A link that somebody opened, with the lead and the rules as they are."""

    link: ActLink
    stored: StoredLead
    rules: Rules
    secret: bytes

    @property
    def person(self) -> str:
        """Return the name of whom the link was sent to, "" if several people read it."""
        member = self.link.member
        return next((p.name for p in self.rules.people if p.id == member), member)


async def opened(token: str, ports: ActPorts) -> Opened:
    """Return what a link opens; raise ``LinkError`` or ``NotFoundError``. Nothing is changed."""
    secret = await ports.secret()
    link = read_link(token, secret, ports.clock())
    return Opened(
        link=link,
        stored=await found_now(link.lead_id, ports),
        rules=await ports.rules(),
        secret=secret,
    )


async def act(page: Opened, form: Form, ports: ActPorts) -> None:
    """Do what a form asks for, once.

    Raises ``OutdatedError``, ``RefusedError``, or ``UsageError`` for what is wrong in the form.
    """
    shown = shown_for(form.token, page.link, page.secret)
    by = _named(page.person or said_name(form.by))
    match form.action:
        case Action.FOLLOWED_UP:
            rows = await rows_of(ports.leads, page.stored.lead)
            done = _done(page, form, by, ports.clock())
            await change(page.stored, _follow_up(page, rows, done, shown), ports)
        case Action.HAVE_IT:
            await change(page.stored, _have_it(page, by, shown, ports), ports)
        case Action.REASSIGN:
            await reassign(page.stored, by, lambda now: _owned(shown, now), ports)
        case _:
            raise OutdatedError("the form is not of this page")


def _done(page: Opened, form: Form, by: str, now: datetime) -> Act:
    today = plan_for(page.rules, page.stored.lead).today(now)
    return Act(
        said_at=now,
        seen_at=now,
        by=by,
        via=Via.LINK,
        outcome=said_outcome(form.outcome),
        note=said_note(form.note),
        look_on=said_day(form.look_on, today),
    )


def _follow_up(page: Opened, rows: Sequence[ToldInterest], done: Act, shown: str) -> Decide:
    def decide(before: StoredLead) -> LeadChange | None:
        if done.act_id in (one.act_id for one in before.lead.acts):
            return None
        _to_do(shown, before)
        return record_act(before, rows, done, page.rules)

    return decide


def _have_it(page: Opened, by: str, shown: str, ports: ActPorts) -> Decide:
    now, who, press = ports.clock(), _named(by), page.link.link_id

    def decide(before: StoredLead) -> LeadChange | None:
        if press in before.lead.follow_up.held_for:
            return None
        _to_do(shown, before)
        return record_taken(before, who, press, now, plan_for(page.rules, before.lead).calendar)

    return decide


def _to_do(shown: str, stored: StoredLead) -> None:
    if not still_to_do(shown, stored.lead):
        raise OutdatedError("somebody has acted, or the customer has asked for more")


def _owned(shown: str, stored: StoredLead) -> None:
    if not still_owned(shown, stored.lead):
        raise OutdatedError("somebody has acted, or somebody else owns the lead")


def _named(by: str) -> str:
    if not by:
        raise UsageError("say who you are: several people get this link")
    return by
