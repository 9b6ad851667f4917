"""Queries: as much SOQL as we use, on what an org holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from local.fakes.salesforce.org import SETUP, Org, Row

CHILDREN = re.compile(r", \(SELECT [^()]*?FROM (Tasks|Events)\b.*?LIMIT (\d+)\)")
NOT_LIKE = re.compile(r"\(NOT Subject LIKE '(.*?)%'\)")


@dataclass(frozen=True)
class Query:
    """A query, taken apart."""

    columns: list[str]
    table: str
    where: str
    children: Mapping[str, str]

    @property
    def custom(self) -> set[str]:
        """Return the custom fields that it names."""
        return {n for n in (*self.columns, self.where.split()[0]) if n.endswith("__c")}

    def rows(self, org: Org) -> list[Row]:
        """Return what it finds, in the recycle bin too."""
        names = [column.partition(".")[0] for column in self.columns]
        return [
            {name: row.get(name) for name in names}
            | {name: _newest(org, row, name, text) for name, text in self.children.items()}
            for row in SETUP.get(self.table) or org.tables[self.table].values()
            if _holds(row, self.where)
        ]


def parse(soql: str) -> Query:
    """Take a query apart; one in a shape that is none of ours is an error of the fake."""
    match = re.fullmatch(r"SELECT (.+) FROM (\w+) WHERE (.+)", CHILDREN.sub("", soql))
    if match is None:
        raise NotImplementedError(soql)
    children = {m[1]: m[0] for m in CHILDREN.finditer(soql)}
    return Query(match[1].split(", "), match[2], match[3], children)


def _newest(org: Org, lead: Row, name: str, soql: str) -> Row | None:
    """Return the newest of what was logged on a lead, as the children of its row."""
    rows = [r for r in org.tables[name[:-1]].values() if r["WhoId"] == lead["Id"]]
    [found] = CHILDREN.finditer(soql)
    if name == "Tasks":
        rows = [r for r in rows if r["Status"] == "Completed" and _is_asked_for(r, soql)]
    rows.sort(key=lambda row: str(row["LastModifiedDate"]), reverse=True)
    return {"done": True, "records": rows[: int(found[2])]} if rows else None


def _is_asked_for(task: Row, soql: str) -> bool:
    """Tell whether a subject is not among those left out; an empty one is unlike nothing."""
    if task["Subject"] is None:
        return "Subject = NULL OR " in soql
    return not task["Subject"].startswith(tuple(NOT_LIKE.findall(soql)))


def _holds(row: Row, where: str) -> bool:
    """Tell whether a condition holds; AND and OR are never mixed in ours."""
    if " OR " in where:
        return any(_holds(row, part) for part in where.split(" OR "))
    return all(_is(row, *part.split(" ", 2)) for part in where.split(" AND "))


def _is(row: Row, name: str, how: str, literal: str) -> bool:
    value = row.get(name)
    quoted = "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
    match how:
        case "IN":
            return quoted in literal.strip("()").split(", ")
        case "LIKE":
            return quoted.startswith(literal.removesuffix("%'"))
        case _:
            return value is True if literal == "TRUE" else quoted == literal
