"""The ports as one worker sees them: each request is put down, and waits for whoever answers."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.delivery import CrmRecord
from shared.domain.lead import Interest, Lead
from shared.domain.standing import Standing
from shared.domain.whole import ToldInterest
from shared.ports.crm import (
    Changed,
    CheckResult,
    FollowUpQuestion,
    FollowUpSeen,
    Noted,
    Reminder,
    Upserted,
)
from shared.ports.index import (
    Doing,
    DueRow,
    KnownDestinations,
    StateRow,
    Swept,
    TidiedTo,
    Trouble,
)
from shared.ports.leads import LeadChange, StoredLead
from shared.ports.quarantine import Quarantined
from shared.ports.queue import OutboxRow


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What a worker asks of the world: the fake, its method, and with what it is called.

    No two are equal, so that a request is a key by itself.
    """

    of: str
    method: str
    name: str
    args: tuple[Any, ...]
    named: Mapping[str, Any]


class Mailbox:
    """The requests of one worker, numbered as they come, and its answers."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.waiting: dict[int, Request] = {}
        self._loop = loop
        self._answers: list[asyncio.Future[Any]] = []

    async def ask(self, of: str, method: str, *args: object, **named: object) -> Any:  # noqa: ANN401
        answer = self._loop.create_future()
        self.waiting[len(self._answers)] = Request(of, method, f"{of}.{method}", args, named)
        self._answers.append(answer)
        return await answer

    def answer(self, number: int, answer: object) -> None:
        """Give a worker its answer; an exception is raised."""
        del self.waiting[number]
        if isinstance(answer, Exception):
            self._answers[number].set_exception(answer)
        else:
            self._answers[number].set_result(answer)


@dataclass(frozen=True, slots=True)
class AskedLeads:
    mail: Mailbox

    async def read(self, lead_id: str) -> StoredLead | None:
        read: StoredLead | None = await self.mail.ask("leads", "read", lead_id)
        return read

    async def interests(self, lead_id: str, *, after_version: int) -> Sequence[Interest]:
        found: Sequence[Interest] = await self.mail.ask(
            "leads", "interests", lead_id, after_version=after_version
        )
        return found

    async def act_ids(self, lead_id: str) -> Collection[str]:
        found: Collection[str] = await self.mail.ask("leads", "act_ids", lead_id)
        return found

    async def interest_rows(self, lead_id: str, *, most: int) -> Sequence[ToldInterest]:
        found: Sequence[ToldInterest] = await self.mail.ask(
            "leads", "interest_rows", lead_id, most=most
        )
        return found

    async def commit(self, change: LeadChange) -> StoredLead:
        after: StoredLead = await self.mail.ask("leads", "commit", change)
        return after


@dataclass(frozen=True, slots=True)
class AskedIndex:
    mail: Mailbox

    async def put_new(
        self, lead_id: str, *, due_at: datetime, created_at: datetime, test: bool
    ) -> None:
        await self.mail.ask(
            "lead_index", "put_new", lead_id, due_at=due_at, created_at=created_at, test=test
        )

    async def delete_new(self, lead_id: str, created_at: datetime) -> None:
        await self.mail.ask("lead_index", "delete_new", lead_id, created_at)

    async def put_due(self, lead_id: str, due_at: datetime) -> None:
        await self.mail.ask("lead_index", "put_due", lead_id, due_at)

    async def put_overdue(self, lead_id: str, flagged_at: datetime) -> None:
        await self.mail.ask("lead_index", "put_overdue", lead_id, flagged_at)

    async def put_parked(self, lead_id: str, destination: str, parked_at: datetime) -> None:
        await self.mail.ask("lead_index", "put_parked", lead_id, destination, parked_at)

    async def due(self, until: datetime, *, limit: int) -> Sequence[DueRow]:
        rows: Sequence[DueRow] = await self.mail.ask("lead_index", "due", until, limit=limit)
        return rows

    async def delete(self, row: DueRow) -> None:
        await self.mail.ask("lead_index", "delete", row)

    async def state_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        """Return none: no lead is forgotten by them."""
        return []

    async def checkin_rows(self, *, after: str, limit: int) -> Sequence[StateRow]:
        """Return none: no lead is forgotten by them."""
        return []

    async def parked_rows(self, *, limit: int) -> Sequence[StateRow]:
        """Return none: only people are told of them."""
        return []

    async def put_checkin(self, lead_id: str) -> None:
        await self.mail.ask("lead_index", "put_checkin", lead_id)

    async def delete_state(self, row: StateRow) -> None:
        raise NotImplementedError

    async def tidied_to(self) -> TidiedTo:
        return TidiedTo()

    async def put_trouble(self, trouble: Trouble) -> None:
        raise NotImplementedError

    async def troubles(self) -> Sequence[Trouble]:
        """Return none: no lead moves by them."""
        return []

    async def delete_trouble(self, destination: str, doing: Doing) -> None:
        """Nothing depends on it."""

    async def put_heartbeat(self, at: datetime, swept: Swept, tidied_to: TidiedTo) -> None:
        """Nothing depends on it."""

    async def put_announcing_faults(self, faults: int) -> None:
        """Nothing depends on it."""

    async def put_known_destinations(self, known: KnownDestinations) -> None:
        """Nothing depends on it."""

    async def known_destinations(self) -> KnownDestinations | None:
        return None


@dataclass(frozen=True, slots=True)
class AskedQueue:
    mail: Mailbox

    async def send(self, message: str, delay: timedelta = timedelta(0)) -> None:
        await self.mail.ask("queue", "send", message, delay)


@dataclass(slots=True)
class AskedCrm:
    mail: Mailbox
    tells_follow_up: bool = False
    keeps_notes: bool = True
    baseline_keys: frozenset[str] = frozenset({"owner"})

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> Upserted:
        done: Upserted = await self.mail.ask("crm", "upsert", lead, changed, uncertain=uncertain)
        return done

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        raise NotImplementedError

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        raise NotImplementedError

    async def note(
        self,
        lead: Lead,
        record: CrmRecord,
        interest: Interest,
        standing: Standing | None = None,
    ) -> Noted:
        noted: Noted = await self.mail.ask("crm", "note", lead, record, interest)
        return noted

    async def check(self) -> Sequence[CheckResult]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


class NoQuarantine:
    """Where nothing may end."""

    async def keep(self, entry: Quarantined) -> None:
        raise AssertionError(entry.faults)


class EmptyOutbox:
    async def keep(self, key: str, message: str) -> None:
        raise NotImplementedError

    async def waiting(self, *, limit: int) -> Sequence[OutboxRow]:
        return []

    async def count(self) -> int:
        return 0

    async def delete(self, row: OutboxRow) -> None:
        raise NotImplementedError
