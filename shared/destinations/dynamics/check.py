"""Whether leads would be taken as the app is set up: what ``leads check`` asks, without writing.

Not confirmed against a live system.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from shared.destinations.dynamics.api import COLUMNS_OF_LEAD, DynamicsApi
from shared.destinations.dynamics.fields import (
    DESCRIPTION,
    DO_NOT_CONTACT,
    LAST_NAME,
    LENGTHS,
    SUBJECT,
)
from shared.destinations.dynamics.rows import is_required
from shared.destinations.dynamics.settings import DynamicsSettings
from shared.destinations.http.outcomes import outcomes_check
from shared.destinations.http.own_fields import settable
from shared.destinations.http.reading import understood
from shared.domain.errors import CrmError, CrmSettingsError
from shared.ports.crm import CheckResult

PRIVILEGES = (
    *("prvReadLead", "prvCreateLead", "prvWriteLead", "prvAppendLead", "prvAppendToLead"),
    *("prvAssignLead", "prvCreateNote", "prvReadNote", "prvAppendNote"),
    *("prvCreateActivity", "prvReadActivity", "prvAppendActivity", "prvAssignActivity"),
)

ALWAYS = {LAST_NAME, SUBJECT, DESCRIPTION}
"""Columns that no lead comes without."""

LEAD_SOURCE = "leadsourcecode"


class Check:
    """One look at an environment, step by step."""

    def __init__(self, api: DynamicsApi, settings: DynamicsSettings) -> None:
        """Take what is asked, and what for."""
        self._api = api
        self._settings = settings

    async def results(self) -> Sequence[CheckResult]:
        """Take every step, or the first only where nobody is let in."""
        steps: Mapping[str, Callable[[], Awaitable[object]]] = {
            "Dynamics 365 lets the app in": self._api.me,
            "the app's role has all privileges": self._role,
            "all columns exist on the table lead": self._columns,
            "no column is required that a lead may come without": self._required,
            "the choices have the values that leads are given": self._choices,
            "the owner of new leads exists": self._owner,
        }
        results: list[CheckResult] = []
        for what, step in steps.items():
            results.append(CheckResult(what=what, mend=await _fault(step)))
            if not results[0].ok:
                return results
        return [*results, *await self._statuses()]

    async def _role(self) -> None:
        function = "Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)"
        names = f"[{','.join(f'"{name}"' for name in PRIVILEGES)}]"
        path = f"/systemusers({await self._api.me()})/{function}"
        held = await self._api.get(path, {"@p": names})
        granted = {row.get("PrivilegeName") for row in held.get("RolePrivileges", ())}
        if missing := [name for name in PRIVILEGES if name not in granted]:
            raise CrmSettingsError(
                f"give the application user a security role with {', '.join(missing)}"
            )

    async def _columns(self) -> None:
        rows = await self._api.columns()
        settable_there = {row["LogicalName"] for row in rows if row["IsValidForCreate"]}
        own = {name for name in self._settings.own_fields if "@" not in name}
        if missing := sorted({*LENGTHS, *DO_NOT_CONTACT, *own} - settable_there):
            raise CrmSettingsError(
                f"create {', '.join(missing)} on the table lead, or correct DYNAMICS_FIELDS"
            )

    async def _required(self) -> None:
        required = {row["LogicalName"] for row in await self._api.columns() if is_required(row)}
        own = {name.partition("@")[0] for name in self._settings.own_fields}
        given = {*ALWAYS, *own}
        given |= {"ownerid"} if self._settings.owner else set()
        given |= {LEAD_SOURCE} if self._settings.lead_source_code else set()
        if missing := sorted(required - given):
            raise CrmSettingsError(
                f"set {', '.join(missing)} in DYNAMICS_FIELDS, or make it optional: the forms"
                " require it, and so may business rules and plug-ins"
            )

    async def _choices(self) -> None:
        rows = (
            await self._api.get(
                f"{COLUMNS_OF_LEAD}/Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
                {"$select": "LogicalName", "$expand": "OptionSet,GlobalOptionSet"},
            )
        )["value"]
        there = {row["LogicalName"]: _numbers(row) for row in rows}
        own = self._settings.own_fields
        faults = [
            f"set DYNAMICS_FIELDS: {name} to one of {there[name]}; it gets {value!r}"
            for name, field in own.items()
            for value in ([field] if isinstance(field, str) else settable(field))
            if name in there and (type(value) is not int or value not in there[name])
        ]
        wanted = self._settings.lead_source_code
        if wanted and LEAD_SOURCE not in own and wanted not in there[LEAD_SOURCE]:
            faults.append(
                f"set DYNAMICS_LEAD_SOURCE_CODE to one of {there[LEAD_SOURCE]}, or to 0 for none;"
                f" it is {wanted}"
            )
        if faults:
            raise CrmSettingsError("; ".join(faults))

    async def _statuses(self) -> Sequence[CheckResult]:
        """Look for the status reasons that outcomes are named for."""
        outcomes, there = self._settings.outcomes, dict[str, str]()

        async def look() -> None:
            path = f"{COLUMNS_OF_LEAD}/Microsoft.Dynamics.CRM.StatusAttributeMetadata"
            wanted = {"$select": "LogicalName", "$expand": "OptionSet"}
            for row in (await self._api.get(path, wanted))["value"]:
                there.update(_labels(row))

        if outcomes and (mend := await _fault(look)):
            return [CheckResult(what="status reasons can be read", mend=mend)]
        return outcomes_check("DYNAMICS_OUTCOMES", outcomes, there)

    async def _owner(self) -> None:
        kind = self._settings.owner.partition(":")[0]
        if not kind:
            return
        select = {"systemuser": "isdisabled", "team": "name"}[kind]
        row = await self._api.there_is(self._settings.owner_path, select)
        if row is None:
            raise CrmSettingsError(f"set DYNAMICS_OWNER to a {kind} of this environment")
        if row.get("isdisabled"):
            raise CrmSettingsError(
                "DYNAMICS_OWNER names a disabled user: enable it or name another"
            )


async def _fault(step: Callable[[], Awaitable[object]]) -> str:
    """Return what is wrong, "" if nothing."""
    try:
        with understood("Dataverse", "DYNAMICS_URL"):
            await step()
    except CrmError as error:
        return str(error)
    return ""


def _labels(column: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels of a column's choices, in the user's language, by their numbers."""
    options = (column.get("OptionSet") or {}).get("Options", ())
    return {str(each["Value"]): _label(each.get("Label")) for each in options}


def _label(given: Any) -> str:  # noqa: ANN401 - as Dataverse answers it
    return str(((given or {}).get("UserLocalizedLabel") or {}).get("Label") or "")


def _numbers(picklist: Mapping[str, Any]) -> list[int]:
    """Return the values of a choice, which is the column's own or shared by several."""
    options = picklist.get("OptionSet") or picklist.get("GlobalOptionSet") or {}
    return [option["Value"] for option in options.get("Options", ())]
