"""What a form is shown for: it acts only while that is how things stand (rule F1). Pure."""

from shared.domain.acts import act_id, last_act
from shared.domain.clock import unanswered
from shared.domain.follow_up import FollowUpState
from shared.domain.lead import InterestSummary, Lead


def open_interests(lead: Lead) -> list[InterestSummary]:
    """Return what waits for an answer, newest first."""
    clock = lead.follow_up
    waiting = unanswered(lead.interests, clock) if clock.awaited else ()
    return sorted(waiting, key=lambda interest: interest.first, reverse=True)


def is_closed(lead: Lead) -> bool:
    """Tell whether the last act on a lead closed it."""
    last = last_act(lead.acts)
    return last is not None and last.closed and last.at == lead.follow_up.done_at


def situation(lead: Lead) -> str:
    """Return what there is to do: the newest open interest, or what was done last; "" for nothing.

    A second click, or a page of before, names another one than the lead has by now.
    """
    clock = lead.follow_up
    for newest in open_interests(lead):
        return f"interest|{newest.first.submission_id}"
    if clock.state is FollowUpState.FOLLOWED_UP and clock.done_at and not is_closed(lead):
        return f"act|{act_id(clock.done_at, clock.done_by)}"
    return ""


def ownership(lead: Lead) -> str:
    """Return what changes with each owner, even if an earlier one gets the lead back."""
    return f"{lead.reassigned}|{lead.owner}"


def shown(lead: Lead) -> str:
    """Return what a form is shown for."""
    return f"{situation(lead)}\n{ownership(lead)}"


def still_to_do(shown_for: str, lead: Lead) -> bool:
    """Tell whether there is to do what a form was shown for."""
    there = situation(lead)
    return bool(there) and shown_for.partition("\n")[0] == there


def still_owned(shown_for: str, lead: Lead) -> bool:
    """Tell whether, besides, the lead has the owner that it had."""
    return still_to_do(shown_for, lead) and shown_for == shown(lead)
