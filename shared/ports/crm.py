"""What a destination is to the relay: it takes leads, and tells what sales did on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, Self

from shared.domain.acts import Outcome
from shared.domain.delivery import CrmRecord
from shared.domain.lead import Interest, Lead
from shared.domain.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a destination lacks of a lead.

    ``record`` is what the last delivery stored, None before the first; ``fields`` are the contact
    fields whose value the marketplace changed since then (all that are given, at first), and those
    that an attempt may have changed which failed or got no answer; ``interests`` came since then,
    oldest first, without repeats. ``owner`` is who should own the record, by the id in this CRM, ""
    for whomever it has; ``owners_sent`` are those whom attempts without an answer may have set.
    ``standing`` is where the lead stands by the rules, None without.
    """

    record: CrmRecord | None
    fields: frozenset[str]
    interests: Sequence[Interest]
    owner: str = ""
    owners_sent: frozenset[str] = frozenset()
    standing: Standing | None = None

    @property
    def first(self) -> Interest | None:
        """Return the oldest of the interests, which a new record is described by."""
        return next(iter(self.interests), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    """What became of a lead: its record, and which of its new interests were written to it.

    ``holds`` are submission ids; the other interests come to ``note``, in the order of versions.
    ``created`` says that this call made the record, so that it holds nothing else. ``remarks`` are
    for the audit trail, such as values that were cut to the CRM's lengths. ``owner`` is the id in
    this CRM of who owns the record now, "" where it does not tell; with ``owner_changed``, sales
    gave the record to somebody other than the owner that was to be set, who was not set then.
    """

    record: CrmRecord
    owner: str = ""
    owner_changed: bool = False
    created: bool = False
    holds: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A note that is on the record; ``id`` is "" where the CRM keeps none."""

    id: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpQuestion:
    """Whether sales acted on a lead since a time."""

    lead_id: str
    record: CrmRecord
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAct:
    """One thing that sales did on a lead; ``outcome`` where the CRM tells what came of it.

    ``closed`` says that nobody needs to look at the lead again.
    """

    at: datetime
    by: str = ""
    outcome: Outcome | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpSeen:
    """What sales did on a lead: the newest act, and ``acts`` since the question's time, by time.

    Without ``all_told``, the CRM shows the newest of some kind of act only: there may be others
    before it. ``owner`` is the id of whom sales gave the record to since we delivered, "" for
    nobody, or where the same answer does not tell. ``at`` is None where nobody did anything else.
    """

    at: datetime | None = None
    by: str = ""
    acts: tuple[SeenAct, ...] = ()
    all_told: bool = False
    owner: str = ""

    @classmethod
    def of(cls, acts: Iterable[SeenAct], *, all_told: bool, owner: str = "") -> Self | None:
        """Return what acts come to, each told once; None if there are none, and no new owner.

        What one person did at one time is one act, with the outcome that any of it tells.
        """
        told: dict[tuple[datetime, str], SeenAct] = {}
        for act in sorted(acts, key=lambda act: (act.at, act.closed)):
            same = told.get((act.at, act.by), act)
            outcome = act.outcome or same.outcome
            told[act.at, act.by] = replace(act, outcome=outcome, closed=act.closed or same.closed)
        if not told:
            return cls(all_told=all_told, owner=owner) if owner else None
        newest, acts = [*told.values()][-1], tuple(told.values())
        return cls(at=newest.at, by=newest.by, acts=acts, all_told=all_told, owner=owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """What the owner of an overdue lead is told; ``reminder_id`` is stable over retries."""

    reminder_id: str
    subject: str
    text: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One thing that a destination needs, and how to mend it; "" if nothing is to be mended."""

    what: str
    mend: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether it is there."""
        return not self.mend


class Crm(Protocol):
    """A destination. Every call raises ``CrmError``s only, and is safe to cancel.

    One call may make several requests. If it fails after one of them wrote something, or may have,
    it raises ``CrmOutcomeUnknownError``: "clearly not done" is about all of the call.
    """

    @property
    def tells_follow_up(self) -> bool:
        """Tell whether ``follow_ups`` can know anything: False where nobody can be asked."""

    @property
    def keeps_notes(self) -> bool:
        """Tell whether ``note`` can write something other than what a customer did."""

    @property
    def baseline_keys(self) -> frozenset[str]:
        """Return all keys that baselines of this version have: others are a newer version's."""

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        """Create or update the one record of the lead.

        ``uncertain`` says that an earlier call may have created the record unseen: find it by our
        id before creating one, or raise ``CrmUncertainError``. What sales works on (owner, status,
        stage) is set on create only, but for an owner that sales has not changed since the last
        delivery; do-not-contact flags are set and never cleared. An owner whom the CRM refuses is
        left out, with a remark. A record that was deleted there is re-created: the customer has
        come again.
        """

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        """Append an interest to the record, with where the lead stands by the rules.

        Raises ``CrmRecordGoneError`` if the record was deleted.

        What the record holds already is left alone, also if the lead stood elsewhere then.
        """

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return what sales did, by lead id, in as few calls as the destination allows.

        All acts since the question's time are told where the destination shows them, else the
        newest.
        A status that sales changed and a call, mail, meeting or task of theirs count, and so does a
        closed record. What we wrote, our own reminder when it is ticked off, and that a record was
        deleted do not: nobody has answered the customer by these.
        """

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Tell the record's owner once, however often called; return the id of what was made.

        "" where nobody is told: the destination keeps no reminders, or the record is closed. An
        owner whom the CRM refuses costs no reminder: it is on the record then, for nobody.
        """

    async def check(self) -> Sequence[CheckResult]:
        """Try credentials, permissions and fields without writing."""

    async def close(self) -> None:
        """Close connections, in a process that ends."""


class Destinations(Protocol):
    """All destinations there are, each built when it is first needed."""

    async def get(self, name: str) -> Crm:
        """Return the adapter; raise ``SettingsError`` if it can't be built."""
