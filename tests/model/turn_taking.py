"""Every order in which workers assign leads: their requests done, lost, or never answered."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.assignment.assigning import Assigner
from shared.assignment.choosing import Assignment, Need
from shared.domain.absences import Absence
from shared.domain.errors import StaleTeamsError, StorageUnavailableError
from shared.domain.rules import Team
from shared.ports.teams import Company, StoredTeams, Taken, TurnChange
from tests.fake_teams import FakeTeams
from tests.fakes import START, Clock
from tests.model.asking import Mailbox, Request
from tests.model.replaying import Histories, Tokens, Work

NO_ANSWER = StorageUnavailableError("no answer")


@dataclass(frozen=True, slots=True)
class AskedTeams:
    """The port as one worker sees it; only what an assignment asks for."""

    mail: Mailbox

    async def read(self) -> StoredTeams:
        read: StoredTeams = await self.mail.ask("teams", "read")
        return read

    async def left(self) -> frozenset[str]:
        raise NotImplementedError

    async def taken(self, key: str) -> Taken | None:
        taken: Taken | None = await self.mail.ask("teams", "taken", key)
        return taken

    async def company(self, team: str, company_id: str) -> Company | None:
        company: Company | None = await self.mail.ask("teams", "company", team, company_id)
        return company

    async def commit(self, change: TurnChange) -> None:
        await self.mail.ask("teams", "commit", change)

    async def put_absence(self, absence: Absence) -> None:
        raise NotImplementedError

    async def delete_absences(self, absences: object) -> None:
        raise NotImplementedError

    async def put_left(self, member: str, at: object) -> None:
        raise NotImplementedError

    async def delete_left(self, member: str) -> None:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Job:
    """What a message asks for: an owner for a lead, by the rules that its worker has."""

    need: Need
    teams: Mapping[str, Team]


class Owners(NamedTuple):
    """Table ``Teams``, and who owns which lead: the first to commit it."""

    teams: FakeTeams
    owners: tuple[tuple[str, str, str], ...] = ()

    def owner(self, lead_id: str) -> tuple[str, str] | None:
        return next(((team, who) for lead, team, who in self.owners if lead == lead_id), None)

    def done(self, request: Request) -> tuple["Owners", object]:
        """Return what is stored after a request, and its answer."""
        if request.of == "leads":
            lead_id, assignment = request.args
            first = self.owner(lead_id) is None
            new = ((lead_id, assignment.team, assignment.member),) * first
            return self._replace(owners=tuple(sorted((*self.owners, *new)))), None
        after = copy(self.teams)
        for name in ("turns", "takings", "companies"):
            setattr(after, name, dict(getattr(after, name)))
        call = getattr(after, request.method)(*request.args)
        try:
            call.send(None)
        except StopIteration as answered:
            return self._replace(teams=after), answered.value
        except StaleTeamsError as error:
            return self, error
        raise AssertionError("a fake waits")


class Stores:
    """All that was ever stored, by number; what a request makes of it is found out once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._stores: list[Owners] = []
        self._done: dict[tuple[int, int, int], tuple[int, object]] = {}

    def __getitem__(self, number: int) -> Owners:
        return self._stores[number]

    def number(self, stored: Owners) -> int:
        teams = stored.teams
        rows = (teams.turns, teams.takings, teams.companies, sorted(teams.leavers))
        number = self._numbers.setdefault(repr((rows, stored.owners)), len(self._stores))
        if number == len(self._stores):
            self._stores.append(stored)
        return number

    def done(self, stored: int, history: int, asked: int, request: Request) -> tuple[int, object]:
        """Return what is stored after a request of a history, and its answer."""
        key = (stored, history, asked)
        if key not in self._done:
            after, answer = self[stored].done(request)
            self._done[key] = (self.number(after), answer)
        return self._done[key]

    def without(self, leaver: str, stored: int) -> int:
        """Return what is stored once somebody has left."""
        left = copy(self[stored].teams)
        left.leavers = {**left.leavers, leaver: START}
        return self.number(self[stored]._replace(teams=left))


class Moment(NamedTuple):
    """All there is: what is stored, who is at work at which point, and what may still go wrong."""

    stored: int
    runs: tuple[tuple[int, int], ...]
    faults: int
    leaver: str = ""


class Explored(NamedTuple):
    """How many moments there are, and how the last ones look, each once."""

    moments: int
    ends: list[Owners]


@dataclass(frozen=True)
class Exploration:
    """Workers that are each given one message, which is given again if they fail or die."""

    jobs: Mapping[str, Job]
    faults: int
    leaver: str = ""

    def explore(self, always: Callable[[Owners], None]) -> Explored:
        stores = Stores()
        with Histories(self._program, Tokens()) as histories:
            works = [Work(number, message) for number, message in enumerate(self.jobs)]
            runs = tuple((w.number, histories.started(w, START)) for w in works)
            first = Moment(stores.number(Owners(FakeTeams())), runs, self.faults, self.leaver)
            seen, ahead, looked_at = {first}, deque([first]), set[int]()
            while ahead:
                moment = ahead.popleft()
                if moment.stored not in looked_at:
                    looked_at.add(moment.stored)
                    always(stores[moment.stored])
                for after in self._moves(moment, stores, histories, works):
                    if after not in seen:
                        seen.add(after)
                        ahead.append(after)
        return Explored(len(seen), [stores[m.stored] for m in seen if not m.runs])

    def _program(self, work: Work, mail: Mailbox, clock: Clock) -> Any:  # noqa: ANN401 - a coroutine
        async def program() -> None:
            job = self.jobs[work.message]
            assigner = Assigner(
                teams=AskedTeams(mail), clock=clock, jitter=lambda: 0, sleep=at_once
            )
            assignment: Assignment = await assigner.assign(job.need, job.teams)
            await mail.ask("leads", "commit", job.need.lead_id, assignment)

        return program()

    def _moves(
        self, moment: Moment, stores: Stores, histories: Histories, works: list[Work]
    ) -> Iterator[Moment]:
        before, runs, faults, leaver = moment
        if leaver:
            yield Moment(stores.without(leaver, before), runs, faults)
        for run in runs:
            number, history = run
            standing = histories.standing(history)
            fresh = (number, histories.started(works[number], START))
            if standing.ended:
                failed = standing.error is not None
                yield Moment(before, _with(runs, run, fresh if failed else None), faults, leaver)
                continue
            for asked, request in standing.waiting.items():
                stored, answer = stores.done(before, history, asked, request)
                after = (number, histories.answered(history, asked, answer, START))
                yield Moment(stored, _with(runs, run, after), faults, leaver)
                if not faults:
                    continue
                lost = (number, histories.answered(history, asked, NO_ANSWER, START))
                for then in (stored, before):
                    yield Moment(then, _with(runs, run, lost), faults - 1, leaver)
                    yield Moment(then, _with(runs, run, fresh), faults - 1, leaver)


def _with(
    runs: tuple[tuple[int, int], ...], run: tuple[int, int], after: tuple[int, int] | None
) -> tuple[tuple[int, int], ...]:
    replaced = (after if one == run else one for one in runs)
    return tuple(one for one in replaced if one is not None)


async def at_once(seconds: float) -> None:
    """Go on at once: whoever else may be at work is another step."""
