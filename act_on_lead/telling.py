"""What the page tells of a lead, and of what was done or not. Pure."""

from datetime import datetime
from http import HTTPStatus

from act_on_lead.by_link import Action, Opened
from act_on_lead.form import EMPTY, Form
from act_on_lead.page import HEADERS, FormFacts, PageFacts, page
from act_on_lead.situation import is_closed, open_interests, shown, situation
from shared.acting.links import form_token
from shared.answers import RETRY_LATER, Answer
from shared.domain.acts import last_act
from shared.domain.follow_up import FollowUpState
from shared.domain.holding import counts
from shared.domain.lead import Lead
from shared.domain.moments import moment
from shared.domain.planning import owner_name, plan_for, zone_of
from shared.domain.rules import Rules
from shared.notices.wording import clicked, who
from shared.operations.actions import why_none
from shared.ports.channels import Said, Text

OUTDATED = (
    "Nothing was changed: something has happened since this page was loaded. This is how things"
    " are now."
)


def lead_page(
    opened: Opened,
    now: datetime,
    *,
    message: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    typed: Form = EMPTY,
) -> Answer:
    """Return the page of a lead as it is."""
    lead, rules = opened.stored.lead, opened.rules
    to_do = situation(lead)
    form = FormFacts(
        token=form_token(opened.link, shown(lead), opened.secret),
        person=opened.person,
        today=plan_for(rules, lead).today(now),
        may_reassign=lead.follow_up.awaited,
        typed=typed,
    )
    facts = PageFacts(
        title=who(lead.contact),
        message=message,
        lines=(_state(lead, rules), *_owner(lead, rules)),
        did=tuple(
            (
                *clicked(interest.action, interest.offer_title or interest.offer),
                f" ({moment(interest.first.received_at, zone_of(rules, lead))})",
            )
            for interest in open_interests(lead)
        ),
        form=form if to_do else None,
    )
    return _answer(status, facts)


def done(opened: Opened, action: str) -> str:
    """Return what was done by the form that has led to the page, "" if none has."""
    lead, rules = opened.stored.lead, opened.rules
    match action:
        case Action.FOLLOWED_UP if lead.follow_up.state is FollowUpState.FOLLOWED_UP:
            return "Recorded."
        case Action.HAVE_IT if opened.link.link_id in lead.follow_up.held_for:
            return _held(lead, rules, opened.link.link_id)
        case Action.REASSIGN if lead.owner:
            return f"{owner_name(rules, lead)} owns this lead now."
        case _:
            return ""


def bad_link(status: HTTPStatus, told: str) -> Answer:
    """Return the page of a link that opens nothing."""
    return _answer(status, PageFacts(title=("This link opens nothing",), lines=((told,),)))


def not_now() -> Answer:
    """Return the page that is shown while storage or a setting is at fault."""
    told = (
        "The leads can't be reached at the moment. Open the link again in a minute, and see whether"
        " what you said was recorded."
    )
    facts = PageFacts(title=("Not available",), lines=((told,),))
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, facts, RETRY_LATER)


def _held(lead: Lead, rules: Rules, press: str) -> str:
    clock, zone = lead.follow_up, zone_of(rules, lead)
    if not counts(clock, press):
        told = "This delays no reminder: that can be done twice until somebody follows up."
        at = clock.next_step_at
        return f"{told} The next one comes {moment(at, zone)}." if at else told
    if clock.state is FollowUpState.WAITING and clock.due_at:
        return f"Noted. The customer must still be answered by {moment(clock.due_at, zone)}."
    if clock.next_step_at is None:
        return "Noted. No reminder is to come."
    return f"Noted. The next reminder comes {moment(clock.next_step_at, zone)} at the earliest."


def _state(lead: Lead, rules: Rules) -> Text:
    clock, zone = lead.follow_up, zone_of(rules, lead)
    due = moment(clock.due_at, zone) if clock.due_at else ""
    match clock.state:
        case FollowUpState.WAITING:
            return (f"Answer by {due}.",)
        case FollowUpState.OVERDUE:
            return (f"Overdue: the answer was due {due}.",)
        case FollowUpState.FOLLOWED_UP:
            return _followed_up(lead, rules)
        case _:
            return (f"Nobody has to follow up: {why_none(lead)}.",)


def _followed_up(lead: Lead, rules: Rules) -> Text:
    clock, last = lead.follow_up, last_act(lead.acts)
    at = moment(clock.done_at, zone_of(rules, lead)) if clock.done_at else ""
    by: Text = (" by ", Said(clock.done_by)) if clock.done_by else ()
    outcome = f": {last.outcome.replace('_', ' ')}" if last and last.outcome else ""
    closed = " The lead is closed." if is_closed(lead) else ""
    return (f"Followed up on {at}", *by, f"{outcome}.{closed}")


def _owner(lead: Lead, rules: Rules) -> tuple[Text, ...]:
    name = owner_name(rules, lead)
    return (("Owner: ", Said(name)),) if name else ()


def _answer(status: HTTPStatus, facts: PageFacts, headers: dict[str, str] | None = None) -> Answer:
    return Answer(
        status=status,
        body=page(facts),
        media_type="text/html",
        headers={**HEADERS, **(headers or {})},
    )
