"""Check, without a network, that the requirement files are in step with pyproject.toml."""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RUNTIME = "requirements.txt"
DEV = "requirements-dev.txt"
HASH = re.compile(r"\s--hash=sha256:[0-9a-f]{64}(?=\s|$)")

type Pins = Mapping[str, str]


def logical_lines(text: str) -> Iterator[str]:
    """Yield each requirement on one line, without comments and continuations."""
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if requirement := re.sub(r"(^|\s)#.*", "", line).strip():
            yield requirement


def read_pins(name: str, text: str) -> tuple[Pins, list[str]]:
    """Read name → version and name each line that is not one pin with hashes."""
    pins: dict[str, str] = {}
    faults: list[str] = []
    for line in logical_lines(text):
        bare = HASH.sub("", line).strip()
        pin = re.fullmatch(r"([A-Za-z0-9._-]+)==([^\s;*]+)(\s*;.*)?", bare)
        if pin is None:
            faults.append(f"{name}: not a pinned package: {bare}")
            continue
        pins[canonicalize_name(pin[1])] = pin[2]
        if not HASH.search(line):
            faults.append(f"{name}: {pin[1]} has no hash")
    return pins, faults


def unmet(name: str, wanted: Iterable[str], pins: Pins) -> Iterator[str]:
    """Name each wanted package that is not pinned at a version that its range allows."""
    for requirement in map(Requirement, wanted):
        pinned = pins.get(canonicalize_name(requirement.name))
        if pinned is None:
            yield f"{name}: {requirement.name} is missing"
        elif not requirement.specifier.contains(pinned, prereleases=True):
            yield f"{name}: {requirement.name}=={pinned} is outside {requirement.specifier}"


def check(root: Path) -> list[str]:
    """Return every fault in the requirement files below the folder, as sentences."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    runtime, faults = read_pins(RUNTIME, (root / RUNTIME).read_text("utf-8"))
    dev, dev_faults = read_pins(DEV, (root / DEV).read_text("utf-8"))
    faults += dev_faults
    faults += unmet(RUNTIME, project["dependencies"], runtime)
    faults += unmet(DEV, project["optional-dependencies"]["dev"], dev)
    faults += (
        f"{DEV}: {package} is {dev.get(package, 'missing')}, {RUNTIME} has {version}"
        for package, version in runtime.items()
        if dev.get(package) != version
    )
    return faults


def main() -> int:
    """Print the faults and return 1 if there are any."""
    faults = check(Path(__file__).parent.parent)
    print(*(faults or ["Both requirement files match pyproject.toml."]), sep="\n")
    if faults:
        print("`make lock` renews them.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
