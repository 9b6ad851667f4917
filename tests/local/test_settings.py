import json
from pathlib import Path

import pytest

from local.errors import StartError
from local.settings import OWN, queue_service, read_settings, resolve, wants_azurite, with_azurite

AN_ACCOUNT = "AccountName=ours;AccountKey=a2V5;EndpointSuffix=core.windows.net"


def write_settings(folder: Path, content: object) -> None:
    (folder / "local.settings.json").write_text(json.dumps(content))


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write_settings(tmp_path, {"IsEncrypted": False, "Values": {"A": "file", "B": "file"}})

    assert read_settings(tmp_path, {"A": "environment"}, [OWN]) == {"A": "environment", "B": "file"}


def test_the_file_is_not_required(tmp_path: Path) -> None:
    assert read_settings(tmp_path, {"A": "environment"}, [OWN]) == {"A": "environment"}


@pytest.mark.parametrize(
    ("content", "told"), [({"IsEncrypted": True}, "is encrypted"), ([], "can't be read")]
)
def test_a_file_that_is_no_use_is_refused(tmp_path: Path, content: object, told: str) -> None:
    write_settings(tmp_path, content)

    with pytest.raises(StartError, match=told):
        read_settings(tmp_path, {}, [OWN])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"LeadStorage": ""},
        {"LeadStorage": "UseDevelopmentStorage=true"},
        {"LeadStorage": "usedevelopmentstorage=true;"},
    ],
)
def test_azurite_is_wanted_where_no_account_is_named(settings: dict[str, str]) -> None:
    assert wants_azurite(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"LeadStorage": AN_ACCOUNT},
        {"LeadStorage__queueServiceUri": "https://ours.queue.core.windows.net"},
    ],
)
def test_azurite_is_not_wanted_beside_an_account(settings: dict[str, str]) -> None:
    assert not wants_azurite(settings)


def test_our_azurite_stands_in_for_development_storage_only() -> None:
    settings = {"AzureWebJobsStorage": "UseDevelopmentStorage=true", "Other": AN_ACCOUNT}

    assert with_azurite(settings, "ours") == {
        "AzureWebJobsStorage": "ours",
        "LeadStorage": "ours",
        "Other": AN_ACCOUNT,
    }


def test_placeholders_are_resolved() -> None:
    assert resolve("%QUEUE%-%SUFFIX%", {"QUEUE": "leads", "SUFFIX": "1"}) == "leads-1"


def test_a_placeholder_without_a_setting_is_refused() -> None:
    with pytest.raises(StartError, match="'%QUEUE%' names the setting QUEUE, which isn't set"):
        resolve("%QUEUE%", {})


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"X": AN_ACCOUNT}, "https://ours.queue.core.windows.net/"),
        ({"X": "UseDevelopmentStorage=true"}, "http://127.0.0.1:10001/devstoreaccount1"),
        (
            {"X__queueServiceUri": "https://theirs.queue.core.windows.net"},
            "https://theirs.queue.core.windows.net/",
        ),
    ],
)
async def test_a_connection_is_opened_by_string_or_by_identity(
    settings: dict[str, str], url: str
) -> None:
    async with queue_service("X", settings) as service:
        assert service.url.rstrip("/") == url.rstrip("/")


def test_a_connection_that_is_not_set_is_refused() -> None:
    with pytest.raises(StartError, match="The setting X is not a connection string"):
        queue_service("X", {})
