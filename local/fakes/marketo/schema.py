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


WORDS = {
    "1001": "Invalid value '{value}'. Required of type '{type}'",
    "1002": "Missing value for the required parameter '{name}'",
    "1003": "Invalid value for field '{name}'",
    "1006": "Field '{name}' not found",
}
"""See https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes; of
"1003", which that page calls "Invalid data", instances name the field.
"""


class Schema:
    """What an instance knows of a person; the two custom fields that we need are there.

    ``refuses`` are codes for fields of which no value is taken. ``partitions`` are those that we
    may write to, if the workspace has any.
    """

    def __init__(self) -> None:
        """Start with fields that can be written; a test adds and takes away."""
        strings = [*FIELDS.values(), STATUS, "leadSource", ID_FIELD]
        self.types = {
            **dict.fromkeys(strings, "string"),
            **dict.fromkeys(FLAGS, "boolean"),
            INTERESTS: "text",
        }
        self.required: set[str] = set()
        self.refuses: dict[str, str] = {}
        self.partitions: set[str] = set()

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
        for name, value in person.items():
            if creates and name == "id":
                yield self._refusal("1003", name, value)
            elif name not in known:
                yield self._refusal("1006", name, value)
            elif name in self.refuses:
                yield self._refusal(self.refuses[name], name, value)
            elif self._is_wrong(name, value):
                yield self._refusal("1001", name, value)
        for name in sorted(self.required - person.keys()) if creates else ():
            yield self._refusal("1002", name, "")

    def partition_refusals(self, name: str, now: str | None) -> Iterator[Refusal]:
        """Give what is wrong with the partition that a person is written to; ``now`` has it."""
        if len(self.partitions) > 1 and not name and now is None:
            yield "1009", "Partition name must be specified"
        if name and name not in self.partitions:
            yield "1008", f"Access denied to partition '{name}'"
        elif name and now not in (None, name):
            yield "1010", "Partition update not allowed"

    def _refusal(self, code: str, name: str, value: object) -> Refusal:
        kind = self.types.get(name, "string")
        return code, WORDS[code].format(value=value, name=name, type=kind)

    def _is_wrong(self, name: str, value: object) -> bool:
        kind = self.types.get(name, "")
        if kind in JSON_TYPES:
            return type(value) is not JSON_TYPES[kind]
        text = str(value)
        if kind == "text":
            return len(text.encode()) > TEXT_AREA_BYTES
        too_long = len(text.encode("utf-16-le")) // 2 > STRING_CHARACTERS
        return too_long or (name == "email" and not text.isascii())
