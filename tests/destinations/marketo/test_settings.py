"""The settings."""

import json

import pytest

from local.fakes.marketo import MarketoServer
from local.fakes.marketo.schema import ID_FIELD, INTERESTS
from shared.destinations.marketo.adapter import MarketoCrm, create
from shared.domain.errors import SettingsError


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"MARKETO_URL": ""}, "MARKETO_URL"),
        ({"MARKETO_URL": "http://000-aaa-000.mktorest.com"}, "MARKETO_URL: is 'http://000-aaa"),
        ({"MARKETO_CLIENT_SECRET": ""}, "MARKETO_CLIENT_SECRET"),
        (
            {"MARKETO_CLIENT_SECRET": "@Microsoft.KeyVault(x)"},
            "MARKETO_CLIENT_SECRET: .* Key Vault",
        ),
        ({"MARKETO_ID_FIELD": "Marketplace Lead Id"}, "MARKETO_ID_FIELD"),
        ({"MARKETO_FIELDS": "offer={offer}"}, "MARKETO_FIELDS"),
        ({"MARKETO_FIELDS": '{"a": "{price}"}'}, r"MARKETO_FIELDS: .* 'a' names \{price\}"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], fault: str
) -> None:
    right = {
        "MARKETO_URL": "https://000-aaa-000.mktorest.com",
        "MARKETO_CLIENT_ID": "id",
        "MARKETO_CLIENT_SECRET": "secret",
    }
    for name, value in {**right, **given}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=fault) as raised:
        create()
    assert len(raised.value.faults) == 1


async def test_settings_that_fit_build_the_adapter(
    server: MarketoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.settings().items():
        monkeypatch.setenv(name, value)
    crm = create()

    assert isinstance(crm, MarketoCrm)
    assert crm.tells_follow_up


def test_all_wrong_settings_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKETO_URL", "http://000-aaa-000.mktorest.com")
    monkeypatch.setenv("MARKETO_CLIENT_ID", "id")
    monkeypatch.setenv("MARKETO_ID_FIELD", "Marketplace Lead Id")
    monkeypatch.setenv("MARKETO_FIELDS", '{"a": "{price}"}')

    with pytest.raises(SettingsError, match="wrong settings") as raised:
        create()
    assert sorted(fault.partition(":")[0] for fault in raised.value.faults) == [
        "MARKETO_CLIENT_SECRET",
        "MARKETO_FIELDS",
        "MARKETO_ID_FIELD",
        "MARKETO_URL",
    ]


@pytest.mark.parametrize("name", ["email", ID_FIELD, INTERESTS])
def test_what_a_person_is_recognised_by_is_no_own_field(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    given = {**MarketoServer().settings(), "MARKETO_URL": "https://000-aaa-000.mktorest.com"}
    for setting, value in {**given, "MARKETO_FIELDS": json.dumps({name: "x"})}.items():
        monkeypatch.setenv(setting, value)

    with pytest.raises(SettingsError, match=f"MARKETO_FIELDS: .*'{name}' is set by the relay"):
        create()
