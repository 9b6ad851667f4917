"""The destination Salesforce: one ``Lead`` a customer, known by a custom field with our lead id.

Which request carries what, so that neither a lost answer nor a race doubles or overwrites anything:

- *create* is ``POST …/sobjects/Lead`` with all there is, our id included. The field is unique, so
  where the lead exists against expectation nothing is written and ``DUPLICATE_VALUE`` says so. The
  upsert by external id would write owner and status over what sales has made of them by then; and
  it answers ``DUPLICATE_VALUE`` too when two of them meet, see
  https://help.salesforce.com/s/articleView?id=000383480
- *update* is ``PATCH …/sobjects/Lead/<record id>`` with what the marketplace changed; it can't
  create, and never has owner, status, source or the assignment rule in it.
- before an update, one query tells status, conversion, deletion and merging.

A note is a completed ``Task``: every org has them, they stand in the lead's timeline, and one
request makes one. ``ContentNote`` must be enabled, takes HTML only and needs a second record to
link it. Our own tasks move ``LastActivityDate``, so that is no sign of follow-up here.

Not confirmed against a live org: whether lengths count a character beyond U+FFFF as two; how a
queue is refused as the owner of a task (we fall back to the integration's user on any refusal); for
how long ``MasterRecordId`` shows where a merged lead went; whether deletion moves a lead's
``LastModifiedDate``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import batched
from typing import Any, Self

import httpx
from pydantic import Field, Json, model_validator

from shared.adapters.crm_values import (
    Fitted,
    checked_mapping,
    fitted,
    interest_text,
    mapped,
    mark,
)
from shared.adapters.http_client import (
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
)
from shared.lead import CONTACT_FIELDS, Interest, Lead
from shared.ports import Changed, CheckResult, Crm, FollowUpQuestion, FollowUpSeen, Reminder
from shared.settings import SECRET, Settings, check_together, load

OWNER = "^(005|00G)[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?$"
ASSIGNMENT = "^(TRUE|FALSE|01Q[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?)$"

FIELDS = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "Email",
    "phone": "Phone",
    "country": "Country",
    "company": "Company",
    "title": "Title",
}
LENGTHS = {
    "FirstName": 40,
    "LastName": 80,
    "Email": 80,
    "Phone": 40,
    "Country": 80,
    "CountryCode": 10,
    "Company": 255,
    "Title": 128,
    "Description": 32_000,
    "Subject": 255,
}
"""See https://developer.salesforce.com/docs/atlas.en-us.sfFieldRef.meta/sfFieldRef/salesforce_field_reference_Lead.htm"""

DO_NOT_CONTACT = {"DoNotCall": True, "HasOptedOutOfEmail": True}
TOLD_NOT_TO_CONTACT = "do_not_contact"
STATUS_CHANGED_AT = "StatusChangedAt"
"""In the baseline, beside the status: the flags were set; when sales changed the status."""

NOTE_SUBJECT = "Marketplace interest"
"""How the subjects of our notes start, by which they are told from what sales did."""

READ = (
    "Id, IsDeleted, MasterRecordId, IsConverted, ConvertedContactId, OwnerId, Status, Description,"
    " CreatedById, LastModifiedById, LastModifiedDate, LastModifiedBy.Name"
)
_LAST = "ORDER BY LastModifiedDate DESC LIMIT 1)"
_ACT = "(SELECT LastModifiedDate, LastModifiedBy.Name FROM"
ACTS = (
    "Id, IsDeleted, IsConverted, Status, LastModifiedDate, LastModifiedBy.Name,"
    f" {_ACT} Tasks WHERE IsClosed = TRUE"
    f" AND (Subject = NULL OR (NOT Subject LIKE '{NOTE_SUBJECT}%')) {_LAST}, {_ACT} Events {_LAST}"
)
"""What shows whether sales acted: the lead itself, and the newest of what was logged on it."""

IDS_AT_ONCE = 40
"""Salesforce recommends addresses of 2,000 characters at most, see
https://help.salesforce.com/s/articleView?id=000386264
"""

SESSION = timedelta(hours=24)
"""A token's end is not told; it is used until it is refused (``INVALID_SESSION_ID``), see
https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
"""

QUOTA_WAIT = timedelta(hours=1)
"""The daily quota of calls counts the last 24 hours, so that some come back with every hour, see
https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
"""

TRANSIENT = {
    "API_CURRENTLY_DISABLED",
    "ENTITY_IS_DELETED",
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
    "QUERY_TIMEOUT",
    "REQUEST_LIMIT_EXCEEDED",
    "SERVER_UNAVAILABLE",
    "STORAGE_LIMIT_EXCEEDED",
    "UNABLE_TO_LOCK_ROW",
}
"""Nothing was done and it may work later: a lead deleted just now is made anew then."""

SETUP = {
    "API_DISABLED_FOR_ORG",
    "INACTIVE_OWNER_OR_USER",
    "INSUFFICIENT_ACCESS",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "INVALID_CROSS_REFERENCE_KEY",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_SESSION_ID",
    "INVALID_TYPE",
    "NOT_FOUND",
    "UNSUPPORTED_API_VERSION",
}
"""The org or our settings are at fault and not this lead: leads wait until that is mended. A field
that the user may not see is told as one that does not exist. Codes: see
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

HANDLED = {"POST": "DUPLICATE_VALUE", "PATCH": "CANNOT_UPDATE_CONVERTED_LEAD"}
"""Refusals that are no fault: the lead is there already; sales has converted it."""

MEND_LOGIN = (
    "check SALESFORCE_URL (the My Domain address), SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET,"
    " SALESFORCE_API_VERSION, and that the app's run-as user has API Enabled and access to Lead"
)
MATCHED_ID = re.compile(r'"(?:Id|url)"\s*:\s*"(?:[^"]*/)?(\w{15,18})"')
NO_ACCESS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
BUSY_LOGIN = re.compile("rate.(limit.)?exceeded")
SHORTEST_HIDDEN = 3


class SalesforceSettings(Settings):
    """The destination ``salesforce``."""

    url: str = Field(
        "",
        validation_alias="SALESFORCE_URL",
        description="address of My Domain: https://fabrikam.my.salesforce.com",
    )
    client_id: str = Field(
        "",
        validation_alias="SALESFORCE_CLIENT_ID",
        description="consumer key of the External Client App",
    )
    client_secret: str = Field(
        "",
        validation_alias="SALESFORCE_CLIENT_SECRET",
        description="consumer secret of the External Client App",
        json_schema_extra=SECRET,
    )
    api_version: str = Field(
        "v68.0",
        validation_alias="SALESFORCE_API_VERSION",
        pattern=r"^v[0-9]{2,3}\.0$",
        description="version of the REST API, such as v68.0",
    )
    id_field: str = Field(
        "Marketplace_Lead_Id__c",
        validation_alias="SALESFORCE_ID_FIELD",
        pattern="^[A-Za-z][A-Za-z0-9_]*__c$",
        description="API name of the unique external id field of Lead that holds our lead id",
    )
    owner: str = Field(
        "",
        validation_alias="SALESFORCE_OWNER",
        pattern=OWNER,
        description="owner of new leads: id of a user (005…) or a queue (00G…)",
    )
    assignment: str = Field(
        "",
        validation_alias="SALESFORCE_ASSIGNMENT",
        pattern=ASSIGNMENT,
        description="assignment rule for new leads: TRUE (the active one), FALSE, or an id (01Q…);"
        " without it FALSE if SALESFORCE_OWNER is set, else TRUE",
    )
    status: str = Field(
        "",
        validation_alias="SALESFORCE_STATUS",
        description="Status of new leads; without it the org's default",
    )
    lead_source: str = Field(
        "",
        validation_alias="SALESFORCE_LEAD_SOURCE",
        description="LeadSource of new leads; without it the org's default",
    )
    company_placeholder: str = Field(
        "[not provided]",
        validation_alias="SALESFORCE_COMPANY_PLACEHOLDER",
        max_length=LENGTHS["LastName"],
        description="Company, and LastName if there is no e-mail either, where none was given",
    )
    country_field: str = Field(
        "Country",
        validation_alias="SALESFORCE_COUNTRY_FIELD",
        pattern="^(Country|CountryCode)$",
        description="Country, or CountryCode where State and Country/Territory Picklists are on",
    )
    closed_task_status: str = Field(
        "Completed",
        validation_alias="SALESFORCE_CLOSED_TASK_STATUS",
        description="Status of tasks that are done",
    )
    own_fields: Json[dict[str, str]] = Field(
        default={},
        validation_alias="SALESFORCE_FIELDS",
        description='own fields of new leads, as JSON: {"Offer__c": "{offer_title}"}',
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            "SALESFORCE_URL": self.url,
            "SALESFORCE_CLIENT_ID": self.client_id,
            "SALESFORCE_CLIENT_SECRET": self.client_secret,
        }
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise ValueError(f"{', '.join(missing)}: should be set, see docs/destinations")
        return self

    @property
    def assign(self) -> str:
        """Return the assignment rule for new leads."""
        return self.assignment or ("FALSE" if self.owner else "TRUE")

    @property
    def names(self) -> dict[str, str]:
        """Return Salesforce's names of the contact's fields."""
        return FIELDS | {"country": self.country_field}

    @property
    def set_once(self) -> dict[str, str]:
        """Return what is sales' own as soon as the lead is there."""
        first = {"Status": self.status, "LeadSource": self.lead_source, "OwnerId": self.owner}
        return {name: value for name, value in first.items() if value}


def create() -> Crm:
    """Return the adapter as configured; raise ``SettingsError``."""
    settings = load(SalesforceSettings)
    check_together(
        lambda: checked_url("SALESFORCE_URL", settings.url),
        lambda: checked_mapping("SALESFORCE_FIELDS", settings.own_fields),
    )
    return SalesforceCrm(settings)


class SalesforceCrm:
    """The port ``Crm`` on Salesforce's REST API."""

    tells_follow_up = True
    takes_notes = True

    def __init__(self, settings: SalesforceSettings) -> None:
        """Take settings that were checked; nothing is sent yet."""
        self._settings = settings
        self._names = settings.names
        self._url = settings.url.rstrip("/")
        self._api = f"/services/data/{settings.api_version}"
        self._login = HttpClient(self._url, classify=login_refused)
        self._http = HttpClient(self._url, tokens=Tokens(self._token), classify=refused)

    async def close(self) -> None:
        """Close the connections."""
        await self._login.close()
        await self._http.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> CrmRecord:
        """Create the lead, or send what changed; a converted one is left as it is.

        A lead that was deleted is made anew: the customer has asked again.
        """
        stored = changed.record.id if changed.record else ""
        found = await self._find(lead.lead_id, stored) if stored or uncertain else None
        if found is None:
            created = await self._create(lead, changed)
            if isinstance(created, CrmRecord):
                return created
            found = await self._find(lead.lead_id)
            if found is None:
                raise created
            # Who called us takes it that a new record has the first interest.
            for interest in changed.interests[:1]:
                await self.note(lead, CrmRecord(id=found["Id"]), interest)
        return await self._update(lead, changed, found)

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return what sales did: status, conversion, deletion, closed tasks, meetings."""
        seen: dict[str, FollowUpSeen] = {}
        for some in batched(questions, IDS_AT_ONCE, strict=False):
            ids = ", ".join(sorted({_quoted(question.record.id) for question in some}))
            rows = await self._rows("Lead", f"Id IN ({ids})", ACTS)
            by_id = {row["Id"]: row for row in rows}
            acts = {q.lead_id: acted(by_id.get(q.record.id), q) for q in some}
            seen |= {lead_id: act for lead_id, act in acts.items() if act}
        return seen

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the lead's owner a task, once; a converted lead needs none."""
        del lead
        row = await self._present(record)
        if row["IsConverted"]:
            return ""
        remark = f"[reminder {reminder.reminder_id}]"
        due_at = reminder.due_at.astimezone(UTC)
        subject = _cut("Subject", reminder.subject)
        task = {
            "WhoId": row["Id"],
            "OwnerId": row["OwnerId"],
            "Subject": subject,
            "Description": _marked(reminder.text, remark),
            "ActivityDate": f"{due_at:%Y-%m-%d}",
            "IsReminderSet": True,
            "ReminderDateTime": f"{due_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        return await self._task_once(task, remark, f"Subject = {_quoted(subject)}")

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> str:
        """Log the interest as a completed task, once; on a converted lead's contact if it has one.

        An interest that the lead's description holds already is not noted again.
        """
        del lead
        row = await self._present(record)
        if mark(interest) in (row["Description"] or ""):
            return record.id
        submission = interest.submission
        offer = submission.offer_title or submission.offer or submission.source
        task = {
            "WhoId": row["ConvertedContactId"] or row["Id"],
            "Subject": _cut("Subject", f"{NOTE_SUBJECT}: {offer}".removesuffix(": ")),
            "Description": _marked(interest_text(interest), mark(interest)),
            "ActivityDate": f"{submission.received_at:%Y-%m-%d}",
            "Status": self._settings.closed_task_status,
        }
        return await self._task_once(task, mark(interest), f"Subject LIKE '{NOTE_SUBJECT}%'")

    async def check(self) -> Sequence[CheckResult]:
        """Describe ``Lead``, and look for what the settings name."""
        what = f"{self._url} lets us in and shows the object Lead"
        path = f"{self._api}/sobjects/Lead/describe"
        request = Request(method="GET", path=path, repeatable=True)
        try:
            described = json_object(request, await self._http.call(request))
        except CrmError as error:
            return [CheckResult(what=what, ok=False, mend=f"{error}; {MEND_LOGIN}")]
        found = [CheckResult(what=what, ok=True), *lead_checks(described, self._settings)]
        for wanted, source, where, mend in rows_wanted(self._settings):
            try:
                there, why = bool(await self._rows(source, where)), ""
            except CrmError as error:
                there, why = False, f"{error}; "
            found.append(_result(wanted, why + mend, ok=there))
        return found

    async def _find(self, lead_id: str, record_id: str = "") -> dict[str, Any] | None:
        """Return the record that was stored or has our id; where it was merged into, if it was."""
        columns = ", ".join((READ, *self._names.values()))
        ours = f"{self._settings.id_field} = {_quoted(lead_id)}"
        looked = {record_id}
        while True:
            stored = f" OR Id = {_quoted(record_id)}" if record_id else ""
            rows = await self._rows("Lead", ours + stored, columns)
            live = [row for row in rows if not row["IsDeleted"]]
            found = [row for row in live if row["Id"] == record_id] or live
            if len(found) > 1:
                ids = ", ".join(row["Id"] for row in found)
                raise CrmRejectedError(f"several leads have our id, merge them: {ids}")
            masters = {row["MasterRecordId"] for row in rows} - {None} - looked
            if found or not masters:
                return found[0] if found else None
            record_id = masters.pop()
            looked.add(record_id)

    async def _create(self, lead: Lead, changed: Changed) -> CrmRecord | CrmError:
        """Create the record; return the refusal if some lead has our id already."""
        settings = self._settings
        first = next(iter(changed.interests), None)
        fit = self._values(lead, CONTACT_FIELDS)
        placeholders = {
            "LastName": _cut("LastName", lead.contact.email or settings.company_placeholder),
            "Company": settings.company_placeholder,
        }
        set_once = {
            "Description": self._description(lead, first, fit),
            **settings.set_once,
            **mapped(settings.own_fields, lead, first),
            settings.id_field: lead.lead_id,
        }
        given = {name: value for name, value in set_once.items() if value}
        body = {**placeholders, **fit.values, **given, **_flags(lead, None)}
        saved = await self._save("POST", "", body, assign=settings.assign)
        if saved.refusal:
            return saved.refusal
        return CrmRecord(
            id=saved.record_id,
            url=f"{self._url}/{saved.record_id}",
            baseline={**await self._first_status(saved.record_id), **_told_flags(lead)},
            remarks=(*fit.remarks, *saved.remarks),
        )

    def _description(self, lead: Lead, first: Interest | None, fit: Fitted) -> str:
        """Return the first interest, and whole what did not fit elsewhere."""
        given = lead.contact.given()
        cut = [
            f"{theirs}: {given[ours]}"
            for ours, theirs in self._names.items()
            if ours in given and given[ours] != fit.values.get(theirs)
        ]
        text = "\n".join([*([interest_text(first)] if first else []), *cut])
        return _marked(text, mark(first)) if first else _cut("Description", text)

    async def _first_status(self, record_id: str) -> dict[str, str]:
        """Return the status that the org gave; that it can't be read is no fault of the create."""
        try:
            rows = await self._rows("Lead", f"Id = {_quoted(record_id)}", "Status")
        except CrmError:
            return {}
        return {"Status": rows[0]["Status"]} if rows else {}

    async def _update(self, lead: Lead, changed: Changed, found: dict[str, Any]) -> CrmRecord:
        """Send the fields that changed; a record that was found unstored keeps what sales wrote."""
        names: Iterable[str] = changed.fields
        if changed.record is None and found["LastModifiedById"] != found["CreatedById"]:
            names = [name for name in names if not found[self._names[name]]]
        fit = self._values(lead, names)
        body = {**fit.values, **_flags(lead, changed.record)}
        remarks = fit.remarks
        converted = found["IsConverted"]
        if body and not converted:
            saved = await self._save("PATCH", f"/{found['Id']}", body, assign="FALSE")
            remarks += saved.remarks
            converted = saved.refusal is not None
        if body and converted:
            remarks = ("the lead is converted: its fields stay as they are",)
        return CrmRecord(
            id=found["Id"],
            url=f"{self._url}/{found['Id']}",
            baseline={**status_baseline(found, changed.record), **_told_flags(lead)},
            remarks=remarks,
        )

    def _values(self, lead: Lead, names: Iterable[str]) -> Fitted:
        """Return the contact's fields; a cut e-mail address would be none, so it is left out."""
        given = {self._names[name]: getattr(lead.contact, name) for name in sorted(names)}
        too_long = len(given.get("Email", "")) > LENGTHS["Email"]
        fit = fitted({**given, "Email": ""} if too_long else given, LENGTHS)
        left_out = (f"Email left out: longer than {LENGTHS['Email']} characters",) * too_long
        return Fitted(fit.values, (*fit.remarks, *left_out))

    async def _save(self, method: str, path: str, body: dict[str, Any], *, assign: str) -> "_Saved":
        """Write a lead, without its e-mail address if Salesforce takes that for none.

        A refusal that the caller deals with is returned, any other is raised.
        """
        request = Request(
            method=method,
            path=f"{self._api}/sobjects/Lead{path}",
            json=body,
            headers={
                "Sforce-Auto-Assign": assign,
                "Sforce-Duplicate-Rule-Header": "allowSave=true",
            },
            repeatable=method == "PATCH",
        )
        response = await self._http.call(request, accept=frozenset({HTTPStatus.BAD_REQUEST}))
        if response.is_success:
            return _Saved(written_id(request, response))
        codes = _codes(response)
        if "INVALID_EMAIL_ADDRESS" in codes and "Email" in body:
            saved = await self._save(method, path, _without_email(body), assign=assign)
            return replace(saved, remarks=("Email left out: Salesforce takes it for no address",))
        refusal = refused(request, response) or meaning(request, response)
        if HANDLED[method] in codes:
            return _Saved(refusal=refusal)
        raise refusal

    async def _present(self, record: CrmRecord) -> dict[str, Any]:
        """Return a lead that a task can be about."""
        for row in await self._rows("Lead", f"Id = {_quoted(record.id)}", READ):
            if not row["IsDeleted"]:
                return row
        raise CrmUnavailableError(f"lead {record.id} was deleted meanwhile")

    async def _task_once(self, task: dict[str, Any], remark: str, where: str) -> str:
        """Create a task unless one has the same mark; return its id.

        What was written by a request that got no answer is found by the mark.
        """
        about = f"WhoId = {_quoted(task['WhoId'])} AND {where}"
        for row in await self._rows("Task", about, "Id, Description"):
            if remark in (row["Description"] or ""):
                return str(row["Id"])
        try:
            return await self._create_task(task)
        except (CrmRejectedError, CrmCredentialsError):
            if "OwnerId" not in task:
                raise
        return await self._create_task({k: v for k, v in task.items() if k != "OwnerId"})

    async def _create_task(self, task: dict[str, Any]) -> str:
        path = f"{self._api}/sobjects/Task"
        request = Request(method="POST", path=path, json=task, repeatable=False)
        return written_id(request, await self._http.call(request))

    async def _rows(self, source: str, where: str, columns: str = "Id") -> list[dict[str, Any]]:
        """Return all rows of a query, those in the recycle bin too."""
        soql = f"SELECT {columns} FROM {source} WHERE {where}"  # noqa: S608 - values are quoted
        path, params = f"{self._api}/queryAll", {"q": soql}
        rows: list[dict[str, Any]] = []
        while path:
            request = Request(method="GET", path=path, params=params or None, repeatable=True)
            page = json_object(request, await self._http.call(request))
            if not isinstance(page.get("records"), list):
                raise unanswered(request, "the answer to a query holds no records")
            rows += page["records"]
            path, params = page.get("nextRecordsUrl") or "", {}
        return rows

    async def _token(self) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
        }
        request = Request(method="POST", path="/services/oauth2/token", form=form, repeatable=True)
        answer = json_object(request, await self._login.call(request))
        text = answer.get("access_token")
        if not isinstance(text, str) or not text:
            raise CrmUnavailableError("the answer to the login holds no access token")
        return Token(text, datetime.now(UTC) + SESSION)


@dataclass(frozen=True, slots=True)
class _Saved:
    """What became of a lead that was written."""

    record_id: str = ""
    refusal: CrmError | None = None
    remarks: tuple[str, ...] = ()


def acted(row: Mapping[str, Any] | None, question: FollowUpQuestion) -> FollowUpSeen | None:
    """Return what sales did on a lead since the question's time; Salesforce's are whole seconds."""
    if row is None:
        return None
    since = question.since.replace(microsecond=0)
    baseline = question.record.baseline
    logged = [act for name in ("Tasks", "Events") for act in (row[name] or {}).get("records", ())]
    changed = row["IsDeleted"] or row["Status"] != baseline.get("Status", row["Status"])
    acts = [_when_and_who(act) for act in (*logged, *([row] if changed else []))]
    if STATUS_CHANGED_AT in baseline:
        acts.append((datetime.fromisoformat(baseline[STATUS_CHANGED_AT]), ""))
    if row["IsConverted"]:
        at, by = _when_and_who(row)
        acts.append((max(at, since), by))
    at, by = max(acts, default=(datetime.min.replace(tzinfo=UTC), ""))
    return FollowUpSeen(at=max(at, question.since), by=by) if at >= since else None


def status_baseline(found: Mapping[str, Any], before: CrmRecord | None) -> dict[str, str]:
    """Return the status as it is now, and when sales is known to have changed it.

    With the status alone, what sales did between two interests would be forgotten.
    """
    known = before.baseline if before else {}
    changed_at = known.get(STATUS_CHANGED_AT, "")
    if found["Status"] != known.get("Status", found["Status"]):
        changed_at = found["LastModifiedDate"]
    return {"Status": found["Status"], **({STATUS_CHANGED_AT: changed_at} if changed_at else {})}


def lead_checks(described: Mapping[str, Any], settings: SalesforceSettings) -> list[CheckResult]:
    """Return what the description of ``Lead`` tells about the settings."""
    fields = {field["name"]: field for field in described.get("fields", ())}
    key = fields.get(settings.id_field, {})
    ours = {*settings.names.values(), *settings.set_once, *settings.own_fields}
    sent = {"Description", *DO_NOT_CONTACT, *ours, settings.id_field}
    hidden = [name for name in sorted(sent) if not fields.get(name, {}).get("createable")]
    wanted = [name for name, field in fields.items() if _required(field) and name not in sent]
    allowed = described.get("createable") and described.get("updateable") and not hidden
    unique = key.get("unique") and key.get("externalId")
    picklists = [
        _result(
            f"{name} has the value {value!r}",
            f"add it to the picklist {name} of Lead, or correct the setting",
            ok=value in _picklist(fields.get(name, {})),
        )
        for name, value in settings.set_once.items()
        if name != "OwnerId"
    ]
    return [
        _result(
            f"Lead has the unique external id field {settings.id_field}",
            "create it as Text(64), External ID, Unique, or deploy docs/destinations/salesforce;"
            " let the integration's user edit it",
            ok=bool(unique),
        ),
        _result(
            "the integration's user may create and change leads, with all fields that we send",
            f"give it Create, Edit and View All on Lead, and Edit on: {', '.join(hidden) or '-'}",
            ok=bool(allowed),
        ),
        _result(
            "Lead requires no field that we do not send",
            f"set {', '.join(wanted)} in SALESFORCE_FIELDS, or make it optional",
            ok=not wanted,
        ),
        _result(
            f"{settings.country_field} takes the marketplace's country codes",
            "State and Country Picklists are on: set SALESFORCE_COUNTRY_FIELD=CountryCode",
            ok=settings.country_field == "CountryCode" or "CountryCode" not in fields,
        ),
        *picklists,
    ]


def rows_wanted(settings: SalesforceSettings) -> list[tuple[str, str, str, str]]:
    """Return what must be there beside ``Lead``: what, the object, the condition, how to mend."""
    closed = _quoted(settings.closed_task_status)
    tasks = (
        f"tasks have the closed status {settings.closed_task_status!r}",
        "TaskStatus",
        f"ApiName = {closed} AND IsClosed = TRUE",
        "set SALESFORCE_CLOSED_TASK_STATUS to the API name of a closed status of tasks",
    )
    user = settings.owner.startswith("005")
    owner = (
        f"the owner {settings.owner} is {'an active user' if user else 'a queue'}",
        "User" if user else "Group",
        f"Id = {_quoted(settings.owner)} AND {'IsActive = TRUE' if user else "Type = 'Queue'"}",
        "correct SALESFORCE_OWNER, or activate the user",
    )
    return [tasks, *([owner] if settings.owner else [])]


def refused(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what Salesforce's error codes mean; None if the status says enough.

    A refusal without them is not Salesforce's, but of something on the way: no fault of the lead.
    """
    errors = _errors(response)
    if not errors:
        strange = response.is_client_error and response.status_code not in {*TRY_LATER, *NO_ACCESS}
        told = f"{response.status_code}, but not in Salesforce's words: check SALESFORCE_URL"
        return CrmUnavailableError(told) if strange else None
    codes = _codes(response)
    said = _hidden(f"{response.status_code} {'; '.join(map(_sentence, errors))}", request)
    if codes & TRANSIENT or "UNABLE_TO_LOCK_ROW" in said:
        daily = "REQUEST_LIMIT_EXCEEDED" in codes and "concurrent" not in said.lower()
        wait = retry_after(response) or (QUOTA_WAIT if daily else None)
        return CrmUnavailableError(said, retry_after=wait)
    if response.is_server_error:
        return None
    if codes & SETUP or response.status_code in NO_ACCESS:
        return CrmCredentialsError(said)
    matched = dict.fromkeys(MATCHED_ID.findall(response.text))
    return CrmRejectedError(f"{said}; it matches {', '.join(matched)}" if matched else said)


def login_refused(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what a refused login means, without what was sent; it is never the lead's fault."""
    if not response.is_client_error or response.status_code in TRY_LATER:
        return None
    try:
        answer = response.json()
    except ValueError:
        answer = None
    told = answer if isinstance(answer, dict) else {"error": response.status_code}
    words = [str(told[name]) for name in ("error", "error_description") if told.get(name)]
    said = f"login refused: {_hidden(': '.join(words), request)}"
    if BUSY_LOGIN.search(said):
        return CrmUnavailableError(said, retry_after=retry_after(response))
    return CrmCredentialsError(said)


def written_id(request: Request, response: httpx.Response) -> str:
    """Return the id of the record that was written; an answer without one is no usable answer."""
    if response.status_code == HTTPStatus.NO_CONTENT and request.method == "PATCH":
        return request.path.rpartition("/")[2]
    found = json_object(request, response).get("id")
    if not isinstance(found, str) or not found:
        raise unanswered(request, f"{response.status_code}, but without the id of a record")
    return found


def _errors(response: httpx.Response) -> list[dict[str, Any]]:
    """Return the errors that an answer holds; they come as an array."""
    try:
        found = response.json()
    except ValueError:
        return []
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def _codes(response: httpx.Response) -> set[str]:
    return {str(error.get("errorCode")) for error in _errors(response)}


def _sentence(error: Mapping[str, Any]) -> str:
    about = ", ".join(map(str, error.get("fields") or ()))
    return f"{error.get('errorCode')}: {error.get('message')}{f' ({about})' if about else ''}"


def _hidden(text: str, request: Request) -> str:
    """Return a vendor's words without the values that we sent: it likes to repeat them."""
    sent = {**(request.json or {}), **(request.form or {})}
    values = {v for v in sent.values() if isinstance(v, str) and len(v) >= SHORTEST_HIDDEN}
    for value in sorted(values, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text)
    return text


def _without_email(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a lead whose address stands in its description, if that is written at all."""
    rest = {name: value for name, value in body.items() if name != "Email"}
    if "Description" in rest:
        rest["Description"] = _cut("Description", f"Email: {body['Email']}\n{rest['Description']}")
    return rest


def _flags(lead: Lead, before: CrmRecord | None) -> dict[str, bool]:
    """Return the flags to set; what sales cleared since we did stays cleared."""
    told = before is not None and TOLD_NOT_TO_CONTACT in before.baseline
    return DO_NOT_CONTACT if lead.do_not_contact and not told else {}


def _told_flags(lead: Lead) -> dict[str, str]:
    return {TOLD_NOT_TO_CONTACT: "true"} if lead.do_not_contact else {}


def _marked(text: str, remark: str) -> str:
    """Return a text that fits, and by whose last line it is recognised."""
    room = LENGTHS["Description"] - len(remark) - 2
    whole = fitted({"text": text}, {"text": room}).values.get("text", "")
    return f"{whole}\n\n{remark}"


def _cut(field: str, text: str) -> str:
    return fitted({field: text}, LENGTHS).values.get(field, "")


def _quoted(value: str) -> str:
    """Return a string literal of SOQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _when_and_who(row: Mapping[str, Any]) -> tuple[datetime, str]:
    by = (row["LastModifiedBy"] or {}).get("Name") or ""
    return datetime.fromisoformat(row["LastModifiedDate"]), by


def _required(field: Mapping[str, Any]) -> bool:
    optional = field.get("nillable") or field.get("defaultedOnCreate")
    return bool(field.get("createable") and not optional)


def _picklist(field: Mapping[str, Any]) -> set[str]:
    return {entry["value"] for entry in field.get("picklistValues", ()) if entry["active"]}


def _result(what: str, mend: str, *, ok: bool) -> CheckResult:
    return CheckResult(what=what, ok=ok, mend="" if ok else mend)
