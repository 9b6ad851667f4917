"""Countries: the ISO 3166 code behind a code or an English name, however it is spelt. Pure.

Names come from pycountry. What is added here is in use at Microsoft and in forms.
"""

import re
import unicodedata
from functools import cache

from shared.domain.identity.folding import folded, visible
from shared.domain.identity.placeholders import has_value

NAMIBIA = "na"
"""A code that is a placeholder everywhere else."""

ALIASES = {
    "aland": "AX",
    "america": "US",
    "antigua": "AG",
    "bosnia": "BA",
    "britain": "GB",
    "brunei": "BN",
    "burma": "MM",
    "cape verde": "CV",
    "congo (drc)": "CD",
    "congo (kinshasa)": "CD",
    "congo (brazzaville)": "CG",
    "democratic republic of korea": "KP",
    "dprk": "KP",
    "dr congo": "CD",
    "drc": "CD",
    "dutch antilles": "CW",
    "east timor": "TL",
    "el": "GR",
    "emirates": "AE",
    "england": "GB",
    "former yugoslav republic of macedonia": "MK",
    "fyrom": "MK",
    "great britain": "GB",
    "great britain and northern ireland": "GB",
    "heard and mcdonald islands": "HM",
    "holland": "NL",
    "hong kong sar": "HK",
    "hong kong sar china": "HK",
    "hongkong": "HK",
    "ivory coast": "CI",
    "jan mayen": "SJ",
    "korea": "KR",
    "kosova": "XK",
    "kosovo": "XK",
    "lao pdr": "LA",
    "macao sar": "MO",
    "macao sar china": "MO",
    "macau": "MO",
    "macau sar": "MO",
    "macau sar china": "MO",
    "macedonia": "MK",
    "mainland china": "CN",
    "n korea": "KP",
    "nevis": "KN",
    "northern ireland": "GB",
    "palestinian authority": "PS",
    "palestinian territories": "PS",
    "palestinian territory": "PS",
    "pitcairn islands": "PN",
    "pr china": "CN",
    "prc": "CN",
    "republic of kosovo": "XK",
    "republic of macedonia": "MK",
    "republic of turkey": "TR",
    "reunion island": "RE",
    "roc": "TW",
    "rok": "KR",
    "russia": "RU",
    "s korea": "KR",
    "saint maarten": "SX",
    "saint vincent": "VC",
    "scotland": "GB",
    "svalbard": "SJ",
    "swaziland": "SZ",
    "tanzania united republic": "TZ",
    "timor": "TL",
    "trinidad": "TT",
    "turkey": "TR",
    "turks and caicos": "TC",
    "uae": "AE",
    "uk": "GB",
    "us minor outlying islands": "UM",
    "us outlying islands": "UM",
    "vatican": "VA",
    "vatican city": "VA",
    "wales": "GB",
    "xk": "XK",
    "xkx": "XK",
}

READABLE = {
    "CD": "Democratic Republic of the Congo",
    "FM": "Micronesia",
    "PS": "Palestine",
    "RU": "Russia",
    "VA": "Vatican City",
    "VG": "British Virgin Islands",
    "VI": "U.S. Virgin Islands",
    "XK": "Kosovo",
}
"""Names for people, where ISO 3166 has one for sorting, or none."""

FILLERS = frozenset({"and", "of", "the"})
ABBREVIATED = {
    "dem": "democratic",
    "fed": "federated",
    "is": "islands",
    "isl": "islands",
    "rep": "republic",
    "st": "saint",
    "sts": "saint",
}
"""Words within a longer name: alone, ``IS`` and ``ST`` are codes."""

LEFT_OUT = re.compile(r"[.'’]")
PARENTHESES = re.compile(r"\s*\([^)]*\)")
SEPARATORS = re.compile(r"[()\[\],;/|]|\s[-–]\s")


def country_code(text: str) -> str:
    """Return the ISO 3166 alpha-2 code of a code or name, ``XK`` for Kosovo; "" if it is none."""
    plain = visible(text).strip().lower()
    if plain != NAMIBIA and not has_value(text):
        return ""
    return _listed().get(plain) or _meant(text)


def country_name(code: str) -> str:
    """Return the English name of a country by its alpha-2 code; "" for what is no code."""
    import pycountry  # noqa: PLC0415 - reads its tables when imported; many leads need none

    if code in READABLE or not code:
        return READABLE.get(code, "")
    country = pycountry.countries.get(alpha_2=code)
    if country is None:
        return ""
    return PARENTHESES.sub("", getattr(country, "common_name", country.name))


@cache
def _listed() -> dict[str, str]:
    """Return the codes by all codes and names of ISO 3166, in lower case."""
    import pycountry  # noqa: PLC0415 - as above

    return {
        called.lower(): country.alpha_2
        for country in pycountry.countries
        for called in dict(country).values()
    }


def _meant(text: str) -> str:
    """Return the code of a name that is spelt in another way; "" if there is none."""
    known = _codes()
    code = known.get(_plain(text)) or known.get(_plain(_turned(text)))
    if code:
        return code
    parts = [part for part in SEPARATORS.split(text) if part.strip()]
    codes = {known.get(_plain(part), "") for part in parts} if len(parts) > 1 else set()
    return codes.pop() if len(codes) == 1 else ""


@cache
def _codes() -> dict[str, str]:
    """Return the codes by all that countries are called, plainly; whole names win over parts."""
    names: dict[str, str] = {}
    parts: dict[str, set[str]] = {}
    for name, code in _listed().items():
        called = (name, _turned(name), PARENTHESES.sub("", name))
        names |= {plain: code for whole in called if (plain := _plain(whole))}
        for part in SEPARATORS.split(name):
            parts.setdefault(_plain(part), set()).add(code)
    certain = {part: codes.pop() for part, codes in parts.items() if part and len(codes) == 1}
    return certain | names | {_plain(alias): code for alias, code in ALIASES.items()}


def _plain(text: str) -> str:
    """Return the words of a name, without accents, punctuation, fillers and abbreviations."""
    bare = unicodedata.normalize("NFKD", LEFT_OUT.sub("", folded(text)))
    words = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c)).split()
    if len(words) < 2:  # noqa: PLR2004 - a word alone may be a code: IS, ST, AND
        return "".join(words)
    meant = [ABBREVIATED.get(word, word) for word in words if word not in FILLERS]
    return ("" if all(len(word) == 1 for word in meant) else " ").join(meant)


def _turned(text: str) -> str:
    """Return ``Republic of Korea`` for ``Korea, Republic of``."""
    name, _, rest = text.partition(",")
    return f"{rest.strip()} {name.strip()}".strip()
