"""The page of each destination names its settings, all of them and no other."""

import inspect
import re
from importlib import import_module

import pytest

from shared.destinations.http.crm_settings import CrmSettings
from shared.settings import DESTINATIONS, AzureTableSettings, Settings
from tests.docs.documents import sections


def settings_of(name: str) -> type[Settings]:
    if name == "azure_table":
        return AzureTableSettings
    module = import_module(f"shared.destinations.{name}.settings")
    classes = [cls for _, cls in inspect.getmembers(module, inspect.isclass)]
    found = [c for c in classes if c.__module__ == module.__name__ and issubclass(c, Settings)]
    [whole] = [cls for cls in found if not cls.__subclasses__()]
    return whole


@pytest.mark.parametrize("name", DESTINATIONS)
def test_a_page_names_the_settings_of_its_destination(name: str) -> None:
    page = sections(f"docs/destinations/{name}.md")

    named = page["Settings"].named()

    fields = settings_of(name).model_fields.values()
    assert named.keys() == {str(field.validation_alias) for field in fields}


@pytest.mark.parametrize("name", ["dynamics", "hubspot", "marketo", "salesforce"])
def test_a_page_has_the_outcomes_of_the_statuses_that_the_vendor_ships(name: str) -> None:
    settings = settings_of(name)
    assert issubclass(settings, CrmSettings)
    rows = re.findall(r"^\| `([^`]+)`[^|]* \| ([^|]+) \|$", section(name, "Outcomes"), re.MULTILINE)

    known = {status: what.replace("_", " ") for status, what in settings.known_outcomes.items()}
    assert dict(rows) == known


def section(name: str, title: str) -> str:
    return sections(f"docs/destinations/{name}.md")[title].text


def test_the_overview_links_every_page() -> None:
    overview = sections("docs/destinations/README.md")["Destinations"].text

    assert [name for name in DESTINATIONS if f"({name}.md)" not in overview] == []
