"""What is missing in the account or wrong in the settings is told."""

import json
from collections.abc import Sequence

import pytest

from local.fakes.hubspot import HubspotServer
from shared.destinations.hubspot.adapter import HubspotCrm, create
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.errors import SettingsError
from shared.domain.zones import zone
from shared.settings import load
from tests.destinations.hubspot.world import CrmFor


async def failed(crm: HubspotCrm) -> Sequence[str]:
    return [f"{found.what}: {found.mend}" for found in await crm.check() if not found.ok]


async def test_a_complete_account_passes_and_is_not_changed(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    crm = crm_for(
        HUBSPOT_TIME_ZONE="Asia/Calcutta",
        HUBSPOT_LIFECYCLE_STAGE="lead",
        HUBSPOT_FIELDS='{"product": "{offer}"}',
    )

    results = await crm.check()

    assert all(found.ok and not found.mend for found in results)
    assert len(results) == 12
    assert (server.contacts, server.unsubscribed) == ({}, set())


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"things": "lead"}, []),
        (
            {"things": "leed", "cogs": "prospect"},
            [
                (
                    "property lifecyclestage takes the values of HUBSPOT_FIELDS: no option of it"
                    " has the internal name 'leed', 'prospect': correct HUBSPOT_FIELDS, or add the"
                    " option"
                )
            ],
        ),
    ],
)
async def test_options_that_a_choice_may_set_must_exist(
    crm_for: CrmFor, values: dict[str, str], told: list[str]
) -> None:
    choice = {"of": "{offer}", "values": values, "else": "customer"}
    crm = crm_for(HUBSPOT_FIELDS=json.dumps({"lifecyclestage": choice}))

    assert await failed(crm) == told


async def test_everything_that_is_missing_is_named_with_the_step_to_mend_it(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    server.properties -= {"marketplace_lead_id"}
    server.scopes -= {"crm.objects.contacts.write", "communication_preferences.read_write"}
    crm = crm_for(
        HUBSPOT_OWNER="66",
        HUBSPOT_TIME_ZONE="Europe/Berlin",
        HUBSPOT_LEAD_STATUS="Brand new",
        HUBSPOT_LIFECYCLE_STAGE="Lead",
        HUBSPOT_FIELDS='{"products": "", "num_contacted_notes": "1"}',
    )

    found = await failed(crm)

    expected = [
        "set it to Asia/Kolkata",
        "give the Service Key the scope crm.objects.contacts.write",
        "correct HUBSPOT_OWNER",
        "or set HUBSPOT_UNSUBSCRIBE to false",
        "internal name marketplace_lead_id",
        "HUBSPOT_LEAD_STATUS Brand new exists: set it to the internal name",
        "HUBSPOT_LIFECYCLE_STAGE Lead exists",
        "create the contact property products",
        "property num_contacted_notes can be set",
    ]
    assert len(found) == len(expected)
    assert [part for part, line in zip(expected, found, strict=True) if part not in line] == []


async def test_lead_statuses_that_outcomes_are_named_for_must_exist(crm_for: CrmFor) -> None:
    crm = crm_for(HUBSPOT_OUTCOMES='{"CONNECTED": "meeting", "BAD_FIT": "lost", "Warm": "none"}')

    assert await failed(crm) == [
        (
            "the statuses of HUBSPOT_OUTCOMES exist: correct 'BAD_FIT', 'Warm'; there are: 'NEW',"
            " 'OPEN', 'IN_PROGRESS', 'CONNECTED'"
        )
    ]


async def test_a_wrong_key_is_all_that_is_told(server: HubspotServer, crm_for: CrmFor) -> None:
    [line] = await failed(crm_for(HUBSPOT_TOKEN="wrong"))

    assert "set HUBSPOT_TOKEN to a Service Key" in line


async def test_a_key_that_can_read_nothing_is_told_so(
    server: HubspotServer, crm_for: CrmFor
) -> None:
    server.scopes.clear()
    crm = crm_for(HUBSPOT_UNSUBSCRIBE="false")

    lines = await failed(crm)

    assert [line.split(":")[0] for line in lines] == [
        "contacts can be read",
        "contacts can be written",
        "owner 77 exists",
        "properties can be read",
        "the account requires no property that leads may lack",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUBSPOT_TOKEN", ""),
        ("HUBSPOT_TOKEN", "two words"),
        ("HUBSPOT_TOKEN", "@Microsoft.KeyVault(SecretUri=https://v.example/secrets/t)"),
        ("HUBSPOT_URL", "http://hubspot.example"),
        ("HUBSPOT_API_VERSION", "v3"),
        ("HUBSPOT_OWNER", "anna@fabrikam.example"),
        ("HUBSPOT_FIELDS", "{"),
        ("HUBSPOT_FIELDS", '["a"]'),
        ("HUBSPOT_FIELDS", '{"product": "{price}"}'),
        ("HUBSPOT_ID_PROPERTY", "Lead Id"),
        ("HUBSPOT_UNSUBSCRIBE", "perhaps"),
        ("HUBSPOT_TIME_ZONE", "Berlin"),
        ("HUBSPOT_COUNTRY", "code"),
        ("HUBSPOT_FILL_EMPTY_ONLY", "sometimes"),
        ("HUBSPOT_FIELDS", '{"Email": "x"}'),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("HUBSPOT_TOKEN", "key")
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=f"- {name}: "):
        create()


def test_all_wrong_settings_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "HUBSPOT_URL": "http://hubspot.example/s3cret",
        "HUBSPOT_TOKEN": "two words",
        "HUBSPOT_OWNER": "Anna",
        "HUBSPOT_FIELDS": '{"product": "{price}"}',
        "HUBSPOT_COUNTRY": "DE",
        "HUBSPOT_TIME_ZONE": "Berlin",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match="HUBSPOT_URL") as caught:
        create()

    assert {fault.partition(":")[0] for fault in caught.value.faults} == wrong.keys()
    assert "s3cret" not in str(caught.value)
    assert "two words" not in str(caught.value)


def test_white_space_around_settings_is_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"HUBSPOT_TOKEN": "key\n", "HUBSPOT_URL": " https://hubspot.example\r\n"}
    given |= {"HUBSPOT_COUNTRY": "iso ", "HUBSPOT_FILL_EMPTY_ONLY": " false\n"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    settings = load(HubspotSettings)

    assert (settings.token, settings.url) == ("key", "https://hubspot.example")
    assert (settings.country, settings.fill_empty_only) == ("iso", False)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "give industry, phone a value in HUBSPOT_FIELDS, or let it not be required"),
        ({"industry": "Software"}, "give phone a value"),
        ({"industry": "{company}"}, "give industry, phone a value"),
        ({"industry": {"of": "{offer}", "values": {"a": "b"}}}, "give industry, phone a value"),
        ({"industry": "IT", "phone": {"of": "{offer}", "values": {}, "else": "0"}}, ""),
    ],
)
async def test_a_property_that_the_account_requires_must_be_sent_with_every_lead(
    server: HubspotServer, crm_for: CrmFor, fields: dict[str, object], told: str
) -> None:
    server.properties |= {"industry"}
    server.required = {"industry", "phone", "message", "hubspot_owner_id"}

    found = await failed(crm_for(HUBSPOT_FIELDS=json.dumps(fields)))

    assert [line.partition(told)[1] for line in found] == ([told] if told else [])


def test_a_token_is_all_that_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSPOT_TOKEN", "key")

    assert create().tells_follow_up is True


def test_a_time_zone_is_read_from_the_pinned_package() -> None:
    settings = HubspotSettings.model_validate(
        {"HUBSPOT_TOKEN": "key", "HUBSPOT_TIME_ZONE": "Europe/Berlin"}
    )

    assert settings.time_zone is zone("Europe/Berlin")
