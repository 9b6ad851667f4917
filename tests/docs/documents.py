"""Markdown as far as the tests of the documents must understand it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

HEADING = re.compile(r"^(#+) +(.*?) *$")
FENCE = re.compile(r"^```(\w*)$")
CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Section:
    """What stands below one heading, up to the next of any level."""

    title: str
    text: str

    def rows(self) -> list[list[str]]:
        """Return the rows of the section's tables, heads left out, a list of cells each."""
        lines = [line for line in self.text.splitlines() if line.startswith("|")]
        cells = [_cells(line) for line in lines]
        rules = [n for n, row in enumerate(cells) if all(set(cell) <= set("-: ") for cell in row)]
        heads = {n - 1 for n in rules}
        return [row for n, row in enumerate(cells) if n not in heads | set(rules)]

    def named(self) -> dict[str, list[str]]:
        """Return the rows by each name in code that their first cell holds."""
        return {name: row for row in self.rows() for name in CODE.findall(row[0])}

    def blocks(self, language: str) -> list[str]:
        """Return the code blocks of one language."""
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def read(path: str) -> str:
    """Return a document of the repository."""
    return (ROOT / path).read_text("utf-8")


def sections(path: str) -> dict[str, Section]:
    """Return the sections of a document by their titles; code blocks hold no headings."""
    found: dict[str, list[str]] = {"": []}
    title, in_code = "", False
    for line in read(path).splitlines():
        if FENCE.match(line):
            in_code = not in_code
        heading = None if in_code else HEADING.match(line)
        if heading:
            title = heading[2]
            assert title not in found, f"{path}: two sections are called {title!r}"
            found[title] = []
        else:
            found[title].append(line)
    return {name: Section(name, "\n".join(lines) + "\n") for name, lines in found.items()}
