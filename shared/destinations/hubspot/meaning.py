"""What HubSpot's errors mean for a delivery, told by its codes and names.

Its sentences may quote any value of the customer: of an answer to a question none is told, and of a
refusal only what is left without what the customer said.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

import httpx

from shared.destinations.http.answers import NO_ACCESS, TRY_LATER, Request, retry_after, unanswered
from shared.destinations.http.own_fields import settable
from shared.destinations.http.said import LONGEST_REASON, said
from shared.destinations.hubspot.answers import (
    NO_SUCH_API,
    JsonObject,
    body_of,
    in_its_words,
    scopes_in,
)
from shared.destinations.hubspot.fields import FROM_SETTINGS
from shared.destinations.hubspot.refusals import (
    CONFLICTING_VALUE,
    NOT_OF_THE_LEAD,
    REQUIRED_FIELD,
    codes_in,
    existing_id,
    refused_properties,
)
from shared.destinations.hubspot.settings import HubspotSettings
from shared.domain.errors import (
    CrmCredentialsError,
    CrmError,
    CrmFieldsRefusedError,
    CrmRejectedError,
    CrmSettingsError,
    CrmUnavailableError,
)

NOTHING_DONE = {423, HTTPStatus.TOO_MANY_REQUESTS, 477}
"""Locked, throttled, being moved to another data centre: if HubSpot itself says so."""

REFUSING = {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_CONTENT}
"""What HubSpot says no to one record with; a 404 says that what a note is attached to is gone."""

OUR_REQUEST = "Invalid input JSON"
"""How HubSpot begins where it does not understand a request: it is of another version."""


SET_BY = {
    "hubspot_owner_id": "HUBSPOT_OWNER",
    "hs_lead_status": "HUBSPOT_LEAD_STATUS",
    "lifecyclestage": "HUBSPOT_LIFECYCLE_STAGE",
}
ANY_SETTING = "HUBSPOT_FIELDS, or the account's properties"
REQUIRE_LESS = (
    "give it a value in HUBSPOT_FIELDS, or let the account not require it (Settings > Objects >"
    " Contacts)"
)


class TakenError(CrmRejectedError):
    """Another contact has the e-mail, or our id: ``contact_id``, "" if not told."""

    def __init__(self, reason: str, contact_id: str = "") -> None:
        """Take HubSpot's words, and the id in them."""
        super().__init__(reason)
        self.contact_id = contact_id


class MissingError(CrmSettingsError):
    """The account requires properties that were not sent."""

    def __init__(self, reason: str, names: Collection[str]) -> None:
        """Take the reason, and which."""
        super().__init__(reason)
        self.names = frozenset(names)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Says what an answer means that is no success."""

    settings: HubspotSettings
    clock: Callable[[], datetime]

    def __call__(self, request: Request, response: httpx.Response) -> CrmError | None:
        """Return the error, None where HubSpot says nothing of its own."""
        body = body_of(response)
        own_words = in_its_words(body)
        if response.status_code == HTTPStatus.NOT_FOUND and not own_words:
            return unanswered(request, NO_SUCH_API, response)
        if response.status_code == HTTPStatus.NOT_FOUND and _creates(request):
            return CrmUnavailableError(NO_SUCH_API)
        return self._meant(request, response, body) if own_words else None

    def _meant(self, request: Request, response: httpx.Response, body: JsonObject) -> CrmError:
        """Return what an error in HubSpot's own words means."""
        status = response.status_code
        told = f"{status} {body.get('category') or body['errorType']}"
        if status in NOTHING_DONE:
            return self._later(response, body, told)
        if status in NO_ACCESS:
            return _no_access(body, told)
        if status in TRY_LATER or not response.is_client_error:
            return unanswered(request, told, response)
        attached = status == HTTPStatus.NOT_FOUND and bool(_sent(request))
        if not request.writes or not (status in REFUSING or attached):
            return CrmUnavailableError(told, retry_after=retry_after(response))
        return self._refusal(request, response, body, told)

    def _later(self, response: httpx.Response, body: JsonObject, told: str) -> CrmError:
        throttled = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        if not throttled or body.get("policyName") != "DAILY":
            return CrmUnavailableError(told, retry_after=retry_after(response))
        reset = until_daily_reset(self.clock(), self.settings.time_zone)
        return CrmUnavailableError(f"{told} DAILY", retry_after=reset, daily_quota=True)

    def _refusal(
        self, request: Request, response: httpx.Response, body: JsonObject, told: str
    ) -> CrmError:
        """Return what it means that HubSpot does not write what it was sent."""
        sent = _sent(request)
        told_of = refused_properties(body, sent)
        found = {n: c for n, c in told_of.items() if n in sent or c == REQUIRED_FIELD}
        words = _named(found) or (said(request, body["message"]) if sent else "")
        reason = f"{told}: {words}"[:LONGEST_REASON].removesuffix(": ")
        if found.get(self.settings.id_property) == CONFLICTING_VALUE:
            return TakenError(reason)
        if wrong := self._of_settings(body, found, told):
            return wrong
        if found and found.keys() == told_of.keys():
            return CrmFieldsRefusedError(reason, fields=found)
        taken = response.status_code == HTTPStatus.CONFLICT and _creates(request)
        return TakenError(reason, existing_id(body)) if taken else CrmRejectedError(reason)

    def _of_settings(
        self, body: JsonObject, found: Mapping[str, str], told: str
    ) -> CrmSettingsError | None:
        """Return what is wrong with the account or our settings, None if nothing is."""
        if body["message"].startswith(OUR_REQUEST):
            return CrmSettingsError(f"{told} {OUR_REQUEST}: check HUBSPOT_API_VERSION")
        if missing := {name: code for name, code in found.items() if code == REQUIRED_FIELD}:
            return MissingError(f"{told}: {_named(missing)}: {REQUIRE_LESS}", missing)
        if ours := {name: code for name, code in found.items() if self._is_ours(name, code)}:
            return CrmSettingsError(f"{told}: {_named(ours)}: correct {_settings_of(ours)}")
        codes = ", ".join(sorted(codes_in(body) & NOT_OF_THE_LEAD))
        return CrmSettingsError(f"{told}: {codes}: correct {ANY_SETTING}") if codes else None

    def _is_ours(self, name: str, code: str) -> bool:
        """Tell whether a property is refused for what the settings say, not for the customer."""
        own = self.settings.own_fields.get(name)
        fixed = own is not None and any(True for _ in settable(own))
        ours = {*FROM_SETTINGS, self.settings.id_property}
        return code in NOT_OF_THE_LEAD or fixed or name in ours


def until_daily_reset(now: datetime, zone: ZoneInfo | None) -> timedelta:
    """Return the time until midnight in the account, or until the next hour if no zone is set.

    https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines says "midnight
    based on your time zone setting", which we take for the account's. It is midnight in some zone
    at every full hour.
    """
    if zone is None:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - now
    there = now.astimezone(zone)
    midnight = datetime.combine(there.date() + timedelta(days=1), time.min, tzinfo=zone)
    return midnight.astimezone(UTC) - there.astimezone(UTC)


def _named(found: Mapping[str, str]) -> str:
    """Return properties with the codes that are about them."""
    return ", ".join(f"{name} ({code})" if code else name for name, code in found.items())


def _settings_of(properties: Collection[str]) -> str:
    """Return the settings that set these properties."""
    named = {SET_BY.get(name, ANY_SETTING) for name in properties}
    return ", ".join(sorted(named))


def _no_access(body: JsonObject, told: str) -> CrmError:
    """Return what it means that the key is refused, or that it lacks a scope, which is named."""
    scopes = ", ".join(scopes_in(body))
    if body.get("category") == "MISSING_SCOPES":
        return CrmSettingsError(f"{told}: give the Service Key the scope {scopes}".rstrip())
    return CrmCredentialsError(told)


def _creates(request: Request) -> bool:
    return request.method == "POST" and request.path.endswith("/contacts")


def _sent(request: Request) -> set[str]:
    """Return the properties that a request sent."""
    sent = request.json.get("properties") if isinstance(request.json, dict) else None
    return set(sent) if isinstance(sent, dict) else set()
