"""The domain: what customers did and who they are. Plain values, no I/O.

A *submission* is one push, parsed. A *lead* is one customer: what all the submissions of one
dedupe key merge into. See ``shared/domain/merging.py`` for the rules of merging.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.domain.acts import ActSummary
from shared.domain.follow_up import FollowUp
from shared.domain.priority import Priority
from shared.domain.stage import Stage, highest, stage_of

TEST_MARK = "MSFT_TEST_"
"""How a field of a test lead of Partner Center begins, see
https://learn.microsoft.com/partner-center/marketplace-offers/commercial-marketplace-get-customer-leads
"""

DO_NOT_CONTACT = "DNC"


class Stamp(NamedTuple):
    """When a submission arrived; ordered, unique, and the same on every machine."""

    received_at: datetime
    submission_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The customer as given in one submission, or as merged on a lead; "" is "not given"."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    company: str = ""
    title: str = ""

    def given(self) -> dict[str, str]:
        """Return the fields that are not empty, by name."""
        return {name: value for name in CONTACT_FIELDS if (value := getattr(self, name))}


CONTACT_FIELDS = tuple(f.name for f in fields(Contact))
CONTACT_KEYS = tuple("".join(map(str.capitalize, name.split("_"))) for name in CONTACT_FIELDS)
"""The same fields as Microsoft calls them: FirstName and so on."""

NAME_FIELDS = ("first_name", "last_name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A push, parsed; every text as sent, trimmed, without control characters."""

    submission_id: str
    received_at: datetime
    contact: Contact
    lead_source: str = ""
    source: str = ""
    action: str = ""
    publisher: str = ""
    offer: str = ""
    offer_title: str = ""
    description: str = ""
    test: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def stamp(self) -> Stamp:
        """Return the order of this submission among all others."""
        return Stamp(self.received_at, self.submission_id)

    @property
    def do_not_contact(self) -> bool:
        """Tell whether the customer asked a partner listed beside us, not us."""
        return self.action.upper() == DO_NOT_CONTACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """One recorded submission; ``repeat_of`` names the submission that it only repeats."""

    submission: Submission
    version: int
    repeat_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestSummary:
    """One interest as kept on the lead, its repeats folded in; texts are clipped."""

    first: Stamp
    last: Stamp
    fingerprint: str
    source: str
    action: str
    publisher: str
    offer: str
    offer_title: str
    repeats: int = 0

    @property
    def do_not_contact(self) -> bool:
        """Tell whether the customer asked a partner listed beside us, not us."""
        return self.action.upper() == DO_NOT_CONTACT


DID_FIELDS = ("source", "action", "publisher", "offer", "offer_title")
"""What tells in every form what a customer did; a lead's summary keeps it as well."""


def did(what: Submission | InterestSummary) -> dict[str, str]:
    """Return what a customer did, by the names that it has everywhere."""
    return {name: getattr(what, name) for name in DID_FIELDS}


class KeyKind(StrEnum):
    """What a customer was recognised by."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    SUBMISSION = "submission"


class StampedText(NamedTuple):
    """A value of a contact field and the submission that gave it."""

    value: str
    stamp: Stamp


class StampedName(NamedTuple):
    """A full name and the first submission that gave it."""

    first_name: str
    last_name: str
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One customer, de-duplicated.

    ``version`` rises with each change that a CRM should see. ``next_due_at`` is when the sweep must
    look at the lead again, ``next_event`` the number of the next row of the audit trail.
    ``dues`` is until when which interest must be answered, by its first submission, and ``rules``
    the rule that it fell under; ``answerable_from`` when the first submission came that somebody
    could answer, and until when it had to be; ``acts`` what people did for the customer, oldest
    first. ``unqualified`` says which prerequisites the lead lacks, whatever a person decided, and
    ``reassigned`` how often it got another owner. ``merged_into`` is the lead that this one became
    part of, ``merged_from`` those that became part of it. ``stage_reached`` also counts interests
    that are kept no more, as far as this version saw them. ``last_change`` is the id of the change
    that wrote the lead last, see ``LeadChange``.
    """

    lead_id: str
    key_kind: KeyKind
    created_at: datetime
    test: bool = False
    version: int = 0
    contact: Contact = field(default_factory=Contact)
    contact_stamps: dict[str, StampedText] = field(default_factory=dict)
    full_names: tuple[StampedName, ...] = ()
    interests: tuple[InterestSummary, ...] = ()
    submissions: int = 0
    stage_reached: Stage = Stage.NONE
    asked_for_contact: bool = False
    suppressed: bool = False
    follow_up: FollowUp = field(default_factory=FollowUp)
    dues: dict[str, datetime] = field(default_factory=dict)
    answerable_from: tuple[datetime, datetime] | None = None
    rules: dict[str, str] = field(default_factory=dict)
    acts: tuple[ActSummary, ...] = ()
    owner: str = ""
    team: str = ""
    reassigned: int = 0
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    unqualified: tuple[str, ...] = ()
    merged_into: str = ""
    merged_at: datetime | None = None
    merged_from: tuple[str, ...] = ()
    next_due_at: datetime | None = None
    next_event: int = 1
    updated_at: datetime | None = None
    last_change: str = field(default="", compare=False)

    @property
    def anonymous(self) -> bool:
        """Tell whether nothing in the lead recognises the customer a second time."""
        return self.key_kind is KeyKind.SUBMISSION

    @property
    def do_not_contact(self) -> bool:
        """Tell whether nobody may contact the customer."""
        return self.suppressed or not self.asked_for_contact

    @property
    def last_asked_at(self) -> datetime | None:
        """Return when the customer last asked for contact, None for never."""
        asked = (i.first.received_at for i in self.interests if not i.do_not_contact)
        return max(asked, default=None)

    @property
    def stage(self) -> Stage:
        """Return how far the customer has come."""
        return highest((self.stage_reached, *(stage_of(i.action) for i in self.interests)))

    @property
    def name_conflicts(self) -> tuple[str, ...]:
        """Return the other full names that came with the same identity, oldest first."""
        return tuple(f"{n.first_name} {n.last_name}" for n in self.full_names[1:])
