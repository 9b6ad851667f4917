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


class Moment(NamedTuple):
    """All there is: what is stored, who is at work at which point, and what may still go wrong."""

    stored: Owners
    runs: tuple[tuple[int, int], ...]
    faults: int
    leaver: str = ""

    def key(self, tokens: Tokens) -> object:
        teams = self.stored.teams
        rows = (teams.turns, teams.takings, teams.companies, sorted(teams.leavers))
        return tokens.number(repr((rows, self.stored.owners))), self.runs, self.faults, self.leaver


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
        tokens = Tokens()
        with Histories(self._program, tokens) as histories:
            works = [Work(number, message) for number, message in enumerate(self.jobs)]
            runs = tuple((w.number, histories.started(w, START)) for w in works)
            first = Moment(Owners(FakeTeams()), runs, self.faults, self.leaver)
            seen, ahead, ends = {first.key(tokens)}, deque([first]), []
            while ahead:
                moment = ahead.popleft()
                always(moment.stored)
                if not moment.runs:
                    ends.append(moment.stored)
                for after in self._moves(moment, histories, works):
                    if (key := after.key(tokens)) not in seen:
                        seen.add(key)
                        ahead.append(after)
        return Explored(len(seen), ends)

    def _program(self, work: Work, mail: Mailbox, clock: Clock) -> Any:  # noqa: ANN401 - a coroutine
        async def program() -> None:
            job = self.jobs[work.message]
            assigner = Assigner(
                teams=AskedTeams(mail), clock=clock, jitter=lambda: 0, sleep=at_once
            )
            assignment: Assignment = await assigner.assign(job.need, job.teams)
            await mail.ask("leads", "commit", job.need.lead_id, assignment)

        return program()

    def _moves(self, moment: Moment, histories: Histories, works: list[Work]) -> Iterator[Moment]:
        if moment.leaver:
            left = copy(moment.stored.teams)
            left.leavers = {**left.leavers, moment.leaver: START}
            stored = moment.stored._replace(teams=left)
            yield moment._replace(stored=stored, leaver="")
        for run in moment.runs:
            number, history = run
            standing = histories.standing(history)
            fresh = (number, histories.started(works[number], START))
            if standing.ended:
                failed = standing.error is not None
                yield moment._replace(runs=_with(moment.runs, run, fresh if failed else None))
                continue
            for asked, request in standing.waiting.items():
                stored, answer = moment.stored.done(request)
                after = (number, histories.answered(history, asked, answer, START))
                yield moment._replace(stored=stored, runs=_with(moment.runs, run, after))
                if not moment.faults:
                    continue
                fewer = moment._replace(faults=moment.faults - 1)
                lost = (number, histories.answered(history, asked, NO_ANSWER, START))
                for then in (stored, moment.stored):
                    yield fewer._replace(stored=then, runs=_with(moment.runs, run, lost))
                    yield fewer._replace(stored=then, runs=_with(moment.runs, run, fresh))


def _with(
    runs: tuple[tuple[int, int], ...], run: tuple[int, int], after: tuple[int, int] | None
) -> tuple[tuple[int, int], ...]:
    replaced = (after if one == run else one for one in runs)
    return tuple(one for one in replaced if one is not None)


async def at_once(seconds: float) -> None:
    """Go on at once: whoever else may be at work is another step."""
