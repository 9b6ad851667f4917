"""Each odd answer at each call of a delivery: what becomes of the lead, and of the record later.

A delivery is done once without a fault, to learn its calls. Then it is done again for each call and
each answer, which comes until the attempt ends. What an answer does is read from the delivery; then
the CRM works again, and in the end there is one record, with each interest on it once.
"""

import logging
import re
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Container,
    Iterator,
    Mapping,
    Sequence,
)
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, override

from local.fakes.faults import Fault
from local.fakes.server import CrmServer, SeenRecord
from shared.domain.delivery import LONGEST_ASKED_FOR, LONGEST_QUOTA
from shared.ports.index import Trouble
from shared.ports.leads import EventKind
from tests.crm_contract.known_errors import known_errors
from tests.crm_contract.odd_answers import CUSTOMER, PLANTED, Answer, Body, answers
from tests.crm_contract.subjects import Subject, on_a_socket
from tests.crm_contract.world import World
from tests.fakes import FakeLeadIndex

SOONEST = timedelta(seconds=15)
WAITS_SECONDS = 0.2
SOME = 19
"""Of all answers, one in so many is tried at further calls of a role."""

WORDS = "Open, sesame."
LATER = CUSTOMER | {"Title": "Grandvizier and more", "Phone": "+49 30 27654321"}
NOT_NOTED = "not noted"
"""In the remark on an interest that the CRM has no room for: then it is in the audit trail only."""

FIXED = {"marketo": {"company"}}
"""Fields that can't be changed later, by the vendor's own rules."""


class Outcome(StrEnum):
    """What becomes of a lead whose delivery met an answer."""

    DELIVERED = "delivered"
    WAITS = "waits"
    TROUBLE = "trouble"
    UNKNOWN = "unknown"
    PARKED = "parked"


class Role(StrEnum):
    """What a call of a delivery is for."""

    LOOK_UP = "look-up"
    CREATE = "create"
    UPDATE = "update"
    NOTE = "note"
    OPT_OUT = "opt-out"


ROLES = {
    r"^GET |/batch/read$": Role.LOOK_UP,
    r"/unsubscribe-all$": Role.OPT_OUT,
    r"/notes$|/annotations\(|/sobjects/Task$": Role.NOTE,
    r"POST /crm/objects/[\d-]+/contacts$|POST .*/sobjects/Lead$": Role.CREATE,
    r"PATCH /crm/objects/|PATCH .*/sobjects/Lead/": Role.UPDATE,
}
"""What calls are for, where their names tell; the others are a create, an update, a note."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a delivery, by its number in it."""

    number: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Scene:
    """A delivery that is about to be tried, and what it calls."""

    name: str
    world: World
    memory: Mapping[str, Any]
    calls: tuple[Call, ...]


@dataclass
class Grid:
    """What each answer did at one destination, by its label and the role of the call."""

    outcomes: dict[Answer, dict[Role, set[Outcome]]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, answer: Answer, role: Role, outcome: Outcome) -> None:
        self.outcomes.setdefault(answer, {}).setdefault(role, set()).add(outcome)


class Lines(logging.Handler):
    """The lines that the app logs."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.texts: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


async def new(world: World, _: CrmServer) -> None:
    await world.push(CUSTOMER, description=WORDS)


async def new_without_email(world: World, _: CrmServer) -> None:
    await world.push({**CUSTOMER, "Email": ""}, description=WORDS)


async def not_to_be_contacted(world: World, _: CrmServer) -> None:
    await world.push(CUSTOMER, description=WORDS, action="DNC")


async def again(world: World, _: CrmServer) -> None:
    await world.push(CUSTOMER, description=WORDS)
    await world.rest()
    await world.push(LATER, description=f"{WORDS} Again.")


async def after_a_lost_answer(world: World, server: CrmServer) -> None:
    server.write_faults.append(Fault.CUT_AFTER)
    await world.push(CUSTOMER, description=WORDS)
    await world.work(world.queue.take() or "")
    world.clock.now = min(message.visible_at for message in world.queue.messages)


SCENES: tuple[Callable[[World, CrmServer], Awaitable[None]], ...] = (
    new,
    new_without_email,
    not_to_be_contacted,
    again,
    after_a_lost_answer,
)


async def grid_of(name: str) -> Grid:
    """Return what every answer does at every call of every delivery."""
    grid, lines = Grid(), Lines()
    logging.getLogger().addHandler(lines)
    try:
        async with on_a_socket(name) as subject:
            runner = Runner(name, subject, grid, lines)
            async for scene in runner.scenes():
                for call in scene.calls:
                    for answer in runner.answers_to(call):
                        await runner.try_out(scene, call, answer)
    finally:
        logging.getLogger().removeHandler(lines)
    return grid


class Runner:
    """Tries answers out at one destination."""

    def __init__(self, name: str, subject: Subject, grid: Grid, lines: Lines) -> None:
        assert isinstance(subject.behind, CrmServer)
        self._name = name
        self._subject = subject
        self._server = subject.behind
        self._grid = grid
        self._lines = lines
        self._recovered: dict[str, str] = {}
        self._own: dict[tuple[str, Call, str], Outcome] = {}
        self._tried: dict[Role, int] = {}

    def answers_to(self, call: Call) -> list[Answer]:
        """Return all answers for the first call of a role, and some for each further one."""
        tried = self._tried[call.role] = self._tried.get(call.role, -1) + 1
        turn = [*Role].index(call.role) + tried
        every = [*answers(self._name, turn), *known_errors(self._name)]
        return every[tried % SOME :: SOME] if tried else every

    async def scenes(self) -> AsyncIterator[Scene]:
        """Give each delivery at the moment before it is tried, with what it will call."""
        empty = self._server.remembered()
        for prepare in SCENES:
            self._server.restore(empty)
            world = World(self._subject)
            await prepare(world, self._server)
            self._server.write_faults.clear()
            memory = self._server.remembered()
            rehearsal = self._copied(world)
            made = len(self._server.calls)
            await rehearsal.work(rehearsal.queue.take() or "")
            assert outcome_of(rehearsal) is Outcome.DELIVERED, prepare.__name__
            calls = tuple(_calls(self._server.calls[made:], is_new=prepare is not again))
            yield Scene(prepare.__name__, world, memory, calls)

    async def try_out(self, scene: Scene, call: Call, answer: Answer) -> None:
        """Try a delivery in which a call has this answer, and let the CRM work again after that."""
        world = self._begun(scene, call, answer)
        before = world.clock()
        self._lines.texts.clear()
        await world.work(world.queue.take() or "")
        outcome = outcome_of(world)
        self._grid.add(answer, call.role, outcome)
        faults = [*self._told(world), *_waits_wrongly(world, before, answer)]
        if outcome is Outcome.PARKED and not self._may_park(call, answer):
            faults.append(f"parked: {world.delivery.parked_reason}")
        faults += self._swayed(scene, call, answer, outcome)
        self._server.lasting_faults.clear()
        if fault := await self._ends(scene, call, answer, world):
            faults.append(f"in the end {fault}")
        where = f"{scene.name}, call {call.number} {call.name}: {answer}"
        self._grid.wrong += [f"{where}: {outcome}, {fault}" for fault in faults]

    def _swayed(self, scene: Scene, call: Call, answer: Answer, outcome: Outcome) -> Iterator[str]:
        """Give that it made a difference that the vendor's words quote the customer."""
        at = (scene.name, call, answer.status)
        if answer.body is Body.OWN:
            self._own[at] = outcome
        elif answer.body is Body.OWN_QUOTING and self._own.get(at, outcome) is not outcome:
            yield f"but {self._own[at]} without the quote"

    def _may_park(self, call: Call, answer: Answer) -> bool:
        """Tell whether an answer refuses a lead: a write, in the vendor's own words.

        Of an endpoint 410 and 413 say so by themselves. In Dataverse, a lead that is not there when
        it is looked up, and that can't be created either, is in the recycle bin.
        """
        too_much = self._name == "https_endpoint" and answer.status in ("410", "413")
        deleted = (self._name, answer.status, answer.is_own) == ("dynamics", "404", True)
        return deleted or (call.role is not Role.LOOK_UP and (answer.is_own or too_much))

    def _begun(self, scene: Scene, call: Call, answer: Answer) -> World:
        """Return the delivery at its beginning, with the answer planned for the call."""
        server = self._server
        server.restore(scene.memory)
        number = len(server.calls) + call.number
        if answer.once:
            server.faults_at[number] = answer.comes
        else:
            lasting = {call.name: answer.comes}
            server.meanwhile_at[number] = lambda: server.lasting_faults.update(lasting)
        world = self._copied(scene.world)
        world.crm.seconds = WAITS_SECONDS if answer.comes is Fault.LATE else None
        return world

    def _copied(self, world: World) -> World:
        """Return a copy of a world, with the same CRM behind it."""
        shared = (self._subject, self._subject.crm)
        return deepcopy(world, {id(one): one for one in shared})

    def _told(self, world: World) -> Iterator[str]:
        """Give what was said that must not be: the customer's words, or that the adapter failed."""
        delivery = world.delivery
        events = [event.detail for kind in EventKind for event in world.told(kind)]
        shown = [trouble.reason for trouble in troubles(world)]
        texts = [delivery.last_error, delivery.parked_reason, *events, *shown]
        for text in [*texts, *self._lines.texts]:
            if any(word in text.lower() for word in PLANTED):
                yield f"told {text!r}"
            if "the adapter failed" in text:
                yield text

    async def _ends(self, scene: Scene, call: Call, answer: Answer, world: World) -> str:
        """Let the CRM work again, and return what is wrong in the end; once for each state."""
        state = replace(
            world.delivery,
            last_error="",
            parked_reason="",
            failing_since=None,
            next_attempt_at=None,
        )
        key = repr((scene.name, call.number, state, self._server.records(), answer.without))
        if key not in self._recovered:
            world.crm.seconds = None
            await world.rest()
            if outcome_of(world) is Outcome.PARKED:
                await world.release()
                await world.rest()
            ignored = {*answer.without, *FIXED.get(self._name, ())}
            self._recovered[key] = difference(world, self._server.records(), ignored)
        return self._recovered[key]


def outcome_of(world: World) -> Outcome:
    """Return what became of the lead."""
    delivery, version = world.delivery, world.lead.version
    if delivery.delivered_version == version:
        return Outcome.DELIVERED
    if delivery.parked_version == version:
        return Outcome.PARKED
    if delivery.claim_id:
        return Outcome.UNKNOWN
    return Outcome.TROUBLE if troubles(world) else Outcome.WAITS


def troubles(world: World) -> Sequence[Trouble]:
    """Return the troubles that are shown."""
    index = world.ports.index
    assert isinstance(index, FakeLeadIndex)
    return [*index.told.values()]


def difference(world: World, records: Sequence[SeenRecord], ignored: Container[str]) -> str:
    """Return how what the CRM holds differs from the lead, "" if it does not."""
    if outcome_of(world) is not Outcome.DELIVERED:
        return world.delivery.parked_reason or world.delivery.last_error
    if len(records) != 1:
        return f"{len(records)} records"
    [record] = records
    differing = [
        f"{one} is {record.values.get(one)!r} instead of {given!r}"
        for one, given in asdict(world.lead.contact).items()
        if one not in ignored and record.values.get(one, "") != given
    ]
    told = " ".join(event.detail for event in world.told(EventKind.DELIVERED))
    missing = world.missing(record) if NOT_NOTED not in told else []
    return "; ".join([*differing, *missing, *doubled(world, record)])


def doubled(world: World, record: SeenRecord) -> list[str]:
    """Return the ids of interests that a record has more than once."""
    said = [record.description, *record.notes]
    ids = [f"{number:032x}" for number in range(1, len(world.pushed) + 1)]
    return [f"{one} twice" for one in ids if sum(text.count(one) for text in said) > 1]


def _waits_wrongly(world: World, since: datetime, answer: Answer) -> Iterator[str]:
    """Give what is wrong with the time of the next attempt."""
    next_at = world.delivery.next_attempt_at
    longest = LONGEST_QUOTA if answer.is_known else LONGEST_ASKED_FOR
    if next_at is not None and not SOONEST <= next_at - since <= longest:
        yield f"the next attempt is after {next_at - since}"


def _calls(names: Sequence[str], *, is_new: bool) -> Iterator[Call]:
    """Give the calls of a delivery, each with what it is for."""
    writes = iter((Role.CREATE, Role.UPDATE) if is_new else (Role.UPDATE, Role.NOTE))
    for number, name in enumerate(names):
        known = (role for pattern, role in ROLES.items() if re.search(pattern, name))
        yield Call(number, name, next(known, None) or next(writes))
