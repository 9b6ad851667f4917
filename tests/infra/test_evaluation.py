"""What is computed here is what Azure computes, by the examples of its documentation.

https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
"""

from typing import Any

import pytest

from tests.infra.bicep import Expression
from tests.infra.evaluation import DeploymentError, Evaluation

FILE = """
param given string = 'default'
var colours = { red: 'warm', blue: 'cold' }
var names = ['red', 'blue']
var looped = [for name in names: colours[name]]
"""


def computed(expression: str, **given: Any) -> Any:  # noqa: ANN401 - a Bicep value has any type
    return Evaluation.of(f"{FILE}var result = {expression}\n", given).named("result")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a ${given} b'", "a default b"),
        ("' ${given} '", " default "),
        ("'it\\'s'", "it's"),
        ("given == 'default' ? ['yes'] : []", ["yes"]),
        ("given == 'other' ? ['yes'] : []", []),
        ("looped", ["warm", "cold"]),
        ("colours.blue", "cold"),
        ("[for each in items(colours): each.key]", ["blue", "red"]),
        ("concat(['a'], [], ['a', 'b'])", ["a", "a", "b"]),
        ("union(['a', 'b'], ['b', 'c'])", ["a", "b", "c"]),
        ("flatten([['a'], [], ['b']])", ["a", "b"]),
        ("split('a,b,', ',')", ["a", "b", ""]),
        ("split('', ',')", [""]),
        ("replace('a b c', ' ', '')", "abc"),
        ("empty('')", True),
        ("empty([])", True),
        ("empty('a')", False),
    ],
)
def test_what_the_file_says_is_computed(expression: str, value: Any) -> None:  # noqa: ANN401
    assert computed(expression) == value


def test_what_is_given_takes_the_place_of_the_default() -> None:
    assert computed("given", given="other") == "other"


@pytest.mark.parametrize(
    "expression", ["identity.properties.clientId", "subscription().id", "given != 'default'"]
)
def test_what_only_azure_knows_stays_as_it_is_written(expression: str) -> None:
    assert computed(expression) == Expression(expression)


def test_a_property_that_is_not_there_is_refused() -> None:
    with pytest.raises(DeploymentError, match=r"^property 'green' doesn't exist, .*: red, blue$"):
        computed("colours['green']")
