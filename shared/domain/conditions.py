"""The conditions of a rule: closed matchers over what is known when a customer comes. Pure.

All conditions of a rule must hold; each holds if one of its values does. Texts are compared without
regard to case and spacing. A value may end in ``*``; ``*`` alone is whatever is not empty.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple, Self

from shared.domain.stage import Stage

ANY = "*"
WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Return a text as it is compared."""
    return " ".join(text.split()).casefold()


def plain_words(text: str) -> str:
    """Return the words of a text, with a blank around each, as they are compared."""
    return "".join(f" {word}" for word in WORD.findall(text.casefold())) + " "


class Pattern(NamedTuple):
    """A text, or how it begins."""

    text: str
    begins: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a literal or one with ``*`` at its end; raise ``ValueError``."""
        bare = plain(text)
        start = bare.removesuffix(ANY)
        if not bare or ANY in start:
            raise ValueError(f"{text!r} should be a text, which may have * as its last character")
        return cls(start, begins=start != bare)

    def matches(self, value: str) -> bool:
        """Tell whether a value as it is compared fits."""
        return bool(value) and (value.startswith(self.text) if self.begins else value == self.text)

    def __str__(self) -> str:
        """Return the pattern as ``parse`` reads it."""
        return self.text + ANY * self.begins


class WordPattern(NamedTuple):
    """A word or several in a row, whole; the last may be how a word begins."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read words, with ``*`` at the end or without; raise ``ValueError``."""
        pattern = Pattern.parse(text)
        words = plain_words(pattern.text)
        if not words.strip():
            raise ValueError(f"{text!r} should have a word in it")
        return cls(words.rstrip() if pattern.begins else words)

    def matches(self, words: str) -> bool:
        """Tell whether the words of a text hold these."""
        return self.text in words

    def __str__(self) -> str:
        """Return the pattern as ``parse`` reads it."""
        return self.text.strip() + ANY * (not self.text.endswith(" "))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingFacts:
    """What the rules look at. ``country`` is an ISO code, ``stage`` the lead's; "" is unknown."""

    source: str = ""
    action: str = ""
    stage: Stage = Stage.NONE
    publisher: str = ""
    offer: str = ""
    country: str = ""
    company: str = ""
    mail_domain: str = ""
    description: str = ""
    qualified: bool = True
    test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What must hold; () and None are no condition. ``words`` are looked for in the description.

    ``country`` has ISO codes, groups resolved; ``as_written`` says what the file calls them.
    """

    source: tuple[Pattern, ...] = ()
    action: tuple[Pattern, ...] = ()
    stage: tuple[Stage, ...] = ()
    publisher: tuple[Pattern, ...] = ()
    offer: tuple[Pattern, ...] = ()
    country: tuple[str, ...] = ()
    company: tuple[Pattern, ...] = ()
    mail_domain: tuple[Pattern, ...] = ()
    words: tuple[WordPattern, ...] = ()
    qualified: bool | None = None
    test: bool | None = None
    countries_as_written: tuple[str, ...] = ()

    def mismatches(self, facts: RoutingFacts) -> Iterator["Mismatch"]:
        """Yield each condition that does not hold."""
        for name in self.stated():
            if not _holds(name, getattr(self, name), facts):
                yield Mismatch(name, _given(name, facts), self.written(name))

    def stated(self) -> Iterator[str]:
        """Yield the names of the conditions that there are."""
        for name in CONDITIONS:
            if getattr(self, name) not in ((), None):
                yield name

    def written(self, name: str) -> tuple[str, ...]:
        """Return the values of a condition that there is, for people."""
        wanted = getattr(self, name)
        if name == "country":
            wanted = self.countries_as_written or wanted
        return tuple(map(_word, wanted if isinstance(wanted, tuple) else (wanted,)))


CONDITIONS = tuple(f.name for f in fields(Conditions) if f.name != "countries_as_written")


class Mismatch(NamedTuple):
    """Why a rule does not match: one condition, what is there, and what it wants."""

    condition: str
    given: str
    wanted: tuple[str, ...]

    def __str__(self) -> str:
        """Return the reason as a sentence: country is DE; this rule wants FR or NL."""
        name = self.condition.replace("_", " ")
        if self.condition == "words":
            return f"the description has none of: {', '.join(self.wanted)}"
        given = f"is {self.given}" if self.given else "is not known"
        return f"{name} {given}; this rule wants {' or '.join(self.wanted)}"


def _holds(name: str, wanted: object, facts: RoutingFacts) -> bool:
    match name:
        case "words":
            text = plain_words(facts.description)
        case "stage" | "country":
            return isinstance(wanted, tuple) and getattr(facts, name) in wanted
        case "qualified" | "test":
            return bool(wanted == getattr(facts, name))
        case _:
            text = plain(getattr(facts, name))
    return isinstance(wanted, tuple) and any(pattern.matches(text) for pattern in wanted)


def _given(name: str, facts: RoutingFacts) -> str:
    return "" if name == "words" else _word(getattr(facts, name))


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
