"""The command lines that documents, help texts and messages show."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from cli.app import app
from tests.docs.documents import ROOT, read

DOCUMENTS = (
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "infra/README.md"),
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md")),
)
SPEAKING = ("cli", "shared", "act_on_lead", "ingest_lead", "route_lead", "nurture_timer", "local")
"""Packages whose messages name commands."""

BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
OURS = re.compile(r"(?:\.venv/bin/)?leads(?= |$)")
SETTING = re.compile(r"[A-Za-z_]+=\S*")
END = re.compile(r" +(?:[|&#>]|<)(?: |$|\S)")
LEADS: Any = typer.main.get_command(app)
PATHS = [
    (name,) if not hasattr(command, "commands") else (name, inner)
    for name, command in LEADS.commands.items()
    for inner in getattr(command, "commands", {"": None})
]
"""The words of every command that does something."""


@dataclass(frozen=True, order=True)
class Example:
    """A call of ``leads`` as it is printed: settings before it, and its arguments."""

    source: str
    settings: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as it is typed."""
        return shlex.join([*(f"{k}={v}" for k, v in self.settings), "leads", *self.arguments])


def shell_blocks(path: str) -> list[str]:
    """Return what a document shows to be run: blocks of shell, and of transcripts their input."""
    found = []
    for language, text in BLOCK.findall(read(path)):
        lines = [line.strip() for line in text.splitlines()]
        if language == "sh":
            found.append("\n".join(lines))
        else:
            found += [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return found


def shown() -> list[Example]:
    """Return all calls that are shown, each once; a name of a command in a sentence is none."""
    found: dict[tuple[object, ...], Example] = {}
    for source, line, in_sentence in _lines():
        for example in _examples(source, line):
            if not in_sentence or _is_whole(example.arguments):
                found.setdefault((example.settings, example.arguments), example)
    return sorted(found.values())


def _lines() -> Iterator[tuple[str, str, bool]]:
    for path in DOCUMENTS:
        for block in shell_blocks(path):
            yield from ((path, line, False) for line in block.replace("\\\n", " ").splitlines())
        yield from ((path, span, True) for span in INLINE.findall(BLOCK.sub("", read(path))))
    for package in SPEAKING:
        for file in sorted((ROOT / package).rglob("*.py")):
            text = re.sub(r'"\s*f?"', "", file.read_text("utf-8"))
            spans = INLINE.findall(text)
            yield from ((str(file.relative_to(ROOT)), span, True) for span in spans)


def _examples(source: str, line: str) -> Iterator[Example]:
    words = _words(END.split(line.replace("\\|", "|") + " ")[0].strip())
    settings = []
    while words and SETTING.fullmatch(words[0]):
        name, _, value = words.pop(0).partition("=")
        settings.append((name, value))
    if not words or not OURS.fullmatch(words[0]):
        return
    for variant in _variants(words[1:]):
        yield Example(source, tuple(settings), tuple(variant))


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _variants(words: list[str]) -> list[list[str]]:
    """Return what a notation like ``show ID|EMAIL [--json]`` stands for: with and without []."""
    text = shlex.join(words).replace("'", "") if any("[" in w or "|" in w for w in words) else ""
    if not text:
        return [words]
    texts = {re.sub(r" ?\[[^]]*\]", "", text), text.replace("[", "").replace("]", "")}
    return [variant for one in sorted(texts) for variant in _choices(one.split())]


def _choices(words: list[str]) -> list[list[str]]:
    """Return what is meant by ``release ID|--all``: the command with each."""
    _, rest = command_of(words)
    path = words[: len(words) - len(rest)]
    return [[*path, *choice.split()] for choice in " ".join(rest).split("|")]


def _is_whole(arguments: Sequence[str]) -> bool:
    """Tell whether it is more than the name of a command, or of an option that takes a value."""
    command, rest = command_of(arguments)
    takes_value = {
        name
        for param in command.params
        if not getattr(param, "is_flag", False)
        for name in param.opts
        if name.startswith("--")
    }
    return bool(rest) and rest[-1] not in takes_value


def command_of(arguments: Sequence[str]) -> tuple[Any, list[str]]:
    """Return the command that arguments name, and the rest of them."""
    command, rest = LEADS, list(arguments)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    return command, rest


def helps() -> list[tuple[str, str]]:
    """Return every text of help with the name of what it is about."""
    return list(_helps(LEADS, "leads"))


def _helps(command: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - typer's own
    yield path, command.help or ""
    for param in command.params:
        if told := getattr(param, "help", ""):
            yield f"{path} {param.opts[0]}", told
    for name, inner in getattr(command, "commands", {}).items():
        yield from _helps(inner, f"{path} {name}")
