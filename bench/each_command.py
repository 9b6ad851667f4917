"""``python -m bench.each_command``: how many requests each command of ``leads`` makes.

Each is run once on few leads and once on four times as many, in the order of a working day: what
grows with the leads shows. The requests are those to storage, on Azurite.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bench.filled import filled
from bench.made_up import SECRET, email
from shared.domain.identity import DedupeKey, lead_id
from shared.domain.lead import KeyKind

FEW, MANY = 500, 2_000
PARKED = 3
WHO, OTHER = 100, 200
"""Numbers of leads that are followed up."""

RULES = """
[default]
team = "east"
[teams.east]
name = "Sales East"
members = ["ada", "bob"]
[people.ada]
name = "Ada"
email = "ada@contoso.com"
[people.bob]
name = "Bob"
email = "bob@contoso.com"
"""


def _id(number: int) -> str:
    return lead_id(DedupeKey(KeyKind.EMAIL, (email(number),)), SECRET)


COMMANDS = {
    "status": ("status",),
    "list": ("list",),
    "list --state overdue": ("list", "--state", "overdue"),
    "list --state parked": ("list", "--state", "parked"),
    "list --state test": ("list", "--state", "test"),
    "list --state waiting": ("list", "--state", "waiting"),
    "list --state pending": ("list", "--state", "pending"),
    "list --state unowned": ("list", "--state", "unowned"),
    "list --state followed-up": ("list", "--state", "followed-up"),
    "list --state do-not-contact": ("list", "--state", "do-not-contact"),
    "list --search TEXT": ("list", "--search", "company-7"),
    "list --limit 0": ("list", "--limit", "0"),
    "show ID": ("show", _id(WHO)),
    "show, by 8 digits": ("show", _id(WHO)[:8]),
    "show EMAIL": ("show", email(WHO)),
    "explain EMAIL": ("explain", email(WHO)),
    "follow-up EMAIL": ("follow-up", email(WHO)),
    "undo-follow-up EMAIL": ("undo-follow-up", email(WHO)),
    "merge --dry-run": ("merge", email(WHO), email(OTHER), "--dry-run"),
    "merge": ("merge", email(WHO), email(OTHER), "--yes"),
    "release EMAIL": ("release", email(PARKED)),
    "release --all": ("release", "--all", "--yes"),
    "deliver --pending": ("deliver", "--pending", "--yes"),
    "identity": ("identity",),
    "figures": ("figures",),
    "quarantine list": ("quarantine", "list"),
    "routing check FILE": ("routing", "check", "{rules}"),
    "routing apply FILE": ("routing", "apply", "{rules}", "--yes"),
    "routing show": ("routing", "show"),
    "team away": ("team", "away", "ada", "2030-01-01", "2030-01-02"),
    "team show": ("team", "show"),
    "team back": ("team", "back", "ada"),
    "team reassign": ("team", "reassign", "ada", "--yes"),
    "check": ("check",),
    "sweep --dry-run": ("sweep", "--dry-run"),
    "export --all FILE": ("export", "--all", "{export}"),
}
"""In the order in which they are run; what they are called in the table."""


async def main() -> None:
    """Count, and print a table."""
    with TemporaryDirectory(prefix="bench-") as name:
        counts = [await _counts(leads, Path(name, str(leads))) for leads in (FEW, MANY)]
    shown = Table("command", box=None, pad_edge=False)
    for leads in (FEW, MANY):
        shown.add_column(f"requests at {leads:,} leads", justify="right")
    for called, *requests in zip(COMMANDS, *counts, strict=True):
        shown.add_row(f"leads {called}", *requests)
    Console(highlight=False).print(shown)


async def _counts(leads: int, folder: Path) -> list[str]:
    files = _files(folder)
    async with filled(leads) as storage:
        return [
            storage.requests([word.format(**files) for word in command])
            for command in COMMANDS.values()
        ]


def _files(folder: Path) -> dict[str, str]:
    folder.mkdir()
    rules = folder / "routing.toml"
    rules.write_text(RULES, "utf-8")
    return {"rules": str(rules), "export": str(folder / "backup.jsonl")}


if __name__ == "__main__":
    asyncio.run(main())
