"""Give a lead to somebody, once: read, choose, write it all in one transaction, or again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.assignment.choosing import Assignment, Choice, Found, Need, choose
from shared.committing import Tries, Turns
from shared.domain.errors import StaleTeamsError
from shared.domain.rules import Team
from shared.ports.teams import Company, Teams


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigner:
    """Gives leads to members of teams, one at a time per team in a process.

    ``jitter`` gives 0–1, ``sleep`` waits for seconds.
    """

    teams: Teams
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    turns: Turns = field(default_factory=Turns)

    async def assign(self, need: Need, teams: Mapping[str, Team]) -> Assignment:
        """Return who owns a lead from now on; asked again, it is the same one.

        Raises ``StorageUnavailableError``, after which the turn may have been taken: whoever asks
        again gets it.
        """
        async with self.turns.of(need.team):
            tries = Tries(self._half_jitter, self.sleep)
            while True:
                choice = await self._choice(need, teams)
                if choice.change is None:
                    return choice.assignment
                try:
                    await self.teams.commit(choice.change)
                except StaleTeamsError:
                    await tries.stale()
                else:
                    return choice.assignment

    async def who_would_get(self, need: Need, teams: Mapping[str, Team]) -> Assignment:
        """Return who would own a lead if it needed an owner now; nothing is written."""
        return (await self._choice(need, teams)).assignment

    async def _choice(self, need: Need, teams: Mapping[str, Team]) -> Choice:
        # Side by side: whatever changes between the reads fails the write.
        stored, taken, company = await asyncio.gather(
            self.teams.read(), self.teams.taken(need.key), self._company(need)
        )
        found = Found(teams=stored, taken=taken, company=company)
        return choose(need, teams, found, self.clock())

    async def _company(self, need: Need) -> Company | None:
        if not need.company_id:
            return None
        return await self.teams.company(need.team, need.company_id)

    def _half_jitter(self) -> float:
        return 0.5 + self.jitter() / 2
