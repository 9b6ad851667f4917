"""The fault grid as a document: ``python -m tests.crm_contract.fault_table`` writes it.

Answers that do the same are one row. The test of the grid compares the document with what it saw.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.crm_contract.aftermath import Outcome
from tests.crm_contract.fault_grid import Grid, grid_of
from tests.crm_contract.odd_answers import Answer, Body
from tests.crm_contract.scenes import Role

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "destinations" / "faults.md"
TITLES = {
    "dynamics": "Dynamics 365 Sales",
    "hubspot": "HubSpot",
    "https_endpoint": "Any HTTPS endpoint",
    "marketo": "Marketo Engage",
    "salesforce": "Salesforce",
}
HEADING = "## "
OWN, PAGE, OTHER = "the CRM's own words", "a web page", "anything else"


def document(before: str, grids: Mapping[str, Grid]) -> str:
    """Return the document, whose first part is written by hand."""
    introduction = before.partition(f"\n{HEADING}")[0]
    return "\n".join([introduction, *(section(name, grid) for name, grid in grids.items())])


def section(name: str, grid: Grid) -> str:
    """Return the part about one destination."""
    seen_roles = {role for seen in grid.outcomes.values() for role in seen}
    roles = [role for role in Role if role in seen_roles and role is not Role.LOGIN]
    known = [
        [answer.body, answer.status, *_cells(seen, roles)]
        for answer, seen in grid.outcomes.items()
        if answer.is_known and Role.LOGIN not in seen
    ]
    rows = [*_grouped(grid, roles), *known]
    head = ["answer", "status", *roles]
    lines = [head, ["---"] * len(head), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    login = _login(grid) if Role.LOGIN in seen_roles else ""
    return f"{HEADING}{TITLES[name]}\n\n{table}\n{login}"


def _login(grid: Grid) -> str:
    """Return what answers to a login do, in a sentence."""
    at_login = {one: seen[Role.LOGIN] for one, seen in grid.outcomes.items() if Role.LOGIN in seen}
    known = {f"{one.body} ({one.status})": seen for one, seen in at_login.items() if one.is_known}
    others = set().union(*(seen for one, seen in at_login.items() if not one.is_known))
    told = {**known, "anything else": others}
    cells = [f"{what}: {' or '.join(sorted(seen))}" for what, seen in told.items()]
    return f"\nTo a login: {'; '.join(cells)}.\n"


def _grouped(grid: Grid, roles: Iterable[Role]) -> Iterator[list[str]]:
    """Give rows of statuses that do the same with the same kind of body."""
    seen: dict[tuple[str, str], dict[Role, set[Outcome]]] = {}
    for answer, outcomes in grid.outcomes.items():
        if not answer.is_known:
            cell = seen.setdefault((_kind(answer), answer.status), {})
            for role, found in outcomes.items():
                cell[role] = cell.get(role, set()) | found
    groups: dict[tuple[str, ...], list[str]] = {}
    for (kind, status), cell in seen.items():
        groups.setdefault((kind, *_cells(cell, roles)), []).append(status)
    for (kind, *cells), statuses in sorted(groups.items(), key=lambda row: _order(row[0][0])):
        yield [kind, ", ".join(filter(None, statuses)), *cells]


def _cells(outcomes: Mapping[Role, set[Outcome]], roles: Iterable[Role]) -> list[str]:
    return [" or ".join(sorted(outcomes.get(role, ()))) for role in roles]


def _kind(answer: Answer) -> str:
    if answer.is_own:
        return OWN
    if not answer.status:
        return answer.body
    return PAGE if answer.body is Body.PAGE else OTHER


def _order(kind: str) -> int:
    kinds = [OWN, PAGE, OTHER]
    return kinds.index(kind) if kind in kinds else len(kinds)


async def _written() -> str:
    grids = {name: await grid_of(name) for name in TITLES}
    return document(DOCUMENT.read_text(encoding="utf-8"), grids)


if __name__ == "__main__":
    DOCUMENT.write_text(asyncio.run(_written()), encoding="utf-8")
