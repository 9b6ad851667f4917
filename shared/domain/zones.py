"""Time zones by name, from the pinned package ``tzdata``.

``ZoneInfo("Europe/Berlin")`` asks the machine's own database first, which may be older than the
law: a stale zone flags a lead an hour early. Reading the package's files needs no setting, and no
order in which modules are imported.
"""

from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from shared.domain.errors import SettingsError


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name in the IANA database; raise ``SettingsError``."""
    if name not in zone_names():
        raise SettingsError([f"time zone: {name!r} is not known; should be like Europe/Berlin"])
    return _read(name)


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all time zones."""
    return frozenset((files("tzdata") / "zones").read_text("utf-8").split())


@cache
def _read(name: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as stored:
        return ZoneInfo.from_file(stored, key=name)
