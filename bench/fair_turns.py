"""``python -m bench.fair_turns``: how far from the exact share anybody gets, and how fast turns go.

The first part plays random teams and prints the largest distances, in leads. The second lets 8
workers, each with a connection of its own, assign leads of one team over one Azurite.
"""

import asyncio
import os
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from local.azurite import running_azurite
from shared.assignment.assigning import Assigner
from shared.assignment.choosing import Need
from shared.bootstrap import utc_now
from shared.domain.fair_turns import TeamTurns, take_turn
from shared.domain.rules import Member, Team
from shared.settings import StorageSettings
from shared.storage.account import Storage
from shared.storage.teams import TableTeams

TEAMS = 200
LEADS = 250
MOST_MEMBERS = 8
WORKERS = 8
ASSIGNED = 400
FLIPS = {"always there": 0.0, "one comes or goes each 10 leads": 0.1, "each 2 leads": 0.5}

console = Console(highlight=False)


@dataclass
class Share:
    """What each member got, and what would have been exact while they were there."""

    got: Counter[str] = field(default_factory=Counter)
    exact: dict[str, Fraction] = field(default_factory=dict)

    def count(self, member: str, present: Mapping[str, int]) -> None:
        """Take note of one lead."""
        self.got[member] += 1
        total = sum(present.values())
        for who, weight in present.items():
            self.exact[who] = self.exact.get(who, Fraction()) + Fraction(weight, total)

    @property
    def distance(self) -> Fraction:
        """Return how far anybody is from the exact share."""
        return max((abs(self.got[who] - self.exact[who]) for who in self.exact), default=Fraction())


@dataclass
class Distances:
    """The largest distances: since the beginning, and since somebody last came or went."""

    overall: Fraction = Fraction()
    unchanged: Fraction = Fraction()

    def widen(self, overall: Share, unchanged: Share) -> None:
        """Take the larger ones."""
        self.overall = max(self.overall, overall.distance)
        self.unchanged = max(self.unchanged, unchanged.distance)


def play(seed: int, flips: float, *, equal: bool) -> Distances:
    """Let a random team take its turns, while members come and go."""
    dice = random.Random(seed)  # noqa: S311 - not a secret
    size = dice.randint(2, MOST_MEMBERS)
    weights = {f"m{n}": 1 if equal else dice.randint(1, 10) for n in range(size)}
    worst, turns, overall, unchanged = Distances(), TeamTurns(), Share(), Share()
    for present, changed in _attendance(dice, weights, flips):
        turn = take_turn(turns, present, present)
        turns = turn.turns
        unchanged = Share() if changed else unchanged
        for share in (overall, unchanged):
            share.count(turn.member, present)
        worst.widen(overall, unchanged)
    return worst


def _attendance(
    dice: random.Random, weights: Mapping[str, int], flips: float
) -> Iterator[tuple[Mapping[str, int], bool]]:
    """Yield who is there at each lead, and whether that is new; never nobody."""
    present = dict(weights)
    for _ in range(LEADS):
        who = dice.choice(sorted(weights))
        changes = dice.random() < flips and set(present) != {who}
        if changes and present.pop(who, None) is None:
            present[who] = weights[who]
        yield dict(present), changes


def part_timer(weight: int, leads_a_day: int, size: int) -> Fraction:
    """Return what one who is there every other day of 400 gets beside the exact share."""
    everybody = {"m0": weight, **{f"m{n}": 1 for n in range(1, size)}}
    turns, share = TeamTurns(), Share()
    for day in range(400):
        present = {who: w for who, w in everybody.items() if who != "m0" or day % 2}
        for _ in range(leads_a_day):
            turn = take_turn(turns, present, present)
            turns = turn.turns
            share.count(turn.member, present)
    return share.got["m0"] - share.exact["m0"]


def print_distances() -> None:
    """Print the largest distance from the exact share, in leads, over many random teams."""
    console.print(f"{TEAMS} teams of 2–{MOST_MEMBERS}, {LEADS} leads each: largest distance")
    for equal in (True, False):
        for name, flips in FLIPS.items():
            played = [play(seed, flips, equal=equal) for seed in range(TEAMS)]
            overall = float(max(one.overall for one in played))
            unchanged = float(max(one.unchanged for one in played))
            what = f"{'equal weights' if equal else 'weights 1–10'}, {name}"
            console.print(f"{what:<45} {overall:6.3f}, since a change {unchanged:.3f}")
    extremes = [
        abs(part_timer(weight, leads, size))
        for weight in (1, 4, 10)
        for leads in (1, 2, 3, 5, 7)
        for size in (2, 3, 5)
    ]
    console.print(f"there every other day of 400: {float(max(extremes)):.3f} at most")


async def measure() -> None:
    """Print how many leads of one team are assigned in a second."""
    with TemporaryDirectory(prefix="bench-") as folder:
        async with running_azurite(Path(folder)) as azurite:
            await _assign(azurite.connection, range(WORKERS))
            started = time.monotonic()
            leads = range(WORKERS, WORKERS + ASSIGNED)
            await asyncio.gather(
                *(_assign(azurite.connection, leads[n::WORKERS]) for n in range(WORKERS))
            )
            seconds = time.monotonic() - started
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores"
    console.print(f"{WORKERS} workers: {ASSIGNED / seconds:.0f} assignments a second; {machine}")


async def _assign(connection: str, leads: range) -> None:
    """Be one worker: assign leads one after the other."""
    storage = Storage(StorageSettings(LeadStorage=connection))
    assigner = Assigner(
        teams=TableTeams(storage.table("Teams")), clock=utc_now, jitter=random.random
    )
    members = tuple(Member(id=f"m{n}", name=f"Member {n}") for n in range(MOST_MEMBERS))
    team = Team(id="sales", name="Sales", members=members)
    for number in leads:
        await assigner.assign(Need(lead_id=f"{number:032x}", team="sales"), {"sales": team})
    await storage.close()


if __name__ == "__main__":
    print_distances()
    if "--shares" not in sys.argv:
        asyncio.run(measure())
