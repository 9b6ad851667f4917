"""What the sweep needs from the world."""

import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nurture_timer.lists import ListPorts
from shared.committing import LeadWriter
from shared.domain.plan import GRACE
from shared.domain.retired import InUse
from shared.domain.rules import Rules
from shared.ports.announcing import NoteGivenUp, note_nothing
from shared.ports.crm import Destinations
from shared.ports.index import LeadIndex
from shared.ports.leads import LeadStore
from shared.ports.owners import NoOwners, Owners
from shared.ports.queue import Outbox, PushQueue
from shared.ports.rules import no_rules
from shared.ports.telling import ListTeller, NobodyToTell


async def leave_apart(lead_id: str, into_id: str) -> None:
    """Leave two leads as they are, where nobody can merge them."""


def _new_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepPorts:
    """What the sweep needs from the world, and the destinations that the settings name.

    ``rules`` reads the rules in force; ``merge_again`` takes to the lead that another one is part
    of what an older version of the app has recorded there since.
    """

    leads: LeadStore
    index: LeadIndex
    queue: PushQueue
    outbox: Outbox
    destinations: Destinations
    clock: Callable[[], datetime]
    in_use: InUse = field(default_factory=InUse)
    rules: Callable[[], Awaitable[Rules]] = no_rules
    grace: timedelta = GRACE
    owners: Owners = field(default_factory=NoOwners)
    teller: ListTeller = field(default_factory=NobodyToTell)
    given_up: NoteGivenUp = note_nothing
    merge_again: Callable[[str, str], Awaitable[object]] = leave_apart
    new_id: Callable[[], str] = _new_id
    jitter: Callable[[], float] = random.random

    @property
    def lists(self) -> ListPorts:
        """Return what sending lists needs."""
        writer = LeadWriter(leads=self.leads, index=self.index, jitter=self.jitter)
        return ListPorts(writer=writer, teller=self.teller, claim_id=self.new_id())
