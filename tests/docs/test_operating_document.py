"""docs/operating.md names every command, option and JSON field that there is, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, get_args, get_origin

import pytest
import typer

from cli import check_views, sweep_views
from cli.app import app
from shared.domain.troubles import Cause
from shared.operations import (
    awaiting,
    delivery_views,
    explaining,
    explaining_clock,
    figure_views,
    identity_review,
    lead_details,
    lead_views,
    merge_view,
    ownership_views,
    quarantine_views,
    rules,
    status,
    team_views,
)
from shared.operations.listing import LeadState
from shared.operations.views import View
from shared.ports.index import Doing
from tests.docs.documents import CODE, Section, read, sections

DOCUMENT = "docs/operating.md"
DOCUMENTS = ("docs/data.md", DOCUMENT, "docs/runbook.md", "infra/README.md")
HELP = {"--help"}

OBJECTS = {
    lead_views.LeadView: "lead",
    lead_views.InterestView: "interest",
    lead_views.DestinationView: "destination",
    lead_details.LeadDetails: "lead details",
    lead_details.DeliveryView: "delivery",
    lead_details.SubmissionView: "submission",
    ownership_views.EventView: "event",
    ownership_views.ActView: "act",
    ownership_views.NoticeView: "unsent notice",
    identity_review.IdentityChange: "identity change",
    quarantine_views.QuarantineView: "quarantine entry",
    quarantine_views.QuarantineDetails: "quarantine entry with body",
    sweep_views.StepView: "step",
    sweep_views.SweepView: "sweep",
    status.StatusView: "status",
    awaiting.AwaitingView: "answers and notices",
    status.QueueView: "queue",
    status.LeadCounts: "counts",
    status.LastSweepView: "last sweep",
    status.TroubleView: "trouble",
    status.RetiredView: "retired destination",
    rules.RulesView: "rules",
    rules.AppliedView: "applied rules",
    rules.NotInForceView: "deployed file",
    explaining.ExplanationView: "explanation",
    explaining.WhyNotView: "rule before",
    explaining_clock.NextView: "next step",
    figure_views.FiguresView: "figures",
    figure_views.ReadView: "what was read",
    figure_views.FigureView: "figure",
    figure_views.SpanView: "span",
    figure_views.DeliveredView: "delivered",
    merge_view.MergeView: "merge",
    delivery_views.QueuedView: "queued leads",
    delivery_views.BackFillView: "back-fill",
    check_views.CheckView: "check",
    check_views.FaultView: "fault",
    team_views.MemberView: "member",
    team_views.AbsenceView: "absence",
    team_views.GivenView: "given lead",
}
MODULES = (
    check_views,
    delivery_views,
    explaining,
    figure_views,
    identity_review,
    lead_details,
    lead_views,
    merge_view,
    quarantine_views,
    rules,
    status,
    sweep_views,
    team_views,
)
BLOCK = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
WORDS = {
    str: "text",
    Doing: "text",
    Cause: "text",
    int: "number",
    float: "number",
    bool: "yes/no",
    datetime: "time",
    date: "day",
    NoneType: "null",
}


@pytest.fixture(scope="module")
def document() -> dict[str, Section]:
    return sections(DOCUMENT)


def commands(group: Any, path: str) -> Iterator[tuple[str, set[str]]]:  # noqa: ANN401 - typer's own
    """Yield every command that does something, and its options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", options(command)


def options(command: Any) -> set[str]:  # noqa: ANN401 - as above
    named = {name for given in command.params for name in given.opts if name.startswith("--")}
    return named - HELP


LEADS: Any = typer.main.get_command(app)
COMMANDS = dict(commands(LEADS, "leads"))


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_has_a_section_that_lists_its_options(
    document: dict[str, Section], path: str
) -> None:
    assert set(document[path].named()) == COMMANDS[path]


@pytest.mark.parametrize("path", COMMANDS)
def test_it_is_said_what_a_command_costs(document: dict[str, Section], path: str) -> None:
    costs = document["What commands cost"].text.partition("These are the requests")[0]
    last = path.rsplit(maxsplit=1)[-1]

    assert re.search(rf"`{path}\b|`{last}[` ]", costs)


def test_no_section_is_about_a_command_that_does_not_exist(document: dict[str, Section]) -> None:
    assert {title for title in document if title.startswith("leads ")} == set(COMMANDS)


def test_options_of_the_command_itself_are_named(document: dict[str, Section]) -> None:
    named = " ".join(CODE.findall(document["The command itself"].text)).split()

    assert options(LEADS) <= set(named)


def test_all_states_that_can_be_listed_are_named(document: dict[str, Section]) -> None:
    row = document["leads list"].named()["--state"]

    assert CODE.findall(row[1]) == [state.value.replace("_", "-") for state in LeadState]


def test_every_object_has_a_section() -> None:
    names = [name for module in MODULES for name in vars(module).values()]
    found = {view for view in names if isinstance(view, type) and issubclass(view, View)}

    assert found - {View} == set(OBJECTS)


@pytest.mark.parametrize("view", OBJECTS, ids=OBJECTS.get)
def test_an_object_has_the_fields_that_its_section_names(
    document: dict[str, Section], view: type[View]
) -> None:
    documented = {name: row[1] for name, row in document[f"Object {OBJECTS[view]}"].named().items()}
    [base] = view.__bases__
    inherited = set(base.model_fields) if issubclass(base, View) else set()

    assert documented == {
        name: word(field.annotation)
        for name, field in view.model_fields.items()
        if name not in inherited
    }


@pytest.mark.parametrize(
    "view",
    [lead_details.LeadDetails, lead_details.DeliveryView, quarantine_views.QuarantineDetails],
)
def test_an_object_that_extends_another_says_so(
    document: dict[str, Section], view: type[View]
) -> None:
    title = f"Object {OBJECTS[view.__base__]}"  # type: ignore[index]  # all of these extend one

    assert f"](#{title.lower().replace(' ', '-')})" in document[f"Object {OBJECTS[view]}"].text


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", *DOCUMENTS])
def test_commands_that_a_document_names_exist(name: str) -> None:
    for line in called(read(name)):
        words = re.split(r"[\s|]+", line.replace("\\|", "|"))
        paths = [path for path in COMMANDS if path.split()[:2] == words[:2]]
        exact = [path for path in paths if path.split() == words[: len(path.split())]]
        known = set().union(*(COMMANDS[path] for path in exact or paths))
        assert paths, f"{line!r} is no command"
        assert set(re.findall(r"--[a-z-]+", line)) <= known, f"{line!r} has an unknown option"


def called(text: str) -> list[str]:
    """Return the command lines in code that call ``leads`` with a command."""
    blocks = BLOCK.findall(text)
    lines = [line for block in blocks for line in block.splitlines()]
    inline = CODE.findall(BLOCK.sub("", text))
    commands = [re.split(r" +[|&#<>]", line.strip())[0] for line in [*lines, *inline]]
    bare = [re.sub(r"^(\$ )?(\.venv/bin/)?([A-Z_]+=\S* )*(?=leads )", "", one) for one in commands]
    return [one for one in bare if re.match(r"leads [a-z]", one)]


def word(annotation: Any) -> str:  # noqa: ANN401 - any type
    """Return the document's words for a type."""
    parts = get_args(annotation)
    match get_origin(annotation):
        case _ if isinstance(annotation, TypeAliasType):
            told = word(annotation.__value__)
        case origin if origin is UnionType:
            told = " or ".join(word(part) for part in parts)
        case origin if origin in (list, Sequence):
            told = f"list of {word(parts[0])}"
        case origin if origin is dict:
            told = f"map of {word(parts[1])}"
        case origin if origin is Literal:
            told = word(type(parts[0]))
        case _:
            told = OBJECTS.get(annotation) or WORDS[annotation]
    return told
