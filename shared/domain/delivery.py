"""The state of one lead towards one destination, and the rules of claims. Pure.

A *claim* is the right to deliver, for a while; it has an id, and only its holder marks or releases
it. A claim that ran out without an answer makes the next one *uncertain*: the request of its holder
may have reached the CRM. A request whose outcome is unknown keeps its claim until the end, so that
it can't overtake the next one: 60 s deadline < 5 min claim < 10 min invisibility of the message.

What a claim is going to send is noted with it, in ``sent``, and stays there until the destination
has answered: nobody knows which of these fields the record shows by now, so all are sent again.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.attempts import REASON_CHARACTERS, Attempts, exponential, half_jittered
from shared.domain.lead import CONTACT_FIELDS, Contact
from shared.domain.remarks import all_remarks

UPSERT_DEADLINE = timedelta(seconds=60)
CLAIM = timedelta(minutes=5)

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
SLOW_AFTER = timedelta(days=3)
SLOW_DELAY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=14)
FIRST_HELD_DELAY = timedelta(seconds=2)
LONGEST_ASKED_FOR = timedelta(hours=6)
LONGEST_QUOTA = timedelta(days=1)
"""How long the answer of a destination can keep us silent."""

UNCERTAIN = "uncertain: "
"""How the reason starts where only a person can tell whether the record exists."""


OWNER = "owner"
"""In a baseline: the owner that the CRM showed, or was given, last."""

LEFT_OWNER = "owner_left"
"""In a baseline: the owner whom sales named, and of whom people were told that they have left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmRecord:
    """What a destination made of a lead; ``baseline`` is what it showed when we delivered."""

    id: str
    url: str = ""
    baseline: dict[str, str] = field(default_factory=dict)

    def with_owner(self, owner: str, *, left: str = "") -> "CrmRecord":
        """Return the record with the owner to compare with, and one who has left, if told of."""
        others = {k: v for k, v in self.baseline.items() if k not in {OWNER, LEFT_OWNER}}
        told = {LEFT_OWNER: left} if left else {}
        return replace(self, baseline={**others, OWNER: owner, **told})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(Attempts):
    """One lead towards one destination.

    ``sent`` are the contact fields that went out, or were about to, since the last answer, as the
    claim ``sent_claim`` noted at ``sent_at``. So are ``owners_sent``, owners by their ids in the
    CRM, but for the one of the present claim. Of a version that is not delivered in full yet, the
    record holds the interests up to the version ``noted_to``, and the submissions ``noted``;
    ``remarks`` are what there was to say of it so far. ``last_change``: see ``LeadChange``.
    """

    destination: str
    delivered_version: int = 0
    delivered_contact: Contact = field(default_factory=Contact)
    delivered_at: datetime | None = None
    parked_version: int = 0
    parked_at: datetime | None = None
    parked_reason: str = ""
    record: CrmRecord | None = None
    sent: tuple[str, ...] = ()
    sent_claim: str = ""
    sent_at: datetime | None = None
    owners_sent: tuple[str, ...] = ()
    owner_sending: str = ""
    noted_to: int = 0
    noted: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    uncertain: bool = False
    last_change: str = field(default="", compare=False)

    def is_behind(self, version: int) -> bool:
        """Tell whether the destination lacks this version of the lead and may be given it."""
        return self.delivered_version < version and self.parked_version != version

    @property
    def to_send(self) -> frozenset[str]:
        """Return the fields to send, as far as this version knows them."""
        return frozenset(self.sent) & {*CONTACT_FIELDS}

    @property
    def newer_sent(self) -> tuple[str, ...]:
        """Return the open fields that only a newer version knows: it answers for them."""
        return tuple(name for name in self.sent if name not in CONTACT_FIELDS)


def claim(
    before: Delivery, claim_id: str, now: datetime, contact: Contact, owner: str = ""
) -> Delivery:
    """Take the claim, which nobody holds at ``now``, to send the contact and an owner."""
    return replace(
        before,
        claim_id=claim_id,
        claim_ends_at=now + CLAIM,
        uncertain=before.uncertain or bool(before.claim_id),
        sent=(*_to_send(before, contact), *before.newer_sent),
        sent_claim=claim_id,
        sent_at=now,
        owners_sent=_owners_sent(before),
        owner_sending=owner,
    )


def _owners_sent(delivery: Delivery) -> tuple[str, ...]:
    sending = filter(None, [delivery.owner_sending])
    return tuple(dict.fromkeys((*delivery.owners_sent, *sending)))


def renew_claim(before: Delivery, now: datetime) -> Delivery:
    """Keep one's own claim for a further while."""
    return replace(before, claim_ends_at=now + CLAIM)


def _to_send(delivery: Delivery, contact: Contact) -> tuple[str, ...]:
    """Return the fields that may differ from what the record shows; none of them is empty."""
    had = delivery.delivered_contact
    return tuple(
        name
        for name in CONTACT_FIELDS
        if (value := getattr(contact, name))
        and (value != getattr(had, name) or name in delivery.sent)
    )


def mark_delivered(
    before: Delivery, version: int, contact: Contact, record: CrmRecord, now: datetime
) -> Delivery:
    """Store what the CRM answered, and give the claim back."""
    return replace(
        _no_longer_failing(release_claim(before)),
        delivered_version=max(before.delivered_version, version),
        delivered_contact=contact,
        delivered_at=now,
        parked_version=0,
        parked_at=None,
        parked_reason="",
        record=record,
        sent=before.newer_sent,
        sent_claim="",
        sent_at=None,
        owners_sent=(),
        owner_sending="",
        noted_to=0,
        noted=(),
        remarks=(),
        uncertain=False,
    )


def note_progress(
    before: Delivery,
    contact: Contact,
    record: CrmRecord,
    noted_to: int,
    noted: tuple[str, ...],
    remarks: tuple[str, ...] = (),
) -> Delivery:
    """Store how far a delivery is that takes several requests; the claim stays as it is.

    A delivery that gets ahead does not fail.
    """
    ahead = noted_to > before.noted_to or len(noted) > len(before.noted)
    return replace(
        _no_longer_failing(before) if ahead else before,
        delivered_contact=contact,
        record=record,
        sent=before.newer_sent,
        owners_sent=(),
        owner_sending="",
        noted_to=noted_to,
        noted=noted,
        remarks=all_remarks(before.remarks, remarks),
    )


def park(before: Delivery, version: int, reason: str, now: datetime) -> Delivery:
    """Stop trying this version; the claim stays as it is."""
    return replace(
        before,
        parked_version=version,
        parked_at=now,
        parked_reason=reason[:REASON_CHARACTERS],
        failing_since=None,
        attempts=0,
        next_attempt_at=None,
    )


def release_parked(before: Delivery) -> Delivery:
    """Try again what was parked; whoever releases an uncertain delivery has looked for a record."""
    looked = before.parked_reason.startswith(UNCERTAIN)
    return replace(
        before,
        parked_version=0,
        parked_at=None,
        parked_reason="",
        uncertain=before.uncertain and not looked,
    )


def release_claim(before: Delivery) -> Delivery:
    """Give the claim back: no request is under way any more.

    What was sent under it stays noted: of several requests, the first ones may have been done.
    """
    owners = _owners_sent(before)
    return replace(before, claim_id="", claim_ends_at=None, owners_sent=owners, owner_sending="")


def gives_up(delivery: Delivery, now: datetime) -> bool:
    """Tell whether the destination has failed for so long that only a person can help."""
    return delivery.failing_since is not None and now - delivery.failing_since >= GIVE_UP_AFTER


def retry_delay(delivery: Delivery, now: datetime, jitter: float) -> timedelta:
    """Return 30 s, 1 min, … 1 h, after three days 6 h; half of it is left to ``jitter``, 0–1."""
    failing_for = now - (delivery.failing_since or now)
    if failing_for >= SLOW_AFTER:
        return half_jittered(SLOW_DELAY, jitter)
    return half_jittered(exponential(FIRST_DELAY, delivery.attempts, LONGEST_DELAY), jitter)


def delay_asked_for(
    own: timedelta, asked_for: timedelta | None, *, daily_quota: bool = False
) -> timedelta:
    """Return our own delay, or a longer one that the destination asked for, within limits."""
    longest = LONGEST_QUOTA if daily_quota else LONGEST_ASKED_FOR
    return max(own, min(asked_for or own, longest))


def _no_longer_failing(before: Delivery) -> Delivery:
    return replace(before, failing_since=None, attempts=0, next_attempt_at=None, last_error="")
