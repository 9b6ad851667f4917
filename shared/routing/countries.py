"""Countries as people write them in a file: ISO codes, and the file's own groups of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.domain.identity.countries import country_code
from shared.domain.public_holidays import holiday_subdivisions
from shared.routing.faults import Findings, Loc


def read_country(text: str, loc: Loc, found: Findings, *, groups: Iterable[str] = ()) -> str:
    """Return the ISO code of a country; "" and a fault for what is none, a doubt for an alias."""
    code = country_code(text)
    if not code:
        named = f", or a group: {', '.join(sorted(groups))}" if groups else ""
        found.fault(loc, f"{text!r} should be the ISO code of a country, such as DE{named}")
    elif code != text:
        found.doubt(loc, f"{text!r} is read as {code}; better write {code}")
    return code


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of countries of a file, by name; ``named`` are also those that are wrong."""

    codes: Mapping[str, frozenset[str]]
    named: frozenset[str] = field(default=frozenset())

    def resolve(self, texts: Iterable[str], loc: Loc, found: Findings) -> tuple[str, ...]:
        """Return the codes of countries and groups, each once, in order."""
        codes: dict[str, None] = {}
        for number, text in enumerate(texts):
            if text in self.named:
                codes |= dict.fromkeys(sorted(self.codes.get(text, ())))
            elif code := read_country(text, (*loc, number), found, groups=self.named):
                codes[code] = None
        return tuple(codes)


def read_groups(
    given: Mapping[str, Iterable[str]], named: frozenset[str], found: Findings
) -> Groups:
    """Return the groups; a name that is a country's would hide that country."""
    for name in sorted(named):
        if code := country_code(name):
            found.fault(("country_groups", name), f"should be named otherwise: it means {code}")
    alone = Groups({})
    codes = {
        name: frozenset(alone.resolve(texts, ("country_groups", name), found))
        for name, texts in given.items()
    }
    return Groups(codes, named)


def read_region(country: str, subdivision: str, loc: Loc, found: Findings) -> tuple[str, str]:
    """Return the country and the region whose public holidays close a team; "" for none."""
    if not country:
        if subdivision:
            found.fault((*loc, "subdivision"), "should come with a country")
        return "", ""
    code = read_country(country, (*loc, "country"), found)
    parts = holiday_subdivisions().get(code, ())
    listed = ", ".join(parts)
    if subdivision and code and subdivision not in parts:
        should = f"should be one of: {listed}" if parts else "should be left out: there are none"
        found.fault((*loc, "subdivision"), f"{subdivision!r} {should}")
    if parts and not subdivision:
        regional = "only holidays of the whole country count; its regions are"
        found.doubt((*loc, "country"), f"without a subdivision, {regional}: {listed}")
    return code, subdivision
