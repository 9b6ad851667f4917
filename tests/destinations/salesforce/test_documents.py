"""The document and the metadata file say what the adapter does."""

from pathlib import Path
from xml.etree import ElementTree as ET

from local.fakes.salesforce.org import ID_FIELD
from shared.destinations.salesforce.fields import FIELDS
from shared.destinations.salesforce.settings import SalesforceSettings
from tests.examples import LEAD_ID

DOCS = Path(__file__).parents[3] / "docs" / "destinations"


def test_the_document_names_every_setting_and_field() -> None:
    document = (DOCS / "salesforce.md").read_text("utf-8")

    aliases = {str(f.validation_alias) for f in SalesforceSettings.model_fields.values()}
    assert {name for name in aliases if f"| `{name}` |" not in document} == set()
    assert {name for name in FIELDS.values() if f"`{name}`" not in document} == set()


def test_the_metadata_file_makes_the_field_that_the_check_wants() -> None:
    path = DOCS / "salesforce" / f"{ID_FIELD}.field-meta.xml"
    field = ET.parse(path).getroot()  # noqa: S314 - it is our own

    told = {child.tag.rpartition("}")[2]: child.text for child in field}
    assert told["fullName"] == ID_FIELD
    assert (told["type"], told["externalId"], told["unique"]) == ("Text", "true", "true")
    assert int(told["length"] or "") >= len(LEAD_ID)
