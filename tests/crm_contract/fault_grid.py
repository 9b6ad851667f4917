"""Each odd answer at each call of a delivery: what becomes of the lead, and of the record later.

A delivery is done once without a fault, to learn its calls. Then it is done again for each call and
each answer, which comes until the attempt ends. What an answer does is read from the delivery; then
the CRM works again, and in the end there is one record, with each interest on it once.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import override

from local.fakes.faults import Fault
from local.fakes.server import CrmServer
from shared.domain.delivery import UNCERTAIN
from shared.domain.plain_text import readable
from shared.ports.leads import EventKind
from tests.crm_contract.aftermath import (
    Outcome,
    difference,
    outcome_of,
    troubles,
    waits_wrongly,
)
from tests.crm_contract.known_errors import incomplete_lists, known_errors, login_errors
from tests.crm_contract.odd_answers import PLANTED, Answer, Body, answers
from tests.crm_contract.scenes import (
    LOGIN,
    OF_ALL,
    OF_ONE,
    Call,
    Role,
    Scene,
    after_a_lost_note,
    again,
    calls_of,
    new_without_key,
)
from tests.crm_contract.subjects import Subject, on_a_socket
from tests.crm_contract.world import World

SOME = 19
"""Of all answers, one in so many is tried at further calls of a role."""

REFUSING = dict.fromkeys(("hubspot", "salesforce"), ("400", "409", "422"))
"""What these vendors say no to one record with; anything else is about whoever asks, or for now."""

FIXED = {"marketo": {"company"}}
"""Fields that can't be changed later, by the vendor's own rules."""


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


async def grid_of(name: str) -> Grid:
    """Return what every answer does at every call of every delivery."""
    grid, lines = Grid(), Lines()
    logging.getLogger().addHandler(lines)
    try:
        async with on_a_socket(name) as subject:
            runner = Runner(name, subject, grid, lines)
            scenes: list[Scene] = []
            async for scene in runner.scenes():
                scenes.append(scene)
                for call in scene.calls:
                    for answer in runner.answers_to(call):
                        await runner.try_out(scene, call, answer)
            # At the end: a token that has ended is a call more in whatever comes next.
            for answer in runner.answers_to_a_login():
                await runner.try_out(scenes[0], LOGIN, answer)
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
        """Return all answers for the first call of a role, and some for each further one.

        A list that is not whole is tried at every look-up: one of them doubles what it is about.
        """
        tried = self._tried[call.role] = self._tried.get(call.role, -1) + 1
        turn = [*Role].index(call.role) + tried
        every = [*answers(self._name, turn), *known_errors(self._name)]
        lists = incomplete_lists(self._name) if call.role is Role.LOOK_UP else ()
        return [*(every[tried % SOME :: SOME] if tried else every), *lists]

    def answers_to_a_login(self) -> list[Answer]:
        """Return some of all answers, and those of logins; none where there is no login."""
        some = [*answers(self._name, 0)][::3]
        return [*some, *login_errors()] if self._server.keeps else []

    async def scenes(self) -> AsyncIterator[Scene]:
        """Give each delivery at the moment before it is tried, with what it will call."""
        empty = self._server.remembered()
        for prepare in (*OF_ALL, *OF_ONE.get(self._name, ())):
            self._server.restore(empty)
            world = World(self._subject)
            await prepare(world, self._server)
            self._server.write_faults.clear()
            memory = self._server.remembered()
            rehearsal = self._copied(world)
            made = len(self._server.calls)
            await rehearsal.work(rehearsal.queue.take() or "")
            assert outcome_of(rehearsal) is Outcome.DELIVERED, prepare.__name__
            is_new = prepare not in (again, after_a_lost_note)
            calls = tuple(calls_of(self._server.calls[made:], is_new=is_new))
            yield Scene(prepare.__name__, world, memory, calls)

    async def try_out(self, scene: Scene, call: Call, answer: Answer) -> None:
        """Try a delivery in which a call has this answer, and let the CRM work again after that."""
        world = self._begun(scene, call, answer)
        before = world.clock()
        self._lines.texts.clear()
        await world.work(world.queue.take() or "")
        outcome = outcome_of(world)
        self._grid.add(answer, call.role, outcome)
        faults = [*self._told(world), *waits_wrongly(world, before, is_known=answer.is_known)]
        if outcome is Outcome.PARKED and not self._may_park(call, answer):
            faults.append(f"parked: {world.delivery.parked_reason}")
        faults += self._swayed(scene, call, answer, outcome)
        self._server.lasting_faults.clear()
        self._server.login_fault = Fault.NONE
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
        """Tell whether an answer refuses a lead: a write of it, in the vendor's own words.

        A refused note is no reason. Of an endpoint 410 and 413 say so by themselves. In Dataverse,
        a lead that is not there when it is looked up, and that can't be created either, is in the
        recycle bin.
        """
        too_much = self._name == "https_endpoint" and answer.status in ("410", "413")
        deleted = (self._name, answer.status, answer.is_own) == ("dynamics", "404", True)
        writes_lead = call.role not in {Role.LOGIN, Role.LOOK_UP, Role.NOTE}
        refuses = answer.is_own and answer.status in REFUSING.get(self._name, (answer.status,))
        return deleted or (writes_lead and (refuses or too_much))

    def _begun(self, scene: Scene, call: Call, answer: Answer) -> World:
        """Return the delivery at its beginning, with the answer planned for the call."""
        server = self._server
        server.restore(scene.memory)
        number = len(server.calls) + call.number
        if call is LOGIN:
            server.end_tokens()
            server.login_fault = answer.comes
        elif answer.once:
            server.faults_at[number] = answer.comes
        else:
            lasting = {call.name: answer.comes}
            server.meanwhile_at[number] = lambda: server.lasting_faults.update(lasting)
        world = self._copied(scene.world)
        server.at_a_wait = world.crm.end_wait
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
            if text != readable(text):
                yield f"told what can't be kept: {text!r}"
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
            await world.rest()
            reason = world.delivery.parked_reason
            uncertain = reason.startswith(UNCERTAIN) and scene.name == new_without_key.__name__
            if outcome_of(world) is Outcome.PARKED and not uncertain:
                await world.release()
                await world.rest()
            ignored = {*answer.without, *FIXED.get(self._name, ())}
            found = [] if uncertain else difference(world, self._server.records(), ignored)
            self._recovered[key] = "; ".join(found)
        return self._recovered[key]
