"""What workers share, as a value: the fakes, copied before each change."""

from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, Self

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

    def keyed(self, tokens: Tokens, changed: Sequence[str]) -> Self:
        """Renew the key of what has changed."""
        keys = dict(zip(KEYS, self.key, strict=False))
        for part in changed:
            keys[part] = tokens.number((part, KEYS[part](getattr(self, part), tokens)))
        return self._replace(key=tuple(keys.values()))

    def do(self, request: Request, now: datetime, tokens: Tokens) -> tuple[Self, object]:
        """Return the world after a request, and the answer to it."""
        if request.name in READS:
            return self, _answer(getattr(self, request.of), request)
        after = self._with_copy_of(request.of, now)
        answer = _answer(getattr(after, request.of), request)
        return after.keyed(tokens, [request.of]), answer

    def without_message(self, message: QueuedMessage, tokens: Tokens) -> Self:
        after = self._with_copy_of("queue", message.visible_at)
        after.queue.messages.remove(message)
        return after.keyed(tokens, ["queue"])

    def with_message(self, text: str, visible_at: datetime, tokens: Tokens) -> Self:
        after = self._with_copy_of("queue", visible_at)
        after.queue.messages.append(QueuedMessage(visible_at, text))
        return after.keyed(tokens, ["queue"])

    def _with_copy_of(self, part: str, now: datetime) -> Self:
        match part:
            case "leads":
                partitions = {
                    lead_id: replace(p, interests=dict(p.interests), events={})
                    for lead_id, p in self.leads.partitions.items()
                }
                return self._replace(leads=replace(self.leads, partitions=partitions))
            case "lead_index":
                index = FakeLeadIndex(Clock(now), due_rows=dict(self.lead_index.due_rows))
                return self._replace(lead_index=replace(index, written=self.lead_index.written))
            case "queue":
                messages = list(self.queue.messages)
                return self._replace(queue=FakeQueue(Clock(now), messages=messages))
            case _:
                records = [
                    replace(r, values=dict(r.values), notes=list(r.notes)) for r in self.crm.records
                ]
                return self._replace(crm=replace(self.crm, records=records))


def new_world(crm: FakeCrm, leads: FakeLeadStore, now: datetime, tokens: Tokens) -> World:
    clock = Clock(now)
    world = World(leads=leads, lead_index=FakeLeadIndex(clock), queue=FakeQueue(clock), crm=crm)
    return world.keyed(tokens, list(KEYS))


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
