"""The destination HubSpot: one contact per lead, with later interests as notes on it.

HubSpot recognises a contact by its e-mail, and refuses a second one with the same. For leads
without e-mail, a property of our own with unique values does that, if the account has it. See
https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide

Nothing recognises a note or a task. Ours end with an id, and before writing one we look for it
among those of the contact, not by search, whose index lags behind. Two requests in the same moment
would still write two; claims keep them apart.

Not confirmed against a live account: that a new note is listed with its contact at once; the words
in which a unique value is refused; that a contact merged into another still answers by its old id;
that an update of contact 0, by which ``check`` tries the permission, is answered with 400 or 404.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from html import escape
from http import HTTPStatus
from itertools import batched
from typing import Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

import httpx
from pydantic import Field, Json

from shared.adapters.crm_values import (
    CUT,
    Fitted,
    checked_mapping,
    fitted,
    interest_text,
    mapped,
    mark,
)
from shared.adapters.http_client import (
    LONGEST_REASON,
    TRY_LATER,
    HttpClient,
    Request,
    Token,
    Tokens,
    checked_url,
    json_object,
    meaning,
    retry_after,
    unanswered,
)
from shared.delivery import CrmRecord
from shared.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
    CrmUncertainError,
)
from shared.identity import normalized_email
from shared.lead import CONTACT_FIELDS, Interest, Lead
from shared.ports import Changed, CheckResult, FollowUpQuestion, FollowUpSeen, Reminder
from shared.settings import SECRET, Settings, load

PROPERTIES = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "jobtitle",
}
MESSAGE, OWNER, STATUS, STAGE = "message", "hubspot_owner_id", "hs_lead_status", "lifecyclestage"
UNNAMED = "Marketplace lead"
"""A contact needs an e-mail, a first name or a last name; see the guide above."""

LONGEST_TEXT = 65_536
"""Of a text property and of a note, see
https://knowledge.hubspot.com/properties/property-field-types-in-hubspot
https://developers.hubspot.com/docs/api-reference/latest/crm/activities/notes/guide
"""

COUNTER = "num_contacted_notes"
TIMES = ("notes_last_contacted", "hs_sales_email_last_replied")
SIGNALS = (COUNTER, *TIMES, STATUS)
"""What changes when sales acts; ``num_notes`` and ``notes_last_updated`` count our notes too."""

NOT_STARTED = {"", "NEW"}
"""Statuses that show no work: workflows often give new contacts ``NEW``."""

LARGEST_BATCH, LARGEST_PAGE = 100, 500

REFUSED = range(400, 500)
FROM_SETTINGS = {OWNER, STATUS, STAGE}
"""Properties whose values an error may show."""

HALF = re.compile(r"(&[^;]*|<[^>]*)$")

NOTHING_DONE = {423, 477, 521, 523}
"""Locked, being moved to another data centre, not reached. See
https://developers.hubspot.com/docs/api-reference/error-handling
"""

EXISTING_ID = re.compile(r"Existing ID: (\d+)")
CONFLICTING_VALUE = "CONFLICTING_UNIQUE_VALUE"
NOT_FOUND = "OBJECT_NOT_FOUND"
NOBODY = "0"
"""No contact has this id: to update it needs the permission and does nothing."""

SCOPE = "give the Service Key the scope {}"


class HubspotSettings(Settings):
    """The destination ``hubspot``."""

    url: str = Field(
        "https://api.hubapi.com",
        validation_alias="HUBSPOT_URL",
        description="https address of HubSpot's API",
    )
    token: str = Field(
        validation_alias="HUBSPOT_TOKEN",
        pattern="^[!-~]+$",
        description="Service Key of the HubSpot account",
        json_schema_extra=SECRET,
    )
    version: str = Field(
        "2026-09",
        validation_alias="HUBSPOT_API_VERSION",
        pattern=r"^20\d\d-\d\d$",
        description="version of HubSpot's API, such as 2026-09",
    )
    id_property: str = Field(
        "marketplace_lead_id",
        validation_alias="HUBSPOT_ID_PROPERTY",
        pattern="^[a-z][a-z0-9_]*$",
        description="internal name of the contact property with unique values for our lead id",
    )
    owner: str = Field(
        "",
        validation_alias="HUBSPOT_OWNER",
        pattern="^[0-9]+$",
        description="owner of new contacts: the owner id, a number",
    )
    lead_status: str = Field(
        "",
        validation_alias="HUBSPOT_LEAD_STATUS",
        description="lead status of new contacts: internal name of an option, such as NEW",
    )
    lifecycle_stage: str = Field(
        "",
        validation_alias="HUBSPOT_LIFECYCLE_STAGE",
        description="lifecycle stage of new contacts: internal name, such as lead",
    )
    fields: Json[dict[str, str]] = Field(
        {},
        validation_alias="HUBSPOT_FIELDS",
        description='further properties of new contacts, in JSON: {"product": "{offer_title}"}',
    )
    unsubscribe: bool = Field(
        default=True,
        validation_alias="HUBSPOT_UNSUBSCRIBE",
        description="true or false: whether do not contact opts the address out of all e-mail",
    )
    time_zone: ZoneInfo | None = Field(
        None,
        validation_alias="HUBSPOT_TIME_ZONE",
        description="time zone of the HubSpot account, such as Europe/Berlin",
    )


@dataclass(frozen=True, slots=True)
class Kind:
    """What is attached to contacts: its path, the property of its text, the type of association.

    https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associations-guide
    """

    path: str
    body: str
    association: int


NOTE = Kind("notes", "hs_note_body", 202)
TASK = Kind("tasks", "hs_task_body", 204)

type JsonObject = dict[str, Any]


class HubspotCrm:
    """The port ``Crm`` on HubSpot contacts.

    A contact that was there before us keeps its owner, status and stage, and its subscriptions too
    unless the customer is on our suppression list.
    """

    tells_follow_up = True
    takes_notes = True

    def __init__(
        self,
        settings: HubspotSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take settings whose address may be called."""
        self._settings = settings
        self._clock = clock
        self._objects = f"/crm/objects/{settings.version}"
        self._contacts = f"{self._objects}/contacts"
        self._schema = f"/crm/properties/{settings.version}/contacts"
        self._shown = ",".join((*SIGNALS, MESSAGE, OWNER, settings.id_property))
        self._http = HttpClient(settings.url, tokens=Tokens(self._key), classify=self._meaning)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> CrmRecord:
        """Update the contact that is known, or that has the e-mail or our id, or create one."""
        before, known = changed.record, changed.record.baseline if changed.record else {}
        written = sent = _contact_values(lead, changed.fields - {"email"})
        existed = bool(known.get("existed"))
        contact = await self._update(before.id, sent.values) if before else None
        if contact is None:
            known = {}
            has_id = await self._has_id_property()
            contact = await self._find(lead, sent.values, has_id=has_id, uncertain=uncertain)
            if contact is None:
                new = self._new(lead, changed.interests, has_id=has_id)
                contact, written = await self._create(lead, new, sent)
            existed = written is sent and not self._is_ours(contact, lead, changed.interests)
        record = CrmRecord(id=contact["id"], url=contact.get("url") or "")
        if written is sent and before is None:
            # The caller may take the first interest for written, as if the contact were new.
            for first in changed.interests[:1]:
                await self.note(lead, record, first)
        flagged, remarks = bool(known.get("do_not_contact")), written.remarks
        if lead.do_not_contact and not flagged and (lead.suppressed or not existed):
            remarks = (*remarks, *await self._opt_out(lead))
            flagged = True
        own = {"existed": "yes" * existed, "do_not_contact": "yes" * flagged}
        baseline = _baseline(lead, contact["properties"], known) | own
        return replace(record, baseline=baseline, remarks=remarks)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Compare what contacts show with what they showed when we delivered."""
        ids = list(dict.fromkeys(question.record.id for question in questions))
        found = await self._read_all("contacts", ids, SIGNALS)
        shown = {contact["id"]: contact["properties"] for contact in found}
        acted = {
            question.lead_id: _acted_at(shown[question.record.id], question, self._clock())
            for question in questions
            if question.record.id in shown
        }
        return {lead_id: FollowUpSeen(at=at) for lead_id, at in acted.items() if at}

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the contact's owner a task, unless the contact has the one of this reminder."""
        del lead
        ours = f"[reminder {reminder.reminder_id}]"
        owner = (await self._read(record.id)).get(OWNER) or self._settings.owner
        properties = {
            "hs_timestamp": _instant(reminder.due_at),
            "hs_task_subject": reminder.subject,
            "hs_task_body": _rich(reminder.text, ours),
            "hs_task_status": "NOT_STARTED",
            "hs_task_type": "TODO",
            "hs_task_priority": "HIGH",
            **({OWNER: owner} if owner else {}),
        }
        return await self._attach(TASK, record.id, properties, ours)

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> str:
        """Write a note, unless the contact or one of its notes holds the interest already."""
        ours = mark(interest)
        if ours in ((await self._read(record.id)).get(MESSAGE) or ""):
            return record.id
        properties = {
            "hs_timestamp": _instant(interest.submission.received_at),
            "hs_note_body": _rich(_text(lead, interest), ours),
        }
        return await self._attach(NOTE, record.id, properties, ours)

    async def check(self) -> Sequence[CheckResult]:
        """Try the key, its scopes, and whether the account has what the settings name."""
        settings, results = self._settings, list[CheckResult]()

        async def tried(what: str, request: Request, mend: str, *accept: int) -> JsonObject:
            """Add what became of a request; return its answer, {} if it failed."""
            try:
                response = await self._http.call(request, accept=frozenset(accept))
                found = json_object(request, response)
            except CrmError as error:
                results.append(CheckResult(what=what, ok=False, mend=f"{mend} ({error})"))
                return {}
            results.append(CheckResult(what=what, ok=True))
            return found

        account = await tried(
            f"{self._http.where} takes the Service Key",
            _get(f"/account-info/{settings.version}/details"),
            "set HUBSPOT_TOKEN to a Service Key (Development > Keys > Service keys)",
        )
        if not account:
            return results
        results.append(_zone_check(settings.time_zone, account, self._clock()))
        read, write = "crm.objects.contacts.read", "crm.objects.contacts.write"
        nobody = self._patch(NOBODY, {})
        await tried("contacts can be read", _get(self._contacts, limit="1"), SCOPE.format(read))
        await tried("contacts can be written", nobody, SCOPE.format(write), 400, 404)
        if settings.owner:
            owner = _get(f"/crm/owners/{settings.version}/{settings.owner}")
            mend = f"correct HUBSPOT_OWNER, or {SCOPE.format('crm.objects.owners.read')} to look"
            await tried(f"owner {settings.owner} exists", owner, mend)
        if settings.unsubscribe:
            look = replace(self._unsubscribe("nobody@example.com"), method="GET")
            scope = SCOPE.format("communication_preferences.read_write")
            mend = f"{scope}, or set HUBSPOT_UNSUBSCRIBE to false"
            await tried("addresses can be unsubscribed", look, mend)
        schema = await tried("properties can be read", _get(self._schema), SCOPE.format(read))
        if schema:
            found = {p["name"]: p for p in schema.get("results", [])}
            results += _schema_checks(settings, found)
        return results

    async def _find(
        self, lead: Lead, values: Mapping[str, str], *, has_id: bool, uncertain: bool
    ) -> JsonObject | None:
        """Update the contact with the e-mail, or without one, with our id; None if there is none.

        Raises ``CrmUncertainError`` if there may be one that can't be found.
        """
        if email := normalized_email(lead.contact.email):
            return await self._update(email, values, "email")
        if has_id:
            return await self._update(lead.lead_id, values, self._settings.id_property)
        if uncertain:
            raise CrmUncertainError(
                "the contact may exist, and without an e-mail HubSpot can't find it; a property"
                f" {self._settings.id_property} with unique values would prevent this"
            )
        return None

    async def _create(self, lead: Lead, new: Fitted, sent: Fitted) -> tuple[JsonObject, Fitted]:
        """Create the contact, or update the one that is in the way; return what was written."""
        request = _post(self._contacts, {"properties": new.values}, repeatable=False)
        response = await self._http.call(request, accept=frozenset({400, 409}))
        if response.is_success:
            return _record(request, json_object(request, response)), new
        found = None
        if existing := EXISTING_ID.search(response.text):
            found = await self._update(existing[1], sent.values)
        elif CONFLICTING_VALUE in response.text:
            found = await self._update(lead.lead_id, sent.values, self._settings.id_property)
        if found is None:
            raise self._meaning(request, response) or meaning(request, response)
        return found, sent

    def _new(self, lead: Lead, interests: Sequence[Interest], *, has_id: bool) -> Fitted:
        """Return all properties of a new contact; the first interest is its message."""
        first = next(iter(interests), None)
        own = mapped(self._settings.fields, lead, first)
        contact = _contact_values(lead, CONTACT_FIELDS)
        named = {"email", "firstname", "lastname"} & contact.values.keys()
        fixed = {
            MESSAGE: _cut(_text(lead, first), f"\n{mark(first)}") if first else "",
            OWNER: self._settings.owner,
            STATUS: self._settings.lead_status,
            STAGE: self._settings.lifecycle_stage,
            self._settings.id_property: lead.lead_id if has_id else "",
            **({} if named else {"lastname": UNNAMED}),
        }
        texts = fitted(own, dict.fromkeys(own, LONGEST_TEXT))
        given = {name: value for name, value in fixed.items() if value}
        return Fitted(texts.values | contact.values | given, texts.remarks + contact.remarks)

    def _is_ours(self, contact: JsonObject, lead: Lead, interests: Sequence[Interest]) -> bool:
        """Tell whether a contact that was found is one that we created without hearing of it."""
        shown = contact["properties"]
        message = shown.get(MESSAGE) or ""
        has_our_id = shown.get(self._settings.id_property) == lead.lead_id
        return has_our_id or any(mark(interest) in message for interest in interests)

    async def _opt_out(self, lead: Lead) -> Sequence[str]:
        """Opt the address out of all e-mail; remark if nothing was opted out."""
        email = normalized_email(lead.contact.email)
        if not email:
            return ["do not contact is not set: there is no e-mail to unsubscribe"]
        if not self._settings.unsubscribe:
            return ["do not contact is not set: HUBSPOT_UNSUBSCRIBE is false"]
        request = self._unsubscribe(email)
        response = await self._http.call(request)
        if response.content and json_object(request, response).get("numErrors"):
            raise unanswered(request, f"{response.status_code}, but nothing was unsubscribed")
        return []

    async def _has_id_property(self) -> bool:
        found = await self._look(_get(f"{self._schema}/{self._settings.id_property}"))
        return found is not None and found.get("hasUniqueValue") is True

    async def _update(
        self, key: str, values: Mapping[str, str], id_property: str = ""
    ) -> JsonObject | None:
        """Change a contact and return what it shows then; None if there is no such contact."""
        if values:
            request = self._patch(key, values, id_property)
            changed = await self._look(request)
            if changed is None:
                return None
            key, id_property = _record(request, changed)["id"], ""
        by = {"idProperty": id_property} if id_property else {}
        shown = _get(self._path(key), properties=self._shown, **by)
        found = await self._look(shown)
        return None if found is None else _record(shown, found)

    async def _read(self, contact_id: str) -> JsonObject:
        """Return the properties of a contact that must be there."""
        request = _get(self._path(contact_id), properties=self._shown)
        found = json_object(request, await self._http.call(request))
        properties: JsonObject = _record(request, found)["properties"]
        return properties

    async def _look(self, request: Request) -> JsonObject | None:
        """Return the answer, or None if HubSpot says that there is no such thing."""
        response = await self._http.call(request, accept=frozenset({HTTPStatus.NOT_FOUND}))
        if response.status_code != HTTPStatus.NOT_FOUND:
            return json_object(request, response)
        if not _body(response):
            raise _wrong_address(response)
        return None

    async def _read_all(
        self, path: str, ids: Sequence[str], properties: Collection[str]
    ) -> list[JsonObject]:
        """Return the records that there are, in as few calls as HubSpot allows."""
        found: list[JsonObject] = []
        for some in batched(ids, LARGEST_BATCH, strict=False):
            asked = {"properties": list(properties), "inputs": [{"id": i} for i in some]}
            request = _post(f"{self._objects}/{path}/batch/read", asked, repeatable=True)
            answer = json_object(request, await self._http.call(request))
            # 207: what is missing is no fault, whatever else went wrong is.
            faults = {error.get("category") for error in answer.get("errors") or []} - {NOT_FOUND}
            if faults:
                raise CrmUnavailableError(f"HubSpot could not read all {path}: {faults}")
            found += [_record(request, record) for record in _results(request, answer)]
        return found

    async def _attach(self, kind: Kind, contact_id: str, properties: JsonObject, ours: str) -> str:
        """Attach something new to a contact, or return the id of what has our mark already."""
        request = _get(
            f"{self._path(contact_id)}/associations/{kind.path}", limit=str(LARGEST_PAGE)
        )
        while True:
            page = json_object(request, await self._http.call(request))
            ids = [str(found["toObjectId"]) for found in _results(request, page)]
            for record in await self._read_all(kind.path, ids, [kind.body]):
                if ours in (record["properties"].get(kind.body) or ""):
                    return str(record["id"])
            after = page.get("paging", {}).get("next", {}).get("after")
            if not after:
                break
            request = replace(request, params={**(request.params or {}), "after": str(after)})
        type_ = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind.association}
        to_contact = {"to": {"id": contact_id}, "types": [type_]}
        new = {"properties": properties, "associations": [to_contact]}
        request = _post(f"{self._objects}/{kind.path}", new, repeatable=False)
        made = json_object(request, await self._http.call(request))
        return str(_record(request, made)["id"])

    async def _key(self) -> Token:
        return Token(self._settings.token, ends_at=datetime.max.replace(tzinfo=UTC))

    def _path(self, key: str) -> str:
        return f"{self._contacts}/{quote(key, safe='')}"

    def _patch(self, key: str, values: Mapping[str, str], id_property: str = "") -> Request:
        return Request(
            method="PATCH",
            path=self._path(key),
            repeatable=True,
            params={"idProperty": id_property} if id_property else None,
            json={"properties": dict(values)},
        )

    def _unsubscribe(self, email: str) -> Request:
        """Return the request that opts an address out; done again, it changes nothing.

        https://developers.hubspot.com/docs/api-reference/latest/communication-preferences/guide
        """
        statuses = f"/communication-preferences/{self._settings.version}/statuses"
        return Request(
            method="POST",
            path=f"{statuses}/{quote(email, safe='')}/unsubscribe-all",
            repeatable=True,
            params={"channel": "EMAIL"},
        )

    def _meaning(self, request: Request, response: httpx.Response) -> CrmError | None:
        """Say what an answer means, in HubSpot's words without the values that were sent."""
        status, body = response.status_code, _body(response)
        said = f"{status} {_without_values(_words(body), request)}"[:LONGEST_REASON]
        if status == HTTPStatus.TOO_MANY_REQUESTS and body.get("policyName") == "DAILY":
            return CrmUnavailableError(said, retry_after=self._until_daily_reset())
        if status in NOTHING_DONE:
            return CrmUnavailableError(said, retry_after=retry_after(response))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return CrmCredentialsError(said)
        if status == HTTPStatus.NOT_FOUND and (not body or request.path == self._contacts):
            return _wrong_address(response)
        if status in REFUSED and status not in TRY_LATER:
            return CrmRejectedError(said)
        return None

    def _until_daily_reset(self) -> timedelta:
        """Return the time until midnight in the account, or until the next hour if no zone is set.

        https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines says
        "midnight based on your time zone setting", which we take for the account's. It is midnight
        in some zone at every full hour.
        """
        zone = self._settings.time_zone
        if zone is None:
            now = self._clock()
            return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - now
        there = self._clock().astimezone(zone)
        midnight = datetime.combine(there.date() + timedelta(days=1), time.min, tzinfo=zone)
        return midnight.astimezone(UTC) - there.astimezone(UTC)


def create() -> HubspotCrm:
    """Build the adapter from the environment; raise ``SettingsError``."""
    settings = load(HubspotSettings)
    checked_url("HUBSPOT_URL", settings.url)
    checked_mapping("HUBSPOT_FIELDS", settings.fields)
    return HubspotCrm(settings)


def _get(path: str, **params: str) -> Request:
    return Request(method="GET", path=path, repeatable=True, params=params or None)


def _post(path: str, json: JsonObject, *, repeatable: bool) -> Request:
    return Request(method="POST", path=path, repeatable=repeatable, json=json)


def _contact_values(lead: Lead, names: Collection[str]) -> Fitted:
    """Return contact fields under HubSpot's names; an e-mail only if it is one."""
    given = lead.contact.given() | {"email": normalized_email(lead.contact.email)}
    values = {PROPERTIES[name]: value for name, value in given.items() if name in names}
    return fitted(values, dict.fromkeys(values, LONGEST_TEXT))


def _text(lead: Lead, interest: Interest) -> str:
    """Return an interest, with the e-mail that HubSpot would refuse."""
    email = lead.contact.email
    doubtful = f"\nE-mail as given: {email}" if email and not normalized_email(email) else ""
    return interest_text(interest) + doubtful


def _rich(text: str, ours: str) -> str:
    """Return a text as the HTML that HubSpot shows, with our mark."""
    return _cut(escape(text, quote=False).replace("\n", "<br>"), f"<br>{ours}")


def _cut(text: str, end: str) -> str:
    """Return a text that ends with what must not be cut; half an entity or tag is left out.

    The length is counted as the UTF-16 that HubSpot's servers count in, as far as is known.
    """
    room = 2 * (LONGEST_TEXT - len(end))
    units = text.encode("utf-16-le")
    if len(units) <= room:
        return text + end
    whole = units[: room - 2 * len(CUT)].decode("utf-16-le", "ignore")
    return HALF.sub("", whole) + CUT + end


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _baseline(lead: Lead, shown: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Return what later looks are compared with.

    It is taken anew only after a follow-up: until then, what sales did between two interests is
    still to be seen.
    """
    done_at = lead.follow_up.done_at
    taken_after = done_at.isoformat() if done_at else ""
    if known.get("taken_after") == taken_after:
        return {name: known.get(name, "") for name in (*SIGNALS, "taken_after")}
    return {name: str(shown.get(name) or "") for name in SIGNALS} | {"taken_after": taken_after}


def _acted_at(
    shown: Mapping[str, Any], question: FollowUpQuestion, now: datetime
) -> datetime | None:
    """Return when sales acted, ``now`` if HubSpot does not tell when; None if it did not."""
    before = question.record.baseline
    now_shown = {name: str(shown.get(name) or "") for name in SIGNALS}
    new_times = [now_shown[name] for name in TIMES if now_shown[name] != before.get(name, "")]
    times = [at for at in map(_time, new_times) if at and at > question.since]
    if times:
        return max(times)
    counted = _number(now_shown[COUNTER]) > _number(before.get(COUNTER, ""))
    status = now_shown[STATUS]
    moved = status not in NOT_STARTED and status != before.get(STATUS, "")
    return now if counted or moved else None


def _number(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0


def _time(text: str) -> datetime | None:
    """Return an instant, which HubSpot gives as ISO 8601 or in milliseconds."""
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _body(response: httpx.Response) -> JsonObject:
    try:
        found = response.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _record(request: Request, found: JsonObject) -> JsonObject:
    """Return a record that has an id; an answer without one is none."""
    if not found.get("id") or not isinstance(found.get("properties", {}), dict):
        raise unanswered(request, "HubSpot's answer has no record id")
    return {**found, "id": str(found["id"]), "properties": found.get("properties", {})}


def _results(request: Request, answer: JsonObject) -> list[JsonObject]:
    found = answer.get("results")
    if not isinstance(found, list):
        raise unanswered(request, "HubSpot's answer has no results")
    return found


def _words(body: JsonObject) -> str:
    """Return what an error says: category, message, and the property or scope of each detail."""
    details = [error for error in body.get("errors", []) if isinstance(error, dict)]
    said = [body.get("category"), body.get("message"), _context(body)]
    said += [part for e in details for part in (e.get("in"), e.get("message"), _context(e))]
    return ", ".join(str(part) for part in said if part)


def _context(error: JsonObject) -> str:
    context = error.get("context")
    pairs = context.items() if isinstance(context, dict) else ()
    return "; ".join(f"{name}: {', '.join(map(str, values))}" for name, values in pairs)


def _without_values(words: str, request: Request) -> str:
    """Leave out the customer's values, which HubSpot repeats in errors."""
    sent = request.json.get("properties", {}) if isinstance(request.json, dict) else {}
    values = [unquote(part) for part in request.path.split("/") if "%40" in part]
    if isinstance(sent, dict):
        values += [value for name, value in sent.items() if name not in FROM_SETTINGS]
    for value in sorted(values, key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", words, flags=re.IGNORECASE)
    return words


def _wrong_address(response: httpx.Response) -> CrmUnavailableError:
    return CrmUnavailableError(
        f"{response.status_code}: there is no such API: check HUBSPOT_URL and HUBSPOT_API_VERSION"
    )


def _zone_check(given: ZoneInfo | None, account: JsonObject, now: datetime) -> CheckResult:
    """Compare time zones by what they are now: one may have several names."""
    milliseconds = account.get("utcOffsetMilliseconds")
    offset = now.astimezone(given).utcoffset() if given else None
    ok = offset is None or offset / timedelta(milliseconds=1) == milliseconds
    zone = account.get("timeZone")
    return _result("HUBSPOT_TIME_ZONE fits the account", ok, f"set it to {zone}")


def _result(what: str, ok: bool, mend: str) -> CheckResult:  # noqa: FBT001 - as the class has it
    return CheckResult(what=what, ok=ok, mend="" if ok else mend)


def _schema_checks(settings: HubspotSettings, found: Mapping[str, JsonObject]) -> list[CheckResult]:
    """Look whether the account has the properties and options that the settings name."""
    our_id = settings.id_property
    results = [
        _result(
            f"property {our_id} has unique values",
            found.get(our_id, {}).get("hasUniqueValue") is True,
            f"create a contact property, single-line text, internal name {our_id}, that requires"
            " unique values; without it, some leads without e-mail need a person to look",
        )
    ]
    for setting, name, value in (
        ("HUBSPOT_LEAD_STATUS", STATUS, settings.lead_status),
        ("HUBSPOT_LIFECYCLE_STAGE", STAGE, settings.lifecycle_stage),
    ):
        if value:
            options = {option.get("value") for option in found.get(name, {}).get("options", [])}
            mend = f"set it to the internal name of an option of {name}"
            results.append(_result(f"{setting} {value} exists", value in options, mend))
    for name in settings.fields:
        read_only = found.get(name, {}).get("modificationMetadata", {}).get("readOnlyValue")
        mend = f"create the contact property {name}, or correct HUBSPOT_FIELDS"
        can_be_set = name in found and not read_only
        results.append(_result(f"property {name} can be set", can_be_set, mend))
    return results
