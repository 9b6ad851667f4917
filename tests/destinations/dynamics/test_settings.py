"""Settings: those that fit build an adapter, wrong ones are named."""

import pytest

from local.fakes.dynamics import DynamicsServer
from shared.destinations.dynamics.adapter import DynamicsCrm, create
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.domain.errors import SettingsError
from shared.settings import load


@pytest.fixture
def env(server: DynamicsServer, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Give the app the settings that fit, and none of this machine's."""
    for field in DynamicsSettings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    for name, value in server.settings().items():
        monkeypatch.setenv(name, value)
    return monkeypatch


async def test_the_settings_of_the_server_build_an_adapter(
    env: pytest.MonkeyPatch, server: DynamicsServer
) -> None:
    env.setenv("DYNAMICS_URL", f"{server.url}/main.aspx?appid=1")
    env.setenv("DYNAMICS_FIELDS", '{"jobtitle": "{offer}", "donotfax": true}')
    crm = create()
    assert isinstance(crm, DynamicsCrm)
    assert load(DynamicsSettings).own_fields == {"jobtitle": "{offer}", "donotfax": True}
    assert next(iter(await crm.check())).ok
    await crm.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DYNAMICS_URL": ""}, "DYNAMICS_URL: is not set"),
        (
            {"DYNAMICS_URL": "http://contoso.crm4.dynamics.com"},
            "DYNAMICS_URL: .*is .http:..contoso",
        ),
        (
            {"DYNAMICS_AUTHORITY": "ftp://x", "DYNAMICS_URL": "http://contoso.example"},
            "(?s)DYNAMICS_URL: .*DYNAMICS_AUTHORITY: ",
        ),
        (
            {"DYNAMICS_OWNER": "Anna", "DYNAMICS_FIELDS": '{"a": "{nothing}"}'},
            "(?s)DYNAMICS_OWNER: .*DYNAMICS_FIELDS: .*'a' names {nothing}",
        ),
        ({"DYNAMICS_FIELDS": '{"a": {"of": "{nothing}", "values": {}}}'}, "names {nothing}"),
        ({"DYNAMICS_FIELDS": '{"a": {"values": {"x": 1}}}'}, "DYNAMICS_FIELDS: "),
        ({"DYNAMICS_FIELDS": '{"a": "{offer"}'}, "DYNAMICS_FIELDS: .*'}'"),
        ({"DYNAMICS_FIELDS": "new_offer"}, "DYNAMICS_FIELDS.*JSON"),
        ({"DYNAMICS_OWNER": "Anna"}, "DYNAMICS_OWNER: is 'Anna'"),
        ({"DYNAMICS_TENANT_ID": "a/b"}, "DYNAMICS_TENANT_ID: is 'a/b'"),
        ({"DYNAMICS_LEAD_SOURCE_CODE": "Web"}, "DYNAMICS_LEAD_SOURCE_CODE: is 'Web'"),
        ({"DYNAMICS_LEAD_SOURCE_CODE": "-1"}, "DYNAMICS_LEAD_SOURCE_CODE: is '-1'"),
        ({"DYNAMICS_LEAD_SOURCE_CODE": "8.0"}, "'8.0'; not a whole number of at most ten digits"),
        ({"DYNAMICS_CLIENT_SECRET": ""}, "- DYNAMICS_CLIENT_SECRET: is not set; should be: .*none"),
        (
            {"DYNAMICS_URL": "", "DYNAMICS_TENANT_ID": " ", "DYNAMICS_CLIENT_ID": ""},
            "(?s)DYNAMICS_URL: is not.*DYNAMICS_TENANT_ID: is not.*DYNAMICS_CLIENT_ID: is not",
        ),
        (
            {"DYNAMICS_CLIENT_SECRET": "@Microsoft.KeyVault(VaultName=v)"},
            "DYNAMICS_CLIENT_SECRET: .* Key Vault",
        ),
    ],
)
async def test_wrong_settings_are_named(
    env: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        env.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        create()
