"""The conditions of a rule: closed matchers over what is known when a customer comes. Pure.

All conditions of a rule must hold; each holds if one of its values does. Texts are compared as a
reader takes them, see ``identity.folding``: without regard to case, spacing, typography and what
nobody sees. A value may end in ``*``; ``*`` alone is whatever is not empty.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple, Self

from shared.domain.identity.emails import normalized_email
from shared.domain.identity.folding import folded, folded_company
from shared.domain.stage import Stage

ANY = "*"
WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese: no blank says where a word ends."""
START_OF_DOMAIN = re.compile(r"[a-z0-9.-]*")


def plain_words(text: str) -> str:
    """Return the words of a text, with a blank around each, as they are compared.

    Where a script sets none between words, each character counts as one.
    """
    apart = WITHOUT_BLANKS.sub(r" \g<0> ", folded(text))
    words = "".join(each if _is_of_a_word(each) else " " for each in apart).split()
    return "".join(f" {word}" for word in words) + " "


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


class Pattern(NamedTuple):
    """A text, or how it begins."""

    text: str
    begins: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a literal or one with ``*`` at its end; raise ``ValueError``."""
        bare = folded(text)
        start = bare.removesuffix(ANY)
        if not bare or ANY in start:
            raise ValueError(f"{text!r} should be a text, which may have * as its last character")
        return cls(start, begins=start != bare)

    @classmethod
    def of_company(cls, text: str) -> Self:
        """Read the name of a company, or how one begins; raise ``ValueError``."""
        start, begins = cls.parse(text)
        name = folded_company(start)
        if not name and not begins:
            raise ValueError(f"{text!r} should have a letter or a digit in it")
        # A blank before the * ends a word.
        return cls(f"{name} " if name and start.endswith(" ") else name, begins=begins)

    @classmethod
    def of_domain(cls, text: str) -> Self:
        """Read the domain of mail addresses, or how one begins; raise ``ValueError``."""
        start, begins = cls.parse(text)
        if begins and START_OF_DOMAIN.fullmatch(start):
            return cls(start, begins=True)
        domain = "" if begins or "@" in start else normalized_email(f"someone@{start}")
        if not domain:
            raise ValueError(f"{text!r} should be a mail domain, such as contoso.com")
        return cls(domain.rpartition("@")[2])

    def matches(self, value: str) -> bool:
        """Tell whether a value as it is compared fits."""
        return bool(value) and (value.startswith(self.text) if self.begins else value == self.text)

    def __str__(self) -> str:
        """Return the pattern as ``parse`` reads it."""
        return self.text + ANY * self.begins


class WordPattern(NamedTuple):
    """A word or several in a row, whole; the last may be how a word begins."""

    text: str
    written: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read words, with ``*`` at the end or without; raise ``ValueError``."""
        pattern = Pattern.parse(text)
        words = plain_words(pattern.text)
        if not words.strip():
            raise ValueError(f"{text!r} should have a word in it")
        return cls(words.rstrip() if pattern.begins else words, str(pattern))

    def matches(self, words: str) -> bool:
        """Tell whether the words of a text hold these."""
        return self.text in words

    def __str__(self) -> str:
        """Return the pattern as ``parse`` reads it."""
        return self.written


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


COMPARED: dict[str, Callable[[str], str]] = {"company": folded_company}
"""How values are compared of which more is the same than of texts."""


def _holds(name: str, wanted: object, facts: RoutingFacts) -> bool:
    match name:
        case "words":
            text = plain_words(facts.description)
        case "stage" | "country":
            return isinstance(wanted, tuple) and getattr(facts, name) in wanted
        case "qualified" | "test":
            return bool(wanted == getattr(facts, name))
        case _:
            compared = COMPARED.get(name, folded)
            text = compared(getattr(facts, name))
    return isinstance(wanted, tuple) and any(pattern.matches(text) for pattern in wanted)


def _given(name: str, facts: RoutingFacts) -> str:
    return "" if name == "words" else _word(getattr(facts, name))


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
