"""The files around main.bicep: parameters, azure.yaml, the commands of the README."""

import re

import pytest

from tests.infra.app import ROOT, read_needs
from tests.infra.bicep import BicepSyntaxError, Expression, parse, read
from tests.infra.parameter_file import Variable, read_parameters

TEMPLATE = read((ROOT / "infra/main.bicep").read_text("utf-8"))
FILE = read_parameters((ROOT / "infra/main.bicepparam").read_text("utf-8"))
README = (ROOT / "infra/README.md").read_text("utf-8")


def test_every_parameter_but_the_region_can_be_set_by_a_variable() -> None:
    assert {*FILE.single, "destinationSettings"} == TEMPLATE.params.keys() - {"location"}


def test_both_files_have_the_same_defaults() -> None:
    for name, variable in FILE.single.items():
        default = str(TEMPLATE.params[name].default).replace("False", "false")
        assert variable.default == default, name


def test_a_variable_has_the_name_of_the_setting_that_it_ends_up_in() -> None:
    settings = {
        value.source: name
        for name, value in TEMPLATE.app_settings.items()
        if isinstance(value, Expression) and value.source in TEMPLATE.params
    }
    variables = {name: variable.name for name, variable in FILE.single.items()}

    assert variables == variables | settings
    assert set(settings.values()) <= read_needs().settings


def test_a_setting_of_a_destination_is_read_under_its_own_name_and_empty_unless_set() -> None:
    assert FILE.settings
    assert FILE.settings == {name: Variable(name, "") for name in FILE.settings}


def test_no_variable_is_read_for_two_things() -> None:
    assert len(FILE.variables) == len(set(FILE.variables))


def test_a_parameter_that_no_variable_sets_is_refused() -> None:
    with pytest.raises(BicepSyntaxError, match="crm is not read from the environment"):
        read_parameters("using './main.bicep'\nparam crm = toLower('X')\n")
    with pytest.raises(BicepSyntaxError, match="SALESFORCE_URL is not read from the environment"):
        read_parameters(
            "using './main.bicep'\nparam destinationSettings = { SALESFORCE_URL: 'https://a' }\n"
        )
    with pytest.raises(BicepSyntaxError, match="line 2: "):
        parse("using './main.bicep'\nvar crm =\n")


def test_azd_finds_its_service_by_the_tag_of_the_site() -> None:
    services = (ROOT / "azure.yaml").read_text("utf-8").partition("\nservices:\n")[2]
    tags = TEMPLATE.resources["app"].body["tags"].source

    [name] = re.findall(r"(?m)^  (\w+):$", services)
    assert f"'azd-service-name': '{name}'" in tags
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
    for output in TEMPLATE.outputs:
        assert output in README
    for variable in FILE.single.values():
        assert f"`{variable.name}`" in README
