"""The fields of a person: their types, and which values they take."""

from collections.abc import Iterator
from typing import Any

type Person = dict[str, Any]
type Refusal = tuple[str, str]

FIELDS = {
    "first_name": "firstName",
    "last_name": "lastName",
    "email": "email",
    "phone": "phone",
    "country": "country",
    "company": "company",
    "title": "title",
}
STATUS, OWNER, ID_FIELD, INTERESTS = "leadStatus", "leadOwner", "marketplaceLeadId", "interests"
FLAGS = ("unsubscribed", "doNotCall")
SYSTEM = ("id", "createdAt", "updatedAt", OWNER)
STRING_CHARACTERS, TEXT_AREA_BYTES = 255, 30_000
JSON_TYPES: dict[str, type] = {"boolean": bool, "integer": int}


class Schema:
    """What an instance knows of a person; the two custom fields that we need are there."""

    def __init__(self) -> None:
        """Start with fields that can be written; a test adds and takes away."""
        strings = [*FIELDS.values(), STATUS, "leadSource", ID_FIELD]
        self.types = {
            **dict.fromkeys(strings, "string"),
            **dict.fromkeys(FLAGS, "boolean"),
            INTERESTS: "text",
        }
        self.required: set[str] = set()

    def described(self) -> dict[str, Any]:
        """Return what ``describe2`` tells."""
        types = {**dict.fromkeys(SYSTEM, "string"), **self.types}
        fields = [
            {"name": name, "dataType": kind, "updateable": name not in SYSTEM}
            for name, kind in sorted(types.items())
        ]
        keys = ["id", "email", *([ID_FIELD] if ID_FIELD in types else [])]
        return {"name": "Lead", "searchableFields": [[key] for key in keys], "fields": fields}

    def refusals(self, person: Person, *, creates: bool) -> Iterator[Refusal]:
        """Give what is wrong with the values of a person."""
        known = {*self.types, *([] if creates else ["id"])}
        for name in person.keys() - known:
            yield "1006", f"Field '{name}' not found"
        for name, value in person.items():
            if self._is_wrong(name, value):
                yield "1001", f"Invalid value '{value}'. Required of type '{name}'"
        for name in sorted(self.required - person.keys()) if creates else ():
            yield "1002", f"Missing value for the required parameter '{name}'"

    def _is_wrong(self, name: str, value: object) -> bool:
        kind = self.types.get(name, "")
        if kind in JSON_TYPES:
            return type(value) is not JSON_TYPES[kind]
        text = str(value)
        if kind == "text":
            return len(text.encode()) > TEXT_AREA_BYTES
        too_long = len(text.encode("utf-16-le")) // 2 > STRING_CHARACTERS
        return too_long or (name == "email" and not text.isascii())
