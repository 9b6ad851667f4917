"""``routing.toml`` as rules, or every fault in it at once."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from shared.domain.errors import RulesError
from shared.domain.rules import Rules
from shared.routing.building import build
from shared.routing.faults import Fault, Findings, Locate
from shared.routing.reading import read_parts, read_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that was looked at; ``rules`` is None if it has faults.

    ``readable`` is what is left without the parts at fault, None if it is no TOML.
    """

    rules: Rules | None
    readable: Rules | None
    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...]


def parse_rules(text: str, *, destinations: Collection[str] = (), source: str = "") -> Rules:
    """Return the rules of a file; ``destinations`` are those there are, if they are to be checked.

    Raises ``RulesError`` with every fault, by its key.
    """
    checked = check_rules(text, destinations=destinations, source=source)
    if checked.rules is None:
        raise RulesError([str(fault) for fault in checked.faults])
    return checked.rules


def check_rules(
    text: str,
    *,
    destinations: Collection[str] = (),
    source: str = "",
    locate: Locate | None = None,
) -> Checked:
    """Return what a file says and what is wrong with it, in the order of the file.

    ``locate`` finds values in the text: without it, faults have keys and no lines.
    """
    found = Findings()
    table = read_table(text, found)
    rules = None
    if table is not None:
        parts = read_parts(table, found)
        rules = build(parts, found, destinations=destinations, source=source)
    return Checked(
        rules=None if found.faults else rules,
        readable=rules,
        faults=_placed(found.faults, locate),
        doubts=_placed(found.doubts, locate),
    )


def _placed(faults: list[Fault], locate: Locate | None) -> tuple[Fault, ...]:
    once = dict.fromkeys(faults)
    if locate is None:
        return tuple(once)
    placed = (replace(fault, position=locate(fault.loc)) for fault in once)
    return tuple(sorted(placed, key=lambda fault: fault.position or (0, 0)))
