"""What a message is made of: plain values that the use cases fill in."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from shared.domain.lead import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """One thing that the customer did; ``action`` is the marketplace's code."""

    at: datetime
    action: str = ""
    offer: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """One lead as a message tells it.

    ``did`` are its open interests, newest first. Times are shown in ``zone``, the owner's.
    ``record_url`` opens the record in the CRM, ``act_url`` the page on which a person says what
    they did; "" where there is none. ``labels`` are the priority and tags of its rule.
    ``unqualified`` says why a lead does not meet the prerequisites. ``signature`` is under a draft
    to the customer: the owner's name, "" where nobody knows it.
    """

    lead_id: str
    contact: Contact
    did: tuple[Did, ...]
    owner: str = ""
    signature: str = ""
    team: str = ""
    due_at: datetime | None = None
    zone: tzinfo = UTC
    record_url: str = ""
    act_url: str = ""
    labels: tuple[str, ...] = ()
    unqualified: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """One step of a lead that nobody has answered.

    ``checked`` is False if a CRM could not be asked whether somebody has answered by now.
    """

    checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverFacts:
    """That a lead is another's now; ``former`` had it before, "" if nobody knows who.

    ``first`` says that nobody had it.
    """

    former: str = ""
    first: bool = False
    to_owner: bool = True
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFacts:
    """Somebody who has left, and the destination in which they own the record."""

    name: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastActFacts:
    """The last thing that somebody did for the customer, before a check-in."""

    at: datetime
    by: str = ""
    outcome: str = ""
    look_again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLine:
    """One lead as a line of a list."""

    contact: Contact
    lead_id: str
    offer: str = ""
    owner: str = ""
    due_at: datetime | None = None
    record_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Leads of a list: those that are at hand, and how many there are in all."""

    leads: tuple[LeadLine, ...] = ()
    total: int = 0


NO_LINES = Lines()


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """What a team starts its day with; each list holds the leads to be shown, and how many more.

    ``at`` is any time of the day in question, ``zone`` the team's. ``uncounted`` leads were not
    looked at, whosever they are.
    """

    team: str
    at: datetime
    zone: tzinfo = UTC
    new: Lines = NO_LINES
    due_today: Lines = NO_LINES
    overdue: Lines = NO_LINES
    do_not_contact: Lines = NO_LINES
    unanswerable: int = 0
    uncounted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleFacts:
    """Something that the people who run the relay must know.

    ``what`` and ``mend`` are our own words, without a customer's; ``subject`` names what it is
    about, such as a destination. ``over`` says that it has ended.
    """

    subject: str
    what: str
    mend: str = ""
    since: datetime | None = None
    over: bool = False
