"""The destination Marketo Engage: one person per lead, by e-mail or by a field of our own.

Errors come as HTTP 200 with ``success: false``, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes
Parallel upserts of one person make two, which is documented; our claim keeps them apart, and a
create is ``createOnly``: a person who exists is skipped with 1005, so that a create after a lost
answer finds what the lost one made, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads
That page does not name ``createOnly`` among the actions that heed ``lookupField``, so a person
without e-mail is looked for before one is created.

Marketo has no notes and no tasks: what customers did goes into a text field of the publisher's
(``MARKETO_INTEREST_FIELD``), reminders go by notification.

Not confirmed against a live instance: whether ``company`` may be set on create (it is tried, and
left out if refused); how soon after 1005 a person can be read (if not yet, the lead waits); whether
``updatedAt`` rises with a change of the status alone (if not, follow-ups are seen late or never).
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from http import HTTPStatus
from itertools import batched
from typing import Any

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
    REFRESH_BEFORE,
    HttpClient,
    Request,
    Token,
    Tokens,
    checked_url,
    json_object,
    meaning,
    unanswered,
)
from shared.delivery import CrmRecord
from shared.errors import (
    CrmCredentialsError,
    CrmError,
    CrmRejectedError,
    CrmUnavailableError,
)
from shared.identity import normalized_email
from shared.lead import Interest, Lead
from shared.ports import Changed, CheckResult, Crm, FollowUpQuestion, FollowUpSeen, Reminder
from shared.settings import SECRET, Names, Settings, load

type Person = dict[str, Any]

FIELDS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "title",
}
STATUS, SOURCE = "leadStatus", "leadSource"
DO_NOT_CONTACT = {"unsubscribed": True, "doNotCall": True}

STRING_CHARACTERS = 255
TEXT_AREA_BYTES = 30_000
"""Of fields of the types String and Text Area, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/field-types
"""

CREATE_ONLY = "company"
"""Marketo does not support to change it through the person, see the page on leads."""

SUPPRESSED, STATUS_CHANGED_AT = "suppressed", "status_changed_at"
"""In the baseline, beside the status: the flags were set; when sales changed the status."""

LEADS = "/rest/v1/leads.json"
DESCRIBE = "/rest/v1/leads/describe2.json"
LARGEST_QUERY = 300

TOKEN_REFUSED = {"601", "602"}
DENIED = "603"
DAILY_QUOTA = "607"
WRONG_ADDRESS = "610"
NOT_DONE = {"606", "608", "614", "615", "713"}
PERHAPS_DONE = {"500", "502", "604", "611"}
"""Time-outs and faults inside Marketo. That nothing was done is documented, but not relied on."""

RATE_LIMIT, RATE_WINDOW = "606", timedelta(seconds=20)
"""100 calls in 20 seconds, for all that use the instance, see
https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/marketo-integration-best-practices
"""

QUOTA_ZONE = timezone(timedelta(hours=-6))
"""The daily quota begins anew at "12:00AM CST". Where clocks in Chicago say CDT, this may be an
hour late: to ask too early is to wait for another day."""

NOT_FOUND, EXISTS = "1004", "1005"
NOBODY = 0

API_NAME = "^[A-Za-z][A-Za-z0-9_]*$"


class MarketoSettings(Settings):
    """The destination ``marketo``."""

    url: str = Field(
        validation_alias="MARKETO_URL",
        description="address of the instance's REST API: https://000-AAA-000.mktorest.com",
    )
    client_id: str = Field(
        validation_alias="MARKETO_CLIENT_ID", description="client id of the LaunchPoint service"
    )
    client_secret: str = Field(
        validation_alias="MARKETO_CLIENT_SECRET",
        description="client secret of the LaunchPoint service",
        json_schema_extra=SECRET,
    )
    id_field: str = Field(
        "",
        validation_alias="MARKETO_ID_FIELD",
        pattern=API_NAME,
        description="API name of a custom field of type String that gets our lead id; without it,"
        " leads without e-mail are parked",
    )
    interest_field: str = Field(
        "",
        validation_alias="MARKETO_INTEREST_FIELD",
        pattern=API_NAME,
        description="API name of a custom field of type Text Area that gets what the customer did,"
        " newest first",
    )
    source: str = Field(
        "Microsoft marketplace",
        validation_alias="MARKETO_SOURCE",
        description="leadSource of new persons",
    )
    status: str = Field(
        "", validation_alias="MARKETO_STATUS", description="leadStatus of new persons"
    )
    open_statuses: Names = Field(
        ("New", "Open", "Open - Not Contacted"),
        validation_alias="MARKETO_OPEN_STATUSES",
        description="leadStatus that tells no follow-up, as workflows or a CRM sync set it,"
        " separated by commas",
    )
    own_fields: Json[dict[str, str]] = Field(
        default={},
        validation_alias="MARKETO_FIELDS",
        description='own fields of new persons, as JSON: {"offer": "{offer_title}"}',
    )


def create() -> Crm:
    """Return the adapter as configured; raise ``SettingsError``."""
    settings = load(MarketoSettings)
    checked_url("MARKETO_URL", settings.url)
    checked_mapping("MARKETO_FIELDS", settings.own_fields)
    return MarketoCrm(settings)


class MarketoCrm:
    """The port ``Crm`` on Marketo's REST API.

    A person who was there before us keeps source and status, and may be contacted as before unless
    the customer is on our suppression list.
    """

    tells_follow_up = True
    takes_notes = True

    def __init__(
        self,
        settings: MarketoSettings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take settings that were checked; nothing is sent yet."""
        # Marketo shows its addresses as …/rest and …/identity.
        base = settings.url.rstrip("/").removesuffix("/rest").removesuffix("/identity")
        self._settings = settings
        self._clock = clock
        self._identity = HttpClient(base, classify=self._login_refused)
        self._tokens = Tokens(self._fetch_token, clock)
        self._http = HttpClient(base, tokens=self._tokens, classify=_wrong_address)

    async def close(self) -> None:
        """Close the connections."""
        await self._identity.close()
        await self._http.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> CrmRecord:
        """Create the person, or send what changed to the one that is known or exists."""
        del uncertain  # each create finds what an earlier one made
        if changed.record is None:
            created = await self._create(lead, changed.interests)
            if created is not None:
                return created
        found = await self._find(lead, changed.record)
        return await self._update(lead, changed, found)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Compare each person's lead status with what it was when we delivered."""
        seen = {}
        for some in batched(questions, LARGEST_QUERY, strict=False):
            ids = sorted({question.record.id for question in some})
            persons = {str(p["id"]): p for p in await self._query("id", ",".join(ids))}
            for question in some:
                at = self._acted_at(persons.get(question.record.id), question)
                if at is not None:
                    seen[question.lead_id] = FollowUpSeen(at=max(at, question.since))
        return seen

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Return "": Marketo has no tasks, reminders go by notification."""
        del lead, record, reminder
        return ""

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> str:
        """Put an interest before the others in the field for them; "" if there is no such field."""
        if not self._settings.interest_field:
            return ""
        found = await self._find(lead, record)
        noted = self._noted(lead, interest, found)
        if noted.values:
            await self._change(str(found["id"]), noted.values)
        return interest.submission.submission_id

    async def check(self) -> Sequence[CheckResult]:
        """Try the credentials, the permissions, and the fields that the settings name.

        Permission to write is tried on a person who can't be: nothing is written.
        """
        role = "give the API user's role {} Lead, and allow this app if addresses are restricted"
        login = "check MARKETO_URL, MARKETO_CLIENT_ID and MARKETO_CLIENT_SECRET"
        what, mend = "Marketo answers, and persons can be read", role.format("Read-Only")
        try:
            described = await self._ask(_get(DESCRIBE, {}))
        except CrmError as error:
            return [_checked(f"{what} ({error})", f"{login}; {mend}", ok=False)]
        refused = ""
        try:
            with suppress(CrmRejectedError):  # the person, not us
                await self._write("updateOnly", "id", {"id": NOBODY})
        except CrmError as error:
            refused = f" ({error})"
        mend = role.format("Read-Write")
        return [
            _checked(what, mend, ok=True),
            _checked(f"persons can be written{refused}", mend, ok=not refused),
            *_field_checks(self._settings, described[0] if described else {}),
        ]

    async def _create(self, lead: Lead, interests: Sequence[Interest]) -> CrmRecord | None:
        """Create the person; return None if there is one."""
        lookup, key = self._key(lead)
        if lookup != "email" and await self._query(lookup, key):
            return None
        settings, first = self._settings, next(iter(interests), None)
        values = _values(lead)
        once = {SOURCE: settings.source, STATUS: settings.status}
        own = once | mapped(settings.own_fields, lead, first)
        texts = fitted(own, dict.fromkeys(own, STRING_CHARACTERS))
        noted = self._noted(lead, first, {}) if first else Fitted({}, ())
        person: Person = values.values | texts.values | noted.values
        remarks = values.remarks + texts.remarks + noted.remarks
        if settings.id_field:
            person[settings.id_field] = lead.lead_id
        if lead.do_not_contact:
            person |= DO_NOT_CONTACT
        try:
            created = await self._write("createOnly", lookup, person)
        except CrmRejectedError as error:
            if CREATE_ONLY not in person or CREATE_ONLY not in str(error).lower():
                raise
            del person[CREATE_ONLY]
            remarks = (*remarks, "company left out, which Marketo refuses")
            created = await self._write("createOnly", lookup, person)
        baseline = {STATUS: person.get(STATUS, ""), **_told(lead)}
        return CrmRecord(id=created, baseline=baseline, remarks=remarks) if created else None

    async def _update(self, lead: Lead, changed: Changed, found: Person) -> CrmRecord:
        """Send the contact fields that changed; nothing that sales works on."""
        known = changed.record.baseline if changed.record else self._first_status(lead, found)
        values = _values(lead, changed.fields - {CREATE_ONLY})
        person: Person = dict(values.values)
        remarks = values.remarks
        if CREATE_ONLY in changed.fields and lead.contact.company:
            remarks = (*remarks, "company not sent: Marketo takes it with a new person only")
        if lead.suppressed and SUPPRESSED not in known:
            person |= DO_NOT_CONTACT
        if changed.record is None:
            # The caller takes the first interest of a new record as written.
            for first in changed.interests[:1]:
                noted = self._noted(lead, first, found)
                person |= noted.values
                remarks += noted.remarks
        if person:
            await self._change(str(found["id"]), person)
        baseline = {**self._status_baseline(known, found), **_told(lead)}
        return CrmRecord(id=str(found["id"]), baseline=baseline, remarks=remarks)

    def _first_status(self, lead: Lead, found: Person) -> dict[str, str]:
        """Return the status that we gave a person, or that who was there before us has."""
        ours = self._settings.id_field and _text(found, self._settings.id_field) == lead.lead_id
        return {STATUS: self._settings.status if ours else _text(found, STATUS)}

    def _status_baseline(self, known: Mapping[str, str], found: Person) -> dict[str, str]:
        """Return the status as it is now, and when sales is known to have changed it.

        With the status alone, what sales did between two interests would be forgotten.
        """
        changed_at = known.get(STATUS_CHANGED_AT, "")
        if self._is_moved(found, known):
            changed_at = self._changed_at(found).isoformat()
        status = {STATUS: _text(found, STATUS)}
        return {**status, STATUS_CHANGED_AT: changed_at} if changed_at else status

    def _acted_at(self, person: Person | None, question: FollowUpQuestion) -> datetime | None:
        """Return when sales acted since the question's time; Marketo's are whole seconds."""
        known = question.record.baseline
        acts = [datetime.fromisoformat(at) for at in [known.get(STATUS_CHANGED_AT)] if at]
        if person is not None and self._is_moved(person, known):
            acts.append(self._changed_at(person))
        since = question.since.replace(microsecond=0)
        return max((at for at in acts if at >= since), default=None)

    def _is_moved(self, person: Person, known: Mapping[str, str]) -> bool:
        status = _text(person, STATUS)
        not_moved = {"", known.get(STATUS, ""), *self._settings.open_statuses}
        return status not in not_moved

    def _changed_at(self, person: Person) -> datetime:
        """Return when a person last changed; now, if Marketo does not tell."""
        try:
            at = datetime.fromisoformat(_text(person, "updatedAt"))
        except ValueError:
            return self._clock()
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def _key(self, lead: Lead) -> tuple[str, str]:
        """Return the field by which the person is recognised, and its value."""
        if email := _email(lead):
            return "email", email
        if self._settings.id_field:
            return self._settings.id_field, lead.lead_id
        raise CrmRejectedError(
            "Marketo recognises a person by e-mail, and the lead has none that Marketo takes:"
            " set MARKETO_ID_FIELD, then release the lead"
        )

    async def _find(self, lead: Lead, record: CrmRecord | None) -> Person:
        """Return the person of a record or else of a lead: who was merged is another person now."""
        ours = self._settings.id_field, self._settings.interest_field
        if record is not None and (same := await self._query("id", record.id, *ours)):
            return same[0]
        found = await self._query(*self._key(lead), *ours)
        if len(found) > 1:
            raise CrmRejectedError(
                f"{len(found)} persons in Marketo match the lead: merge them, then release the lead"
            )
        if found:
            return found[0]
        if record is not None:
            raise CrmRejectedError(f"the person {record.id} was deleted in Marketo")
        raise CrmUnavailableError("Marketo says that the person exists, but does not show it")

    def _noted(self, lead: Lead, interest: Interest, found: Person) -> Fitted:
        """Return the field of interests with one more before the others, nothing if it is there."""
        field, ours = self._settings.interest_field, mark(interest)
        before = _text(found, field)
        if not field or ours in before:
            return Fitted({}, ())
        email = lead.contact.email
        refused = f"\nE-mail as given: {email}" if email and not _email(lead) else ""
        text = interest_text(interest) + refused
        said = _cut(text, TEXT_AREA_BYTES - len(f"\n{ours}"))
        remarks = (f"{field} cut to {TEXT_AREA_BYTES} bytes",) if said != text else ()
        all_said = _cut(f"{said}\n{ours}\n\n{before}".rstrip(), TEXT_AREA_BYTES)
        return Fitted({field: all_said}, remarks)

    async def _query(self, by: str, value: str, *others: str) -> list[Person]:
        """Return the persons who have a value: their status, and other fields as named."""
        fields = ",".join(filter(None, ("id", STATUS, "updatedAt", *others)))
        request = _get(LEADS, {"filterType": by, "filterValues": value, "fields": fields})
        found = await self._ask(request)
        if not all(person.get("id") for person in found):
            raise unanswered(request, "200, but the answer has a person without an id")
        return found

    async def _change(self, person_id: str, person: Person) -> None:
        """Change a person who was there a moment ago."""
        if not await self._write("updateOnly", "id", {"id": int(person_id), **person}):
            raise CrmUnavailableError(f"the person {person_id} was deleted or merged meanwhile")

    async def _write(self, action: str, lookup: str, person: Person) -> str:
        """Write one person; return the id, or "" if createOnly finds one or updateOnly none."""
        body = {"action": action, "lookupField": lookup, "input": [person]}
        repeatable = action == "updateOnly"
        request = Request(method="POST", path=LEADS, repeatable=repeatable, json=body)
        written = next(iter(await self._ask(request)), {})
        if written.get("status") in {"created", "updated"} and written.get("id"):
            return str(written["id"])
        reasons = _problems(written.get("reasons"))
        if (NOT_FOUND if repeatable else EXISTS) in reasons:
            return ""
        if reasons:
            raise CrmRejectedError(_said(reasons, request))
        raise unanswered(request, "200, but the answer has no id of a person")

    async def _ask(self, request: Request) -> list[Person]:
        """Send a request; return its results. A token that is refused is fetched anew, once."""
        used = await self._tokens.get()
        body = json_object(request, await self._http.call(request))
        if _problems(body.get("errors")).keys() & TOKEN_REFUSED:
            await self._tokens.get(instead_of=used)
            body = json_object(request, await self._http.call(request))
        results = body.get("result")
        if body.get("success") is True and isinstance(results, list):
            return [one for one in results if isinstance(one, dict)]
        raise self._failure(request, _problems(body.get("errors")))

    def _failure(self, request: Request, problems: Mapping[str, str]) -> CrmError:
        codes, said = problems.keys(), _said(problems, request)
        if codes & {*TOKEN_REFUSED, DENIED}:
            return CrmCredentialsError(said)
        if DAILY_QUOTA in codes:
            return CrmUnavailableError(said, retry_after=_until_midnight(self._clock()))
        if WRONG_ADDRESS in codes:
            return CrmUnavailableError(f"{said}: check MARKETO_URL")
        if codes & NOT_DONE:
            wait = RATE_WINDOW if RATE_LIMIT in codes else None
            return CrmUnavailableError(said, retry_after=wait)
        if not codes or codes & PERHAPS_DONE:
            return unanswered(request, said or "200, but neither a result nor an error")
        return CrmRejectedError(said)

    async def _fetch_token(self) -> Token:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
        }
        request = _get("/identity/oauth/token", asked)
        body = json_object(request, await self._identity.call(request))
        token, seconds = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise CrmUnavailableError("the answer to the login has no token")
        # Until a token ends, Marketo gives the same one again: to ask earlier is of no use, see
        # https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication
        return Token(token, self._clock() + timedelta(seconds=seconds) + REFRESH_BEFORE)

    def _login_refused(self, request: Request, response: httpx.Response) -> CrmError:
        if response.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            return CrmCredentialsError(
                f"{response.status_code}: Marketo refuses MARKETO_CLIENT_ID and"
                " MARKETO_CLIENT_SECRET"
            )
        return _wrong_address(request, response) or meaning(
            request, response, secrets=[self._settings.client_secret]
        )


def _field_checks(settings: MarketoSettings, described: Mapping[str, Any]) -> list[CheckResult]:
    """Look whether persons have the fields that we write."""
    fields = {str(field.get("name")): field for field in described.get("fields", [])}
    searchable = {name for some in described.get("searchableFields", []) for name in some}
    results = [
        _checked(
            f"{setting} is set",
            f"create a custom field of type {kind} (Admin, Field Management), and set {setting} to"
            f" its API name; without it, {without}",
            ok=bool(name),
        )
        for setting, name, kind, without in (
            ("MARKETO_ID_FIELD", settings.id_field, "String", "leads without e-mail are parked"),
            (
                "MARKETO_INTEREST_FIELD",
                settings.interest_field,
                "Text Area",
                "Marketo does not show what customers did",
            ),
        )
    ]
    ours = [settings.id_field, settings.interest_field, *settings.own_fields]
    for name in dict.fromkeys([*FIELDS.values(), SOURCE, STATUS, *DO_NOT_CONTACT, *ours]):
        if name:
            ok = fields.get(name, {}).get("updateable", name in fields) is True
            mend = f"create the field {name} (Admin, Field Management), or correct the setting"
            results.append(_checked(f"field {name} can be written", mend, ok=ok))
    if settings.id_field:
        mend = "set MARKETO_ID_FIELD to a custom field of type String"
        what = f"persons can be found by {settings.id_field}"
        results.append(_checked(what, mend, ok=settings.id_field in searchable))
    return results


def _checked(what: str, mend: str, *, ok: bool) -> CheckResult:
    return CheckResult(what=what, ok=ok, mend="" if ok else mend)


def _values(lead: Lead, names: Collection[str] = FIELDS.keys()) -> Fitted:
    """Return contact fields as Marketo takes them."""
    given = lead.contact.given() | {"email": _email(lead)}
    values = {FIELDS[name]: value for name, value in given.items() if name in names}
    return fitted(values, dict.fromkeys(values, STRING_CHARACTERS))


def _email(lead: Lead) -> str:
    """Return an address in ASCII, which is all that Marketo takes, or none."""
    email = normalized_email(lead.contact.email)
    return email if email.isascii() and len(email) <= STRING_CHARACTERS else ""


def _told(lead: Lead) -> dict[str, str]:
    return {SUPPRESSED: "yes"} if lead.suppressed else {}


def _cut(text: str, size: int) -> str:
    """Cut a text to so many bytes, never within a character."""
    whole = text.encode()
    if len(whole) <= size:
        return text
    return whole[: size - len(CUT.encode())].decode(errors="ignore") + CUT


def _problems(listed: object) -> dict[str, str]:
    """Return the messages of errors or reasons by their code."""
    problems = listed if isinstance(listed, list) else []
    return {str(p.get("code")): str(p.get("message")) for p in problems if isinstance(p, dict)}


def _said(problems: Mapping[str, str], request: Request) -> str:
    """Return Marketo's words without the customer's values, which it repeats in some."""
    words = "; ".join(f"{code}: {message}" for code, message in problems.items())
    sent = [value for person in (request.json or {}).get("input", ()) for value in person.values()]
    sent += [value for name, value in (request.params or {}).items() if name == "filterValues"]
    for value in sorted({v for v in sent if v and isinstance(v, str)}, key=len, reverse=True):
        words = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", words, flags=re.IGNORECASE)
    return words[:LONGEST_REASON]


def _get(path: str, params: Mapping[str, str]) -> Request:
    return Request(method="GET", path=path, repeatable=True, params=params)


def _wrong_address(request: Request, response: httpx.Response) -> CrmError | None:
    del request
    if response.status_code == HTTPStatus.NOT_FOUND:
        return CrmUnavailableError("404: there is no such API: check MARKETO_URL")
    return None


def _until_midnight(now: datetime) -> timedelta:
    """Return the time until the daily quota begins anew."""
    there = now.astimezone(QUOTA_ZONE)
    midnight = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - there


def _text(person: Mapping[str, Any], field: str) -> str:
    return str(person.get(field) or "")
