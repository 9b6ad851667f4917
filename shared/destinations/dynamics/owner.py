"""Who owns a lead: a user or a team, written as ``systemuser:`` or ``team:`` and the id."""

from collections.abc import Mapping
from typing import Any

OWNER_COLUMN = "_ownerid_value"
OWNER_TYPE = f"{OWNER_COLUMN}@Microsoft.Dynamics.CRM.lookuplogicalname"
USER, TEAM = "systemuser", "team"
OWNER_BIND = "ownerid@odata.bind"
OWNER_WORDS = frozenset(
    {USER, TEAM, "owner", "ownerid", "owninguser", "owningteam", "principal", "user"}
)
"""By which a message is about an owner."""


def shown_owner(row: Mapping[str, Any]) -> str:
    """Return the owner that a row shows, "" if it does not."""
    owner_id = row.get(OWNER_COLUMN)
    return f"{row.get(OWNER_TYPE) or USER}:{owner_id}".lower() if owner_id else ""


def same_owner(one: str, other: str) -> bool:
    """Tell whether two owners are the same; an id alone is that of a user."""
    return _whole(one) == _whole(other)


def owner_path(owner: str) -> str:
    """Return the address of an owner, "" without one."""
    kind, _, owner_id = _whole(owner).partition(":")
    return f"/{kind}s({owner_id})" if owner_id else ""


def _whole(owner: str) -> str:
    return owner.lower() if ":" in owner or not owner else f"{USER}:{owner}".lower()
