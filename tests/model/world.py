"""What workers share, as a value: the fakes, copied before each change."""

from collections.abc import Callable, Coroutine, Hashable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from shared.domain.errors import CrmError, StorageError
from tests.fakes import (
    Clock,
    FakeCrm,
    FakeLeadIndex,
    FakeLeadStore,
    FakeQueue,
    QueuedMessage,
)
from tests.model.asking import Request
from tests.model.replaying import Tokens

READS = frozenset({"leads.read", "leads.interests", "leads.interest_rows", "lead_index.due"})


class World(NamedTuple):
    """The fakes at one moment, and a key that tells any two worlds apart."""

    leads: FakeLeadStore
    lead_index: FakeLeadIndex
    queue: FakeQueue
    crm: FakeCrm
    key: tuple[int, ...] = ()

    def do(self, request: Request, now: datetime, tokens: Tokens) -> tuple["World", object]:
        """Return the world after a request, and the answer to it."""
        if request.name in READS:
            fake = getattr(self, request.of)
            return self, tokens.once(fake, request, lambda: _answer(fake, request))
        return self._changed(request.of, now, lambda fake: _answer(fake, request), request, tokens)

    def without_message(self, message: QueuedMessage, tokens: Tokens) -> "World":
        def take(queue: FakeQueue) -> None:
            queue.messages.remove(message)

        return self._changed("queue", message.visible_at, take, message, tokens)[0]

    def with_message(self, text: str, visible_at: datetime, tokens: Tokens) -> "World":
        def put(queue: FakeQueue) -> None:
            queue.messages.append(QueuedMessage(visible_at, text))

        return self._changed("queue", visible_at, put, text, tokens)[0]

    def _changed(
        self,
        part: str,
        now: datetime,
        change: Callable[[Any], object],
        what: Hashable,
        tokens: Tokens,
    ) -> tuple["World", object]:
        """Return the world with a changed copy of a part, and what ``change`` returned.

        Worlds share the parts in which they are the same: ``what`` is done to each of these once.
        """

        def made() -> tuple[object, int, object]:
            after = _copy(getattr(self, part), now)
            answer = change(after)
            return after, _number(part, after, tokens), answer

        after, number, answer = tokens.once(getattr(self, part), (what, now), made)
        place = PARTS.index(part)
        parts, key = [*self], [*self.key]
        parts[place], key[place] = after, number
        parts[-1] = tuple(key)
        return World._make(parts), answer


def new_world(crm: FakeCrm, leads: FakeLeadStore, now: datetime, tokens: Tokens) -> World:
    clock = Clock(now)
    world = World(leads=leads, lead_index=FakeLeadIndex(clock), queue=FakeQueue(clock), crm=crm)
    return world._replace(key=tuple(_number(part, getattr(world, part), tokens) for part in PARTS))


def _copy(fake: object, now: datetime) -> object:
    """Return what can be changed without a change to the fake."""
    match fake:
        case FakeLeadStore():
            partitions = {
                lead_id: replace(p, interests=dict(p.interests), events={})
                for lead_id, p in fake.partitions.items()
            }
            return replace(fake, partitions=partitions)
        case FakeLeadIndex():
            return FakeLeadIndex(Clock(now), due_rows=dict(fake.due_rows), written=fake.written)
        case FakeQueue():
            return FakeQueue(Clock(now), messages=list(fake.messages))
        case FakeCrm():
            records = [replace(r, values=dict(r.values), notes=list(r.notes)) for r in fake.records]
            return replace(fake, records=records)
    raise AssertionError("no part of the world")


def _answer(fake: object, request: Request) -> object:
    """Return what a fake answers at once; what it raises is an answer, too."""
    try:
        return _at_once(getattr(fake, request.method)(*request.args, **request.named))
    except (StorageError, CrmError) as error:
        return error


def _at_once(call: Coroutine[Any, Any, object]) -> object:
    try:
        call.send(None)
    except StopIteration as done:
        answer: object = done.value
        return answer
    raise AssertionError("a fake waits")


def _leads_key(leads: FakeLeadStore, tokens: Tokens) -> Hashable:
    return tuple(
        (
            lead_id,
            tokens.of(p.stored),
            frozenset((i, r.interest.version) for i, r in p.interests.items()),
        )
        for lead_id, p in leads.partitions.items()
    )


def _index_key(index: FakeLeadIndex, tokens: Tokens) -> Hashable:
    return frozenset(index.due_rows.values())


def _queue_key(queue: FakeQueue, tokens: Tokens) -> Hashable:
    return tuple(sorted(queue.messages))


def _crm_key(crm: FakeCrm, tokens: Tokens) -> Hashable:
    return tuple((r.lead_id, tuple(sorted(r.values.items())), tuple(r.notes)) for r in crm.records)


KEYS: dict[str, Callable[[Any, Tokens], Hashable]] = {
    "leads": _leads_key,
    "lead_index": _index_key,
    "queue": _queue_key,
    "crm": _crm_key,
}
PARTS = tuple(KEYS)


def _number(part: str, fake: object, tokens: Tokens) -> int:
    return tokens.number((part, KEYS[part](fake, tokens)))
