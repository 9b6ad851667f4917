"""Links within the repository lead somewhere; no file tells of the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.docs.documents import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]+)\)")
CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z]+:")

HOSTS = ("pypi", "pythonhosted", "npmjs", "yarnpkg", "artifactory", "jfrog", "nexus", "devpi")
REGISTRY = re.compile(rf"https?://[^\s/\"']*(?:{'|'.join(HOSTS)})")
MACHINE_PATH = re.compile(r"(?<![\w.$}{~:/-])/(?:home|Users|root|tmp|work|mnt|var/folders)/\w")
ON_PURPOSE = re.compile(
    r"/home/(?:site|developer)/|/tmp/(?:[\w-]+\.)?\w+"  # Azure's and the container's; scratch files
)


@cache
def files() -> tuple[str, ...]:
    """Return what is, or is about to be, in the repository."""
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def documents() -> list[str]:
    return [name for name in files() if name.endswith(".md")]


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings; later ones of a name are numbered."""
    found: dict[str, int] = {}
    names = set()
    for title in HEADING.findall(CODE_BLOCK.sub("", path.read_text("utf-8"))):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = found[name] = found.get(name, -1) + 1
        names.add(f"{name}-{number}" if number else name)
    return names


def broken(name: str, text: str) -> list[str]:
    """Return the links of a document that lead nowhere."""
    source = ROOT / name
    return [
        link
        for link in LINK.findall(CODE_BLOCK.sub("", text))
        if not ELSEWHERE.match(link) and not _leads_somewhere(source, link)
    ]


def _leads_somewhere(source: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (source.parent / path).resolve() if path else source
    inside = target.is_relative_to(ROOT) and target.exists()
    return inside and (not anchor or anchor in anchors(target))


def told(text: str) -> list[str]:
    """Return what a text tells of the machine that it was written on."""
    paths = MACHINE_PATH.findall(ON_PURPOSE.sub("", text))
    return [*REGISTRY.findall(text), *paths]


@pytest.mark.parametrize("name", documents())
def test_links_of_a_document_lead_somewhere(name: str) -> None:
    assert broken(name, (ROOT / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("docs/data.md", True),
        ("docs/data.md#table-leads", True),
        ("https://example.com/anything", True),
        ("docs/nothing.md", False),
        ("docs/data.md#nothing", False),
        ("#nothing", False),
        ("../elsewhere.md", False),
    ],
)
def test_a_link_that_leads_nowhere_is_found(link: str, leads: bool) -> None:  # noqa: FBT001 - a case
    assert broken("README.md", f"See [this]({link}).") == ([] if leads else [link])


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = {
        name: said
        for name in files()
        if (said := told((ROOT / name).read_bytes().decode(errors="replace")))
    }

    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "see " + "https:" + "//registry." + "npmjs.org/azurite",
        "https:" + "//pypi.example.com/simple",
        "python " + "/home" + "/ada/relay/function_app.py",
        "cd '" + "/Users" + "/ada/relay'",
    ],
)
def test_what_tells_of_a_machine_is_found(text: str) -> None:
    assert told(text)
