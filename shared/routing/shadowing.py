"""Find rules that no customer can reach, since the rules before them match everybody whom they do.

Of each condition only some values can make a difference: those that a rule names, one that begins
as a rule says, one that no rule knows, and none at all. A rule matches a box, some of these values
for each condition; it is never reached if the boxes before it leave nothing of its own. A text of
several words is not looked at: the words that one condition asks for are enough to match it, and
more of them only let more of the rules before match.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.domain.conditions import CONDITIONS, Conditions, Pattern, RoutingFacts
from shared.domain.rules import Rule
from shared.domain.stage import Stage

OTHER = "\0"
"""Goes on where a pattern ends, and is a value that no rule names."""

OTHER_LETTER = "ʘ"
"""Likewise within a word."""

MOST_BOXES = 50_000
"""In all: enough for hundreds of rules. What takes more is taken as reached."""

type Box = tuple[int, ...]
"""A set of values for each condition, as bits."""


def never_reached(
    rules: Sequence[Rule], most_boxes: int = MOST_BOXES
) -> Iterator[tuple[int, Sequence[Rule]]]:
    """Yield the places of rules that are never reached, with the rules that match before them."""
    facts = {name: _facts(name, rules) for name in CONDITIONS}
    boxes = [_box(rule.when, facts) for rule in rules]
    steps = iter(range(most_boxes))
    for place, box in enumerate(boxes):
        before = [other for other in range(place) if _meet(box, boxes[other])]
        if before and not _is_reached(box, [boxes[other] for other in before], steps):
            alone = [other for other in before if not _is_reached(box, [boxes[other]], steps)]
            yield place, [rules[other] for other in alone[:1] or before]


def _facts(name: str, rules: Iterable[Rule]) -> Sequence[RoutingFacts]:
    """Return facts for each value of a condition that can make a difference."""
    fact = "description" if name == "words" else name
    return [RoutingFacts(**{fact: value}) for value in _values(name, rules)]


def _values(name: str, rules: Iterable[Rule]) -> Sequence[Any]:
    match name:
        case "stage":
            return tuple(Stage)
        case "qualified" | "test":
            return (True, False)
        case "words":
            found = {str(pattern) for rule in rules for pattern in rule.when.words}
            return ("", *(word.replace("*", OTHER_LETTER) for word in sorted(found)))
        case _:
            wanted = (each for rule in rules for each in getattr(rule.when, name))
            return ("", OTHER, *sorted({_text(each) for each in wanted}))


def _text(wanted: Pattern | str) -> str:
    if isinstance(wanted, Pattern):
        return wanted.text + OTHER * wanted.begins
    return wanted


def _box(when: Conditions, facts: Mapping[str, Sequence[RoutingFacts]]) -> Box:
    return tuple(_bits(when, name, facts[name]) for name in CONDITIONS)


def _bits(when: Conditions, name: str, facts: Sequence[RoutingFacts]) -> int:
    alone = Conditions(**{name: getattr(when, name)})
    return sum(1 << number for number, fact in enumerate(facts) if not any(alone.mismatches(fact)))


def _meet(one: Box, other: Box) -> bool:
    return all(mine & its for mine, its in zip(one, other, strict=True))


def _is_reached(box: Box, before: Sequence[Box], steps: Iterator[int]) -> bool:
    """Tell whether anything of a box is in none of those before it."""
    left = [(box, 0)]
    for _ in steps:
        if not left:
            return False
        rest, place = left.pop()
        while place < len(before) and not _meet(rest, before[place]):
            place += 1
        if place == len(before):
            return True
        left += [(part, place + 1) for part in _without(rest, before[place])]
    return True


def _without(box: Box, taken: Box) -> Iterator[Box]:
    """Yield the parts of a box, apart from each other, that are outside another."""
    for place, (mine, its) in enumerate(zip(box, taken, strict=True)):
        if mine & ~its:
            yield (*box[:place], mine & ~its, *box[place + 1 :])
        box = (*box[:place], mine & its, *box[place + 1 :])
