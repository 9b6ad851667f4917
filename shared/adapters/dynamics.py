"""The destination Dynamics 365 Sales: the table ``lead`` of Dataverse, over its Web API.

We choose the keys of all rows that we make, so each request may be sent twice: a create carries
``If-None-Match: *`` and is answered 412 if the row exists, an update carries ``If-Match: *`` and is
answered 404 if sales deleted the row, see
https://learn.microsoft.com/power-apps/developer/data-platform/webapi/perform-conditional-operations-using-web-api

A deleted record is never made again behind the back of whoever deleted it: the delivery is parked.
A closed one (qualified, disqualified) is not changed and counts as followed up.

Not confirmed against a live system: that a create answers with the row, as an update does (an
empty answer that names the row is taken as well); that notes and tasks honour ``If-None-Match``, as
the common rules of the Web API say; and whether closed leads refuse changes (they get none).
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import batched
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import httpx
from pydantic import Field, Json, model_validator
from pydantic_settings import NoDecode

from shared.adapters.crm_values import Fitted, checked_mapping, fitted, interest_text, mapped
from shared.adapters.http_client import (
    LONGEST_REASON,
    TRY_LATER,
    HttpClient,
    Request,
    Token,
    Tokens,
    checked_url,
    json_object,
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
from shared.lead import Contact, Interest, Lead
from shared.ports import Changed, CheckResult, Crm, FollowUpQuestion, FollowUpSeen, Reminder
from shared.settings import SECRET, Settings, check_together, load

API = "/api/data/v9.2"
KEYS = UUID("6e0f0c1e-6f0a-5b1b-9d43-0d1b6b5f4f5a")
"""The namespace of all keys that we choose. To change it is to create every lead a second time."""

COLUMNS = {
    "firstname": "first_name",
    "lastname": "last_name",
    "emailaddress1": "email",
    "telephone1": "phone",
    "address1_country": "country",
    "companyname": "company",
    "jobtitle": "title",
}
NO_NAME = "(no name)"
"""Dynamics 365 asks for a last name."""

LENGTHS = {
    "firstname": 50,
    "lastname": 50,
    "emailaddress1": 100,
    "telephone1": 50,
    "address1_country": 80,
    "companyname": 100,
    "jobtitle": 100,
    "subject": 300,
    "description": 2_000,
}
"""In characters, see https://learn.microsoft.com/dynamics365/developer/reference/entities/lead"""

NOTE_LENGTHS = {"subject": 500, "notetext": 100_000}
"""See https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/annotation"""

TASK_LENGTHS = {"subject": 200, "description": 2_000}
"""See https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/task"""

DO_NOT_CONTACT = {"donotemail": True, "donotphone": True, "donotbulkemail": True}
FLAGGED = "do_not_contact"
"""In the baseline: the flags were set once; if sales clears them, they stay cleared."""

STATUS = ("statecode", "statuscode", "initialcommunication")
UNTOUCHED = {"statecode": "0", "statuscode": "1"}
OPEN, CONTACTED = 0, "0"
"""Of ``statecode``, and of ``initialcommunication``, where 1 is "Not Contacted"."""

SHOWN = ",".join(("leadid", *STATUS, "_ownerid_value", "description", *COLUMNS))
OWNER_TYPE = "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"
WHO = "_modifiedby_value@OData.Community.Display.V1.FormattedValue"
HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json"}
READING = {**HEADERS, "Prefer": 'odata.include-annotations="*"'}
WRITING = {**HEADERS, "Prefer": "return=representation"}

LEADS_AT_ONCE = 50
RECEIVED_EMAIL = ("email", 4)
"""Type and status of an activity that is completed, but the customer's doing."""

THROTTLED = {"0x80072321", "0x80072322", "0x80072326"}
WIDEN = ": widen the role of the application user"
TO_MEND = {
    "0x80072560": ": add an application user for the app's client id",
    "0x80040225": ": enable the application user",
    "0x80040220": WIDEN,
    "0x80040299": WIDEN,
    "0x80048306": WIDEN,
    "0x80048d19": ": mend DYNAMICS_FIELDS",
    "0x8004431a": ": mend DYNAMICS_LEAD_SOURCE_CODE or DYNAMICS_FIELDS",
}
"""Faults of the environment or of our settings, not of one lead: all leads wait until mended."""

KEY_VIOLATED = "0x80060892"
NO_SUCH_TABLE, NO_SUCH_ROW = "0x8006088a", "0x80040217"
"""Codes of errors say more than the status: a duplicate is a 500, see
https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes
"""

PRIVILEGES = (
    *("prvReadLead", "prvCreateLead", "prvWriteLead", "prvAppendLead", "prvAppendToLead"),
    *("prvAssignLead", "prvCreateNote", "prvReadNote", "prvAppendNote"),
    *("prvCreateActivity", "prvReadActivity", "prvAppendActivity", "prvAssignActivity"),
)

GONE = (
    "lead {} was deleted in Dynamics 365 after it was delivered, and is not made a second time:"
    " restore it there and release the delivery, or leave it parked"
)
CLOSED = ("closed in Dynamics 365: its fields were left as they are",)
SHORTEST_VALUE = 3


class ReadOnlyError(CrmRejectedError):
    """Nobody: sales closed the lead while we were changing it."""


REFUSED: Mapping[str, type[CrmRejectedError]] = {
    KEY_VIOLATED: CrmRejectedError,
    "0x80040333": CrmRejectedError,  # a rule against duplicates
    "0x80044331": CrmRejectedError,  # too long
    "0x8004022e": ReadOnlyError,
}
"""Codes that say no, whatever the status."""


class DynamicsSettings(Settings):
    """The destination ``dynamics``."""

    url: str = Field(
        validation_alias="DYNAMICS_URL",
        description="address of the environment, such as https://contoso.crm4.dynamics.com",
    )
    credential: Literal["secret", "managedidentity"] = Field(
        "secret",
        validation_alias="DYNAMICS_CREDENTIAL",
        description="secret: of an app registration; managedidentity: the app's identity in Azure",
    )
    tenant_id: str = Field(
        "",
        validation_alias="DYNAMICS_TENANT_ID",
        pattern=r"^[A-Za-z0-9.-]+$",
        description="tenant of the app registration: its id or a domain of it",
    )
    client_id: str = Field(
        "", validation_alias="DYNAMICS_CLIENT_ID", description="client id of the app registration"
    )
    client_secret: str = Field(
        "",
        validation_alias="DYNAMICS_CLIENT_SECRET",
        description="client secret of the app registration: its value, not its id",
        json_schema_extra=SECRET,
    )
    authority: str = Field(
        "https://login.microsoftonline.com",
        validation_alias="DYNAMICS_AUTHORITY",
        description="address of Microsoft Entra; another one in national clouds",
    )
    identity_client_id: str | None = Field(
        None,
        validation_alias="DYNAMICS_IDENTITY_CLIENT_ID",
        description="client id of a user-assigned identity",
    )
    owner: str = Field(
        "",
        validation_alias="DYNAMICS_OWNER",
        pattern=r"^(systemuser|team):[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="owner of new leads: systemuser: or team: and its id; without it, our own user",
    )
    lead_source_code: int = Field(
        8,
        validation_alias="DYNAMICS_LEAD_SOURCE_CODE",
        ge=0,
        description="number of the choice Lead Source of new leads (8 is Web); 0 leaves it empty",
    )
    own_fields: Annotated[Json[dict[str, str | bool | int]], NoDecode] = Field(
        default={},
        validation_alias="DYNAMICS_FIELDS",
        description='columns set on new leads, as JSON: {"new_offer": "{offer_title}"}',
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        secret = (self.tenant_id, self.client_id, self.client_secret)
        if self.credential == "secret" and not all(secret):
            raise ValueError(
                "DYNAMICS_TENANT_ID, DYNAMICS_CLIENT_ID and DYNAMICS_CLIENT_SECRET: should all be"
                " set, or else DYNAMICS_CREDENTIAL should be managedidentity"
            )
        return self


def create() -> Crm:
    """Build the adapter from its settings; raise ``SettingsError``."""
    settings = load(DynamicsSettings)
    texts = {name: text for name, text in settings.own_fields.items() if isinstance(text, str)}
    check_together(
        lambda: checked_url("DYNAMICS_URL", settings.url),
        lambda: checked_url("DYNAMICS_AUTHORITY", settings.authority),
        lambda: checked_mapping("DYNAMICS_FIELDS", texts),
    )
    return DynamicsCrm(settings)


class DynamicsCrm:
    """The port ``Crm`` on the table ``lead``."""

    tells_follow_up = True
    takes_notes = True

    def __init__(self, settings: DynamicsSettings) -> None:
        """Take where it is and how to be let in."""
        self._settings = settings
        parts = urlsplit(settings.url)
        self._url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        login = identity_login if settings.credential == "managedidentity" else secret_login
        tokens = Tokens(login(settings, f"{self._url}/.default"))
        self._http = HttpClient(self._url, tokens=tokens, classify=classify)
        self._user_id = ""

    async def close(self) -> None:
        """Close the connection."""
        await self._http.close()

    async def upsert(self, lead: Lead, changed: Changed, *, uncertain: bool) -> CrmRecord:
        """Create the lead under its own key, or update the fields that the marketplace changed."""
        if changed.record is not None:
            return await self._update(lead, changed, await self._shown(changed.record.id))
        lead_key, first = key("lead", lead.lead_id), next(iter(changed.interests), None)
        values = new_lead(lead, first, self._settings.own_fields)
        fit = fitted(values, LENGTHS)
        row = await self._make("leads", lead_key, self._body(lead, fit), "leadid")
        if row is not None:
            crm_record = self._record(lead_key, row, flagged(lead), fit.remarks)
        else:
            shown = await self._shown(lead_key)
            crm_record = await self._update(lead, changed, shown)
            held = str(shown.get("description")).split() == fit.values["description"].split()
            if first and not uncertain and not held:
                await self.note(lead, crm_record, first)
        await self._keep_whole(crm_record.id, values, fit)
        return crm_record

    async def note(self, lead: Lead, record: CrmRecord, interest: Interest) -> str:
        """Append an interest as a note, whose key is made of the submission's id."""
        del lead
        note_key = key("note", interest.submission.submission_id)
        return await self._annotate(record.id, note_key, interest_text(interest))

    async def remind(self, lead: Lead, record: CrmRecord, reminder: Reminder) -> str:
        """Give the record's owner a task, whose key is made of the reminder's id."""
        del lead
        shown = await self._shown(record.id)
        kind = shown.get(OWNER_TYPE) or "systemuser"
        texts = fitted({"subject": reminder.subject, "description": reminder.text}, TASK_LENGTHS)
        task_key = key("reminder", reminder.reminder_id)
        body = {
            **texts.values,
            "scheduledend": odata_time(reminder.due_at),
            "regardingobjectid_lead_task@odata.bind": f"/leads({record.id})",
            "ownerid@odata.bind": f"/{kind}s({shown['_ownerid_value']})",
        }
        await self._make("tasks", task_key, body, "activityid")
        return task_key

    async def follow_ups(self, questions: Sequence[FollowUpQuestion]) -> Mapping[str, FollowUpSeen]:
        """Return the last thing that sales did on each lead, with two queries for 50 leads."""
        seen: dict[str, FollowUpSeen] = {}
        for some in batched(questions, LEADS_AT_ONCE, strict=False):
            ids = [question.record.id for question in some]
            since = odata_time(min(question.since for question in some))
            leads = await self._list(
                "/leads",
                f"leadid,{','.join(STATUS)},modifiedon,_modifiedby_value",
                any_of("leadid", ids),
            )
            activities = await self._list(
                "/activitypointers",
                "activitytypecode,statuscode,actualend,modifiedon,"
                "_modifiedby_value,_regardingobjectid_value",
                f"statecode eq 1 and modifiedon ge {since} and _createdby_value ne"
                f" {await self._me()} and ({any_of('_regardingobjectid_value', ids)})",
            )
            for question in some:
                with understood():
                    found = [status_changed(question, row) for row in leads]
                    found += [acted(question, row) for row in activities]
                last = max(filter(None, found), key=lambda one: one.at, default=None)
                if last is not None:
                    seen[question.lead_id] = last
        return seen

    async def check(self) -> Sequence[CheckResult]:
        """Try the login, the role, the columns, the lead source and the owner."""
        steps: tuple[tuple[str, Callable[[], Awaitable[object]]], ...] = (
            ("Dynamics 365 lets the app in", self._me),
            ("the app's role has all privileges", self._check_role),
            ("all columns exist on the table lead", self._check_columns),
            ("the lead source is one of the choices", self._check_lead_source),
            ("the owner of new leads exists", self._check_owner),
        )
        results: list[CheckResult] = []
        for what, step in steps:
            try:
                with understood():
                    await step()
            except CrmError as error:
                results.append(CheckResult(what=what, ok=False, mend=str(error)))
            else:
                results.append(CheckResult(what=what, ok=True))
            if not results[0].ok:
                break
        return results

    async def _check_role(self) -> None:
        function = "Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)"
        names = f"[{','.join(f'"{name}"' for name in PRIVILEGES)}]"
        held = await self._get(f"/systemusers({await self._me()})/{function}", {"@p": names})
        granted = {row.get("PrivilegeName") for row in held.get("RolePrivileges", ())}
        if missing := [name for name in PRIVILEGES if name not in granted]:
            raise CrmCredentialsError(
                f"give the application user a security role with {', '.join(missing)}"
            )

    async def _check_columns(self) -> None:
        path = "/EntityDefinitions(LogicalName='lead')/Attributes"
        rows = await self._list(path, "LogicalName,IsValidForCreate")
        there = {row.get("LogicalName") for row in rows if row.get("IsValidForCreate")}
        own = {name for name in self._settings.own_fields if "@" not in name}
        if missing := sorted({*LENGTHS, *DO_NOT_CONTACT, *own} - there):
            raise CrmRejectedError(
                f"create {', '.join(missing)} on the table lead, or mend DYNAMICS_FIELDS"
            )

    async def _check_lead_source(self) -> None:
        wanted = self._settings.lead_source_code
        row = await self._get(
            "/EntityDefinitions(LogicalName='lead')/Attributes(LogicalName='leadsourcecode')"
            "/Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
            {"$select": "LogicalName", "$expand": "OptionSet($select=Options)"},
        )
        there = [option.get("Value") for option in row.get("OptionSet", {}).get("Options", ())]
        if wanted and wanted not in there:
            raise CrmRejectedError(
                f"set DYNAMICS_LEAD_SOURCE_CODE to one of {there}, or to 0 for none; it is {wanted}"
            )

    async def _check_owner(self) -> None:
        kind, _, owner = self._settings.owner.partition(":")
        if not owner:
            return
        select = {"systemuser": "isdisabled", "team": "name"}[kind]
        try:
            row = await self._get(f"/{kind}s({owner.lower()})", {"$select": select})
        except CrmRejectedError as error:
            there_is_none = f"set DYNAMICS_OWNER to a {kind} of this environment: {error}"
            raise CrmRejectedError(there_is_none) from None
        if row.get("isdisabled"):
            raise CrmRejectedError(
                "DYNAMICS_OWNER names a disabled user: enable it or name another"
            )

    def _body(self, lead: Lead, fit: Fitted) -> dict[str, Any]:
        """Return a new lead; owner and lead source are said here and never again."""
        body: dict[str, Any] = dict(fit.values)
        if self._settings.lead_source_code:
            body["leadsourcecode"] = self._settings.lead_source_code
        if self._settings.owner:
            kind, _, owner = self._settings.owner.partition(":")
            body["ownerid@odata.bind"] = f"/{kind}s({owner.lower()})"
        constants = {k: v for k, v in self._settings.own_fields.items() if not isinstance(v, str)}
        return body | constants | (DO_NOT_CONTACT if lead.do_not_contact else {})

    async def _update(self, lead: Lead, changed: Changed, shown: Mapping[str, Any]) -> CrmRecord:
        """Send what the marketplace changed; a closed lead is left as it is."""
        lead_key = str(shown["leadid"])
        before = changed.record.baseline if changed.record else {}
        told = {name: value for name, value in before.items() if name == FLAGGED}
        if shown["statecode"] != OPEN:
            return self._record(lead_key, shown, told, CLOSED)
        values = changed_columns(lead, changed, shown)
        fit = fitted(values, LENGTHS)
        flags = DO_NOT_CONTACT if lead.do_not_contact and not told else {}
        body = {k: v for k, v in fit.values.items() if shown.get(k) != v} | flags
        try:
            row = await self._change(lead_key, body) if body else {}
        except ReadOnlyError:
            return self._record(lead_key, shown, told, CLOSED)
        await self._keep_whole(lead_key, {k: v for k, v in values.items() if k in body}, fit)
        return self._record(lead_key, {**shown, **row}, told | flagged(lead), fit.remarks)

    def _record(
        self, lead_key: str, row: Mapping[str, Any], told: Mapping[str, str], said: tuple[str, ...]
    ) -> CrmRecord:
        url = f"{self._url}/main.aspx?pagetype=entityrecord&etn=lead&id={lead_key}"
        return CrmRecord(id=lead_key, url=url, baseline={**status(row), **told}, remarks=said)

    async def _keep_whole(self, lead_key: str, values: Mapping[str, str], fit: Fitted) -> None:
        """Keep in a note what was cut, under a key of the text itself."""
        cut = [f"{k}: {text}" for k, text in values.items() if text != fit.values.get(k, "")]
        if cut:
            text = "\n".join(("Microsoft marketplace, in full:", *cut))
            await self._annotate(lead_key, key("whole", f"{lead_key}|{text}"), text)

    async def _annotate(self, lead_key: str, note_key: str, text: str) -> str:
        texts = fitted({"subject": text.partition("\n")[0], "notetext": text}, NOTE_LENGTHS)
        body = {**texts.values, "objectid_lead@odata.bind": f"/leads({lead_key})"}
        await self._make("annotations", note_key, body, "annotationid")
        return note_key

    async def _make(
        self, table: str, row_key: str, body: Mapping[str, Any], id_column: str
    ) -> Mapping[str, Any] | None:
        """Create a row under a key of ours; return None if it is there already."""
        request = Request(
            method="PATCH",
            path=f"{API}/{table}({row_key})",
            repeatable=True,
            json=body,
            params={"$select": SHOWN if table == "leads" else id_column},
            headers={**WRITING, "If-None-Match": "*"},
        )
        there = HTTPStatus.PRECONDITION_FAILED
        response = await self._http.call(request, accept=frozenset({there}))
        code, said = error_of(response)
        if response.status_code != there:
            return row_of(request, response, id_column, row_key)
        if code == KEY_VIOLATED or not said:
            raise classify(request, response) or unanswered(request, str(there))
        return None

    async def _change(self, lead_key: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {**WRITING, "If-Match": "*"}
        return await self._one("PATCH", lead_key, headers, body)

    async def _shown(self, lead_key: str) -> Mapping[str, Any]:
        row = await self._one("GET", lead_key, READING)
        if not {"statecode", "_ownerid_value"} <= row.keys():
            raise CrmUnavailableError("the lead is answered without its columns")
        return row

    async def _one(
        self, method: str, lead_key: str, headers: Mapping[str, str], body: object = None
    ) -> Mapping[str, Any]:
        """Read or change a lead; raise ``CrmRejectedError`` if sales deleted it."""
        request = Request(
            method=method,
            path=f"{API}/leads({lead_key})",
            repeatable=True,
            json=body,
            params={"$select": SHOWN},
            headers=headers,
        )
        response = await self._http.call(request, accept=frozenset({HTTPStatus.NOT_FOUND}))
        return row_of(request, response, "leadid", lead_key)

    async def _list(self, path: str, select: str, where: str = "") -> list[dict[str, Any]]:
        condition = {"$filter": where} if where else {}
        found = await self._get(path, {"$select": select, **condition})
        if not isinstance(found.get("value"), list):
            raise CrmUnavailableError("a query is answered without rows; check DYNAMICS_URL")
        return list(found["value"])

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        request = Request(
            method="GET", path=API + path, repeatable=True, params=params, headers=READING
        )
        return json_object(request, await self._http.call(request))

    async def _me(self) -> str:
        """Return the id of our application user, whose own doings are no follow-up."""
        if not self._user_id:
            self._user_id = str((await self._get("/WhoAmI")).get("UserId", ""))
        if not self._user_id:
            raise CrmUnavailableError("WhoAmI does not say who we are; check DYNAMICS_URL")
        return self._user_id


def key(kind: str, own_id: str) -> str:
    """Return the key that one of our rows has in Dataverse, the same for ever."""
    return str(uuid5(KEYS, f"{kind}|{own_id}"))


def new_lead(
    lead: Lead, interest: Interest | None, own_fields: Mapping[str, str | bool | int]
) -> dict[str, str]:
    """Return the texts of a new lead, by column; the publisher's own win."""
    text = interest_text(interest) if interest else "Microsoft marketplace lead"
    texts = {name: value for name, value in own_fields.items() if isinstance(value, str)}
    own = {name: value for name, value in mapped(texts, lead, interest).items() if value}
    return columns(lead.contact) | {"subject": text.partition("\n")[0], "description": text} | own


def columns(contact: Contact) -> dict[str, str]:
    """Return the columns of a contact, never without a last name."""
    values = {column: str(getattr(contact, name)) for column, name in COLUMNS.items()}
    return values | {"lastname": contact.last_name or contact.email or contact.company or NO_NAME}


def changed_columns(lead: Lead, changed: Changed, shown: Mapping[str, Any]) -> dict[str, str]:
    """Return what to send of a lead that is there.

    One whose creation went unanswered shows what one of its interests gave, or what sales made of
    it since, which is left alone.
    """
    values = {c: str(getattr(lead.contact, n)) for c, n in COLUMNS.items() if n in changed.fields}
    if changed.record is not None:
        return values
    contacts = [lead.contact, *(interest.submission.contact for interest in changed.interests)]
    ours = [fitted(columns(contact), LENGTHS).values for contact in contacts]
    return {
        column: value
        for column, value in values.items()
        if not shown.get(column) or any(shown[column] == given.get(column) for given in ours)
    }


def status(row: Mapping[str, Any]) -> dict[str, str]:
    """Return what follow-ups are seen by."""
    return {name: str(row[name]) for name in STATUS if row.get(name) is not None}


def flagged(lead: Lead) -> dict[str, str]:
    """Return what the baseline keeps of the do-not-contact flags."""
    return {FLAGGED: "true"} if lead.do_not_contact else {}


def status_changed(question: FollowUpQuestion, row: Mapping[str, Any]) -> FollowUpSeen | None:
    """Return a follow-up if the lead is closed, or shows another status than at delivery."""
    now, before = status(row), UNTOUCHED | question.record.baseline
    contacted = now.get("initialcommunication") == CONTACTED != before.get("initialcommunication")
    moved = contacted or any(now.get(name) != before[name] for name in UNTOUCHED)
    at = datetime.fromisoformat(row["modifiedon"])
    closed = row.get("statecode") != OPEN
    if row["leadid"] == question.record.id and (closed or (moved and at >= second(question.since))):
        return FollowUpSeen(at=max(at, question.since), by=str(row.get(WHO) or ""))
    return None


def acted(question: FollowUpQuestion, row: Mapping[str, Any]) -> FollowUpSeen | None:
    """Return a follow-up if sales completed an activity on the lead.

    ``actualend`` of a task may be a day only, so it counts if it is of the day or later.
    """
    since, changed_at = question.since, datetime.fromisoformat(row["modifiedon"])
    ended_at = datetime.fromisoformat(row.get("actualend") or row["modifiedon"])
    theirs = (row.get("activitytypecode"), row.get("statuscode")) == RECEIVED_EMAIL
    late = changed_at < second(since) or ended_at < since - timedelta(days=1)
    if row.get("_regardingobjectid_value") != question.record.id or theirs or late:
        return None
    return FollowUpSeen(at=max(min(ended_at, changed_at), since), by=str(row.get(WHO) or ""))


def second(at: datetime) -> datetime:
    """Return the second that a time is in: Dataverse tells no parts of seconds."""
    return at.replace(microsecond=0)


def odata_time(at: datetime) -> str:
    """Return a time as queries and rows have it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def any_of(column: str, ids: Sequence[str]) -> str:
    """Return the condition that a column is one of some ids."""
    return " or ".join(f"{column} eq {one}" for one in ids)


@contextmanager
def understood() -> Iterator[None]:
    """Take an answer that can't be read for none."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise CrmUnavailableError("not as Dataverse answers; check DYNAMICS_URL") from error


def classify(request: Request, response: httpx.Response) -> CrmError | None:
    """Return what an error of Dataverse means, by its code first."""
    number, (code, said) = response.status_code, error_of(response)
    reason = " ".join(filter(None, (str(number), code, without_values(said, request))))
    unbound = code == NO_SUCH_ROW and request.path.startswith(f"{API}/leads(")
    if code in TO_MEND or number in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} or unbound:
        mend = ": mend DYNAMICS_OWNER or DYNAMICS_FIELDS" if unbound else TO_MEND.get(code, "")
        return CrmCredentialsError(reason + mend)
    if code in REFUSED or number == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return REFUSED.get(code, CrmRejectedError)(reason)
    if code in THROTTLED or number in TRY_LATER or (response.is_server_error and said):
        return CrmUnavailableError(reason, retry_after=retry_after(response))
    if code == NO_SUCH_TABLE or (response.is_client_error and not said):
        return CrmUnavailableError(f"{reason}: no Dynamics 365 Sales here, check DYNAMICS_URL")
    return CrmRejectedError(reason) if response.is_client_error else None


def error_of(response: httpx.Response) -> tuple[str, str]:
    """Return code and message; two empty texts if this is no error in Dataverse's shape."""
    try:
        error = response.json()["error"]
        return str(error.get("code") or "").lower(), str(error["message"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return "", ""


def without_values(said: str, request: Request) -> str:
    """Return the message without what we sent: a violated key is told with its values."""
    body = request.json if isinstance(request.json, dict) else {}
    sent = {text for text in body.values() if isinstance(text, str) and len(text) >= SHORTEST_VALUE}
    for text in sorted(sent, key=len, reverse=True):
        said = said.replace(text, "…")
    return said[:LONGEST_REASON]


def row_of(
    request: Request, response: httpx.Response, id_column: str, row_key: str
) -> Mapping[str, Any]:
    """Return the row that an answer holds; without its id, nothing is known to be done."""
    code, said = error_of(response)
    if response.status_code == HTTPStatus.NOT_FOUND:
        if said and code != NO_SUCH_TABLE:
            raise CrmRejectedError(GONE.format(row_key))
        raise classify(request, response) or unanswered(request, said)
    named = response.headers.get("OData-EntityId", "").lower()
    if response.status_code == HTTPStatus.NO_CONTENT and row_key in named:
        return {id_column: row_key}
    row = json_object(request, response)
    if str(row.get(id_column, "")).lower() != row_key:
        raise unanswered(request, f"{response.status_code}, but without the record's id")
    return row


def secret_login(settings: DynamicsSettings, scope: str) -> Callable[[], Awaitable[Token]]:
    """Return how a token is had for a client secret.

    See https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """
    http = HttpClient(settings.authority, classify=not_let_in)
    request = Request(
        method="POST",
        path=f"/{settings.tenant_id}/oauth2/v2.0/token",
        repeatable=True,
        form={
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "scope": scope,
        },
    )

    async def fetch() -> Token:
        try:
            given = json_object(request, await http.call(request))
            lasts = timedelta(seconds=int(given["expires_in"]))
            return Token(str(given["access_token"]), datetime.now(UTC) + lasts)
        except (LookupError, TypeError, ValueError):
            raise unanswered(request, f"{http.where} answered without a token") from None
        finally:
            await http.close()

    return fetch


def not_let_in(_request: Request, response: httpx.Response) -> CrmError | None:
    """Return what an error of Microsoft Entra means; it names the fault, and no secret."""
    later = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
    if not response.is_client_error or response.status_code in later:
        return None
    try:
        said = str(response.json()["error_description"]).partition("Trace ID")[0].strip()
    except (ValueError, LookupError, TypeError):
        said = f"{response.status_code}, not in its own words: check DYNAMICS_AUTHORITY"
    return CrmCredentialsError(f"Microsoft Entra refuses the app: {said[:LONGEST_REASON]}")


def identity_login(settings: DynamicsSettings, scope: str) -> Callable[[], Awaitable[Token]]:
    """Return how a token is had for a managed identity.

    A credential keeps its tokens, also one that was refused, so each is had from a new one.
    """

    async def fetch() -> Token:
        from azure.core.exceptions import (  # noqa: PLC0415 - most have a client secret
            AzureError,
            ClientAuthenticationError,
        )
        from azure.identity.aio import ManagedIdentityCredential  # noqa: PLC0415 - as above

        new = ManagedIdentityCredential(client_id=settings.identity_client_id)
        try:
            async with new as credential:
                given = await credential.get_token(scope)
        except AzureError as error:
            refused = isinstance(error, ClientAuthenticationError)
            meant = CrmCredentialsError if refused else CrmUnavailableError
            said = str(error)[:LONGEST_REASON]
            raise meant(f"the managed identity gets no token: {said}") from None
        return Token(given.token, datetime.fromtimestamp(given.expires_on, UTC))

    return fetch
