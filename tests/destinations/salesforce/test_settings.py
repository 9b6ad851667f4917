"""The settings, and the adapter as it is built from them."""

import pytest

from local.fakes.salesforce import SalesforceServer
from shared.destinations.salesforce.adapter import create
from shared.domain.errors import SettingsError


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Start with the settings that an app would have."""
    settings = SalesforceServer().settings() | {"SALESFORCE_URL": "https://f.my.salesforce.com"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


async def test_the_adapter_is_built_from_the_environment_without_a_request(
    environment: pytest.MonkeyPatch,
) -> None:
    assert create().tells_follow_up


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SALESFORCE_URL", "http://f.my.salesforce.com", "which is not https"),
        ("SALESFORCE_URL", "", "SALESFORCE_URL"),
        ("SALESFORCE_OWNER", "Anna", "id of a user"),
        ("SALESFORCE_ASSIGNMENT", "yes", "TRUE"),
        ("SALESFORCE_API_VERSION", "68", "v68.0"),
        ("SALESFORCE_ID_FIELD", "Email", "API name of the unique external id field"),
        ("SALESFORCE_COUNTRY_FIELD", "Land", "CountryCode"),
        ("SALESFORCE_FIELDS", "{", "JSON"),
        ("SALESFORCE_FIELDS", '{"A__c": "{colour}"}', "'A__c' names {colour}"),
        ("SALESFORCE_FIELDS", '{"Description": "ours"}', "'Description' is set by the relay"),
        ("SALESFORCE_FIELDS", '{"Marketplace_Lead_Id__c": "1"}', "is set by the relay itself"),
        ("SALESFORCE_FIELDS", '{"Phone": "1", "phone": "2"}', "'phone' appears twice"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(
    environment: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as told:
        create()

    assert said in str(told.value)
    assert "consumer-secret" not in str(told.value)


def test_faults_of_address_and_mapping_are_named_together(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("SALESFORCE_URL", "ftp://f")
    environment.setenv("SALESFORCE_FIELDS", '{"A__c": "{colour}"}')

    with pytest.raises(SettingsError) as told:
        create()

    assert len(told.value.faults) == 2


def test_all_that_is_not_set_is_named_together(environment: pytest.MonkeyPatch) -> None:
    missing = ("SALESFORCE_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET")
    for name in missing:
        environment.delenv(name)

    with pytest.raises(SettingsError, match="is not set") as told:
        create()

    assert tuple(fault.partition(":")[0] for fault in told.value.faults) == missing
