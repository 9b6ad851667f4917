"""What a compiler says of the sources, and the snapshots that it makes of them."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from tools.bicep.compiler import Compiler
from tools.bicep.sources import MADE_FROM, VALUES, Sources, Variables

PLACE = (
    *("--subscription-id", "00000000-0000-0000-0000-000000000000"),
    *("--tenant-id", "00000000-0000-0000-0000-000000000000"),
    *("--resource-group", "leads", "--location", "westeurope"),
)
"""Where the installations are said to be: names are computed from it."""

AROUND_A_REFUSAL = re.compile(
    r"Template snapshotting could not be completed for the following reason: '|'\.$"
    r"|\n?Failed to generate snapshot for file .*"
)


@dataclass(frozen=True)
class Outcome:
    """What a deployment would do: the snapshot, or why it is refused."""

    snapshot: str = ""
    refusal: str = ""


def check(sources: Sources, compiler: Compiler) -> list[str]:
    """Return what is wrong with the sources, or else what the snapshots should be."""
    if faults := list(style_faults(sources, compiler)):
        return faults
    made = make(sources, compiler)
    return made.faults or list(out_of_date(sources, made))


def renew(sources: Sources, compiler: Compiler) -> list[str]:
    """Format the sources and write the snapshots; return what is in the way of that."""
    for path in sources.formatted:
        path.write_text(formatted(compiler, path), "utf-8")
    if faults := list(style_faults(sources, compiler)):
        return faults
    made = make(sources, compiler)
    if not made.faults:
        write(sources, made)
    return made.faults


def style_faults(sources: Sources, compiler: Compiler) -> Iterator[str]:
    """Yield what the compiler says when it lints, builds and formats."""
    for path in sources.templates:
        yield from _told(compiler, path, "lint")
        yield from _told(compiler, path, "build", "--stdout")
    yield from _told(compiler, sources.parameters, "build-params", "--stdout")
    for path in sources.formatted:
        if formatted(compiler, path) != path.read_text("utf-8"):
            yield f"{path.name}: is not formatted"


def _told(compiler: Compiler, path: Path, *command: str) -> list[str]:
    answer = compiler.run(path.parent, *command, path.name)
    said = answer.told.splitlines()
    return said if said or answer.ok else [f"{path.name}: bicep {command[0]} failed"]


def formatted(compiler: Compiler, path: Path) -> str:
    """Return a file as the compiler would format it; as it is, if it can't be read."""
    answer = compiler.run(path.parent, "format", path.name, "--stdout")
    return answer.output if answer.ok and answer.output else path.read_text("utf-8")


@dataclass(frozen=True)
class Made:
    """The files of the folder of snapshots, by their names, and what must not be in them."""

    files: Mapping[str, str]
    faults: list[str]


def make(sources: Sources, compiler: Compiler) -> Made:
    """Make the snapshot of every installation, and try every value."""
    installations = sources.installations
    tried = [(kind, each) for kind, some in sources.values.items() for each in some]
    with ThreadPoolExecutor(os.process_cpu_count()) as pool:
        variables = [*installations.values(), *(each for _, each in tried)]
        outcomes = list(pool.map(lambda each: deploy(sources, compiler, each), variables))
    deployed = dict(zip(installations, outcomes, strict=False))
    told = list(zip(tried, outcomes[len(deployed) :], strict=True))
    rows = [{"variables": v, "refusal": outcome.refusal.splitlines()} for (_, v), outcome in told]
    return Made(
        files={f"{name}.json": outcome.snapshot for name, outcome in deployed.items()}
        | {VALUES: as_json(rows), MADE_FROM: as_json(sources.fingerprints())},
        faults=[f"{name}.json: {each.refusal}" for name, each in deployed.items() if each.refusal]
        + [
            f"{VALUES}: {variables} should be {_wanted(kind, outcome)}"
            for (kind, variables), outcome in told
            if bool(outcome.refusal) != kind.startswith("refused")
        ],
    )


def _wanted(kind: str, outcome: Outcome) -> str:
    return f"{kind}, but: {outcome.refusal}" if outcome.refusal else "refused, but is taken"


def deploy(sources: Sources, compiler: Compiler, variables: Variables) -> Outcome:
    """Compute what these variables would deploy, in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in sources.compiled:
            shutil.copy(path, folder)
        command = ("snapshot", sources.parameters.name, "--mode", "overwrite", *PLACE)
        answer = compiler.run(folder, *command, variables=variables)
        snapshot = folder / f"{sources.parameters.stem}.snapshot.json"
        if answer.ok and snapshot.exists():
            made = json.loads(snapshot.read_text("utf-8"))
            outputs = dict(sorted(made["outputs"].items()))  # the compiler's order is a chance one
            return Outcome(snapshot=as_json(made | {"outputs": outputs}))
        told = AROUND_A_REFUSAL.sub("", answer.told.replace(f"{folder}/", ""))
        return Outcome(refusal=told or "bicep snapshot failed")


def out_of_date(sources: Sources, made: Made) -> Iterator[str]:
    """Yield the lines that differ between the files that are there and those that were made."""
    there = {path.name: path.read_text("utf-8") for path in sources.snapshots.glob("*.json")}
    for name in sorted(made.files.keys() | there.keys()):
        was, is_now = (files.get(name, "").splitlines() for files in (there, made.files))
        yield from unified_diff(was, is_now, f"{name}, as committed", f"{name}, now", lineterm="")


def write(sources: Sources, made: Made) -> None:
    """Replace the files of the folder of snapshots."""
    for path in sources.snapshots.glob("*.json"):
        path.unlink()
    for name, text in made.files.items():
        (sources.snapshots / name).write_text(text, "utf-8")


def as_json(value: object) -> str:
    """Return JSON as it is committed."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
