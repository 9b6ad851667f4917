"""What the settings of CRMs have in common."""

import json

import pytest

from shared.destinations.http.crm_settings import CrmSettings, SharedRecordSettings
from shared.domain.acts import Outcome
from shared.domain.errors import SettingsError
from shared.settings import load
from tests.docs.test_destination_pages import settings_of

NEEDED = {
    "dynamics": ("URL", "TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"),
    "hubspot": ("TOKEN",),
    "marketo": ("URL", "CLIENT_ID", "CLIENT_SECRET"),
    "salesforce": ("URL", "CLIENT_ID", "CLIENT_SECRET"),
}
FOUND_BY = [
    ("dynamics", "leadid"),
    ("hubspot", "email"),
    ("hubspot", "message"),
    ("hubspot", "marketplace_lead_id"),
    ("marketo", "Email"),
    ("marketo", "ourId"),
    ("salesforce", "Description"),
    ("salesforce", "marketplace_lead_id__C"),
]


def given(monkeypatch: pytest.MonkeyPatch, crm: str, **others: str) -> type[CrmSettings]:
    """Set what a CRM needs, and others."""
    needed = dict.fromkeys(NEEDED[crm], "https://crm.example") | {"CLIENT_ID": "id"}
    for name, value in {**needed, "TENANT_ID": "contoso", "TOKEN": "t", **others}.items():
        monkeypatch.setenv(f"{crm.upper()}_{name}", value)
    cls = settings_of(crm)
    assert issubclass(cls, CrmSettings)
    return cls


@pytest.mark.parametrize("crm", NEEDED)
def test_every_crm_writes_countries_and_own_fields_as_its_settings_say(
    monkeypatch: pytest.MonkeyPatch, crm: str
) -> None:
    settings = load(given(monkeypatch, crm, COUNTRY="iso", FIELDS='{"offer": "{offer}"}'))

    assert settings.country == "iso"
    assert settings.model_dump()["own_fields"] == {"offer": "{offer}"}


@pytest.mark.parametrize("crm", ["hubspot", "marketo", "salesforce"])
def test_a_record_that_was_there_before_keeps_its_values_unless_a_setting_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, crm: str
) -> None:
    cls = given(monkeypatch, crm)
    assert issubclass(cls, SharedRecordSettings)

    assert load(cls).fill_empty_only
    monkeypatch.setenv(f"{crm.upper()}_FILL_EMPTY_ONLY", "false")
    assert not load(cls).fill_empty_only


@pytest.mark.parametrize(("crm", "field"), FOUND_BY)
def test_what_a_record_is_recognised_by_is_no_field_of_the_publisher(
    monkeypatch: pytest.MonkeyPatch, crm: str, field: str
) -> None:
    naming = {"ID_FIELD": "ourId"} if crm == "marketo" else {}
    cls = given(monkeypatch, crm, FIELDS=json.dumps({field: "x"}), **naming)

    with pytest.raises(SettingsError, match=f"{crm.upper()}_FIELDS: .*is set by the relay"):
        load(cls)


@pytest.mark.parametrize("crm", NEEDED)
def test_statuses_of_the_publisher_say_what_the_settings_say(
    monkeypatch: pytest.MonkeyPatch, crm: str
) -> None:
    cls = given(monkeypatch, crm)
    shipped, outcome = next(iter(cls.known_outcomes.items()))
    assert load(cls).outcome(f" {shipped.lower()} ") is outcome
    assert load(cls).outcome("Demo booked") is None
    ours = {"Demo booked": "Meeting", "Bad Fit": "not-qualified", shipped.upper(): "none"}
    monkeypatch.setenv(f"{crm.upper()}_OUTCOMES", json.dumps(ours))

    settings = load(cls)

    assert settings.outcome("DEMO BOOKED") is Outcome.MEETING
    assert settings.outcome("Bad Fit") is Outcome.NOT_QUALIFIED
    assert settings.outcome(shipped) is None


@pytest.mark.parametrize("crm", NEEDED)
def test_every_outcome_that_there_is_not_is_named(
    monkeypatch: pytest.MonkeyPatch, crm: str
) -> None:
    wrong = json.dumps({"Nurturing": "warm", "Bad Fit": "lost", "Parked": 3})
    cls = given(monkeypatch, crm, OUTCOMES=wrong, COUNTRY="DE")

    with pytest.raises(SettingsError, match="wrong settings") as raised:
        load(cls)

    faults = raised.value.faults
    assert len(faults) == 3
    for fault, (status, value) in zip(
        sorted(faults)[1:], [("Nurturing", "'warm'"), ("Parked", "3")], strict=True
    ):
        assert fault.startswith(f"{crm.upper()}_OUTCOMES: {status} is {value};")
        assert "no answer, in conversation, meeting, qualified, not qualified, won, lost" in fault


@pytest.mark.parametrize("crm", NEEDED)
def test_a_status_that_is_named_twice_is_a_fault(monkeypatch: pytest.MonkeyPatch, crm: str) -> None:
    cls = given(monkeypatch, crm, OUTCOMES='{"Bad Fit": "lost", "bad fit": "won"}')

    with pytest.raises(SettingsError, match="'bad fit' appears twice"):
        load(cls)


@pytest.mark.parametrize("crm", NEEDED)
def test_every_setting_of_a_crm_begins_with_its_name(crm: str) -> None:
    aliases = {str(f.validation_alias) for f in settings_of(crm).model_fields.values()}

    assert {name.partition("_")[0] for name in aliases} == {crm.upper()}
