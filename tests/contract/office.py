"""Teams, and an office in which workers give leads to their members."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.assignment.assigning import Assigner
from shared.assignment.choosing import Assignment, Need
from shared.domain.absences import Absence
from shared.domain.rules import Member, Team
from shared.ports.teams import Teams
from tests.fakes import START, Clock

DAY = timedelta(days=1)
COMPANY = "c" * 32


def a_team(name: str, *members: str, **weights: int) -> Team:
    heavy = {**dict.fromkeys(members, 1), **weights}
    people = tuple(Member(id=m, name=m.title(), weight=w) for m, w in heavy.items())
    return Team(id=name, name=name, members=people)


EAST = a_team("east", "ada", "bob", "cem")
WEST = a_team("west", "dora", "emil")
TEAMS = {"east": EAST, "west": WEST}


def half() -> float:
    return 0.5


async def no_sleep(seconds: float) -> None:
    """Try again at once."""
    await asyncio.sleep(0)


async def short_pause(seconds: float) -> None:
    """Let others finish first, for less time than where storage is far away."""
    await asyncio.sleep(seconds / 10)


@dataclass
class Office:
    """Turns as stored, and workers with or without rules of their own."""

    teams: Teams
    clock: Clock

    def worker(self, sleep: Callable[[float], Awaitable[None]] = no_sleep) -> Assigner:
        return Assigner(teams=self.teams, clock=self.clock, jitter=half, sleep=sleep)

    async def gives(self, need: Need, teams: Mapping[str, Team] = TEAMS) -> Assignment:
        return await self.worker().assign(need, teams)

    async def away(self, member: str, days: int = 1) -> None:
        absence = Absence(member=member, from_at=START, until_at=START + days * DAY)
        await self.teams.put_absence(absence)


def a_lead(number: int, *, team: str = "east", company_id: str = "") -> Need:
    return Need(lead_id=f"{number:032x}", team=team, company_id=company_id)
