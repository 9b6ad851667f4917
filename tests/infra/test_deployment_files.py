"""The files around main.bicep: parameters, azure.yaml, the commands of the README."""

import re

from tests.infra.app import ROOT, fields
from tests.infra.bicep import read
from tests.infra.deployed import SOURCES, deployed

PARAMS = read((ROOT / "infra/main.bicep").read_text("utf-8")).params
FILE = SOURCES.parameters.read_text("utf-8")
README = (ROOT / "infra/README.md").read_text("utf-8")


def test_every_parameter_but_the_region_can_be_set_by_a_variable() -> None:
    given = re.findall(r"(?m)^param (\w+) = (.*)$", FILE)

    assert {name for name, _ in given} == PARAMS.keys() - {"location"}
    assert [
        name
        for name, value in given
        if "readEnvironmentVariable('" not in value
        and name not in {"destinationSettings", "noticeSettings"}
    ] == []


def test_both_files_have_the_same_defaults() -> None:
    defaults = dict(re.findall(r"(?m)^param (\w+) = .*given\(.*, '([^']*)'\)", FILE))

    assert len(defaults) > 12
    assert defaults == {name: PARAMS[name].strip("'") for name in defaults}


def test_an_empty_variable_is_as_if_it_were_not_there() -> None:
    read_bare = re.sub(r"(given|trim)\(readEnvironmentVariable\('\w+', ''\)", "", FILE)

    assert "readEnvironmentVariable" not in read_bare


def test_a_setting_of_a_destination_is_read_under_its_own_name() -> None:
    pairs = re.findall(r"(?m)^  (\w+): .*readEnvironmentVariable\('(\w+)'", FILE)

    assert len(pairs) > 30
    assert [pair for pair in pairs if pair[0] != pair[1]] == []
    assert {name for name, _ in pairs} <= fields().keys()


def test_azd_finds_its_service_by_the_tag_of_the_site() -> None:
    services = (ROOT / "azure.yaml").read_text("utf-8").partition("\nservices:\n")[2]
    [site] = deployed("defaults").all("Microsoft.Web/sites")

    assert re.findall(r"(?m)^  (\w+):$", services) == [site["tags"]["azd-service-name"]]
    assert {"    project: .", "    language: python", "    host: function"} <= set(
        services.splitlines()
    )


def test_the_readme_packs_what_funcignore_lets_through() -> None:
    [packed] = re.findall(r"git archive [^\n]* HEAD ((?:[\w./]+ *)+)", README.replace("\\\n", ""))
    let_through = re.findall(r"(?m)^!/([\w.]+)", (ROOT / ".funcignore").read_text("utf-8"))

    there = {name for name in let_through if (ROOT / name).exists()}
    assert set(packed.split()) == there
    assert {"host.json", "requirements.txt"} <= there


def test_the_readme_names_what_the_template_gives_and_takes() -> None:
    for output in deployed("defaults").outputs:
        assert output in README
    for variable in set(SOURCES.variables) - fields().keys():
        assert f"`{variable}`" in README
    for variable in deployed("defaults").settings.keys() & set(SOURCES.variables):
        assert f"`{variable}`" in README
