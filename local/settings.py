"""The app's settings, from the environment and files, and what connections name."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from azure.storage.queue.aio import QueueServiceClient

from local.azurite import WELL_KNOWN_PORTS, connection_string
from local.errors import StartError

STORAGE = "LeadStorage"

DEFAULTS = "local.settings.example.json"
"""What the app's authors suggest, such as the schedules that the triggers name."""

OWN = "local.settings.json"

_DEVELOPMENT_STORAGE = re.compile(r"\s*UseDevelopmentStorage=true\s*;?\s*", re.IGNORECASE)
_PLACEHOLDER = re.compile("%([^%]+)%")

# The client's own default waits 15 s before the first retry.
_RETRY: dict[str, Any] = {"initial_backoff": 1, "increment_base": 2, "retry_total": 2}


def read_settings(
    app_dir: Path, environment: Mapping[str, str], files: Sequence[str]
) -> dict[str, str]:
    """Merge the settings files that exist with the environment; the later wins."""
    merged: dict[str, str] = {}
    for name in files:
        merged |= _read_file(app_dir / name)
    return merged | dict(environment)


def _read_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        encrypted, values = content.get("IsEncrypted", False), content.get("Values", {})
        from_file = {name: str(value) for name, value in values.items()}
    except (ValueError, AttributeError) as error:
        raise StartError(f"{path} can't be read: {error}") from None
    if encrypted:
        raise StartError(f"{path} is encrypted: run `func settings decrypt` first.")
    return from_file


def wants_azurite(settings: Mapping[str, str]) -> bool:
    """Tell whether ``LeadStorage`` names no account, so that we start one."""
    if settings.get(f"{STORAGE}__queueServiceUri"):
        return False
    return not settings.get(STORAGE) or _is_development_storage(settings[STORAGE])


def with_azurite(settings: Mapping[str, str], connection: str) -> dict[str, str]:
    """Point ``LeadStorage``, and whatever asks for development storage, to our Azurite."""
    ours = {name: connection for name, value in settings.items() if _is_development_storage(value)}
    return {**settings, **ours, STORAGE: connection}


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replace each ``%NAME%`` by that setting; raise ``StartError`` for one that isn't set."""

    def value_of(placeholder: re.Match[str]) -> str:
        if value := settings.get(placeholder[1]):
            return value
        raise StartError(f"'{text}' names the setting {placeholder[1]}, which isn't set.")

    return _PLACEHOLDER.sub(value_of, text)


def queue_service(connection: str, settings: Mapping[str, str]) -> QueueServiceClient:
    """Open the queue service that a binding's ``connection`` names, by string or by identity."""
    if uri := settings.get(f"{connection}__queueServiceUri"):
        from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - only if needed

        return QueueServiceClient(uri, credential=DefaultAzureCredential(), **_RETRY)
    value = settings.get(connection, "")
    if _is_development_storage(value):
        value = connection_string(WELL_KNOWN_PORTS)
    try:
        return QueueServiceClient.from_connection_string(value, **_RETRY)
    except ValueError as error:
        raise StartError(f"The setting {connection} is not a connection string: {error}") from None


def _is_development_storage(value: str) -> bool:
    return _DEVELOPMENT_STORAGE.fullmatch(value) is not None
