"""The rows of table ``Teams``: whose turn it is, who is away, who got which lead."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json

from shared.domain.absences import Absence
from shared.domain.fair_turns import Standing, TeamTurns
from shared.ports.teams import Company, StoredTurns, Taken
from shared.storage.keys import known_time, safe_key, time_key, time_text

type Row = Mapping[str, Any]

PARTITION = "teams"
TEAM = "team|"
TURNS = "team|turns|"
ABSENCE = "team|absence|"
LEFT = "team|left|"

ROW_SCHEMA = 1

STANDING_KEYS = frozenset(field.name for field in fields(Standing))


def turns_key(team: str) -> str:
    """Return the key of a team's turns."""
    return TURNS + safe_key(team)


def absence_key(absence: Absence) -> str:
    """Return the key of an absence, one for each start."""
    return f"{ABSENCE}{safe_key(absence.member)}|{time_key(absence.from_at)}"


def left_key(member: str) -> str:
    """Return the key of the mark of one who has left."""
    return LEFT + safe_key(member)


def taken_key(key: str) -> str:
    """Return the key of who got a lead; ``key`` is its id, with ``|n`` for a reassignment."""
    return f"taken|{key}"


def company_key(team: str, company_id: str) -> str:
    """Return the key of who holds a company's leads."""
    return f"company|{safe_key(team)}|{company_id}"


def turns_row(team: str, stored: StoredTurns) -> Row:
    """Return the row of a team's turns, with what only a newer version of the app knows in it."""
    return {
        **keys(turns_key(team)),
        "team": team,
        "new": _json(stored.new, stored.newer.get("new", {})),
        "again": _json(stored.again, stored.newer.get("again", {})),
    }


def read_turns(row: Row, etag: str) -> StoredTurns:
    """Return the turns that ``turns_row`` wrote."""
    given = {count: from_json(row.get(count) or "{}") for count in ("new", "again")}
    return StoredTurns(
        new=_turns(given["new"]),
        again=_turns(given["again"]),
        etag=etag,
        newer={count: _beside(standings) for count, standings in given.items()},
    )


def absence_row(absence: Absence) -> Row:
    """Return the row of an absence."""
    return {
        **keys(absence_key(absence)),
        "member": absence.member,
        "from_at": time_text(absence.from_at),
        "until_at": time_text(absence.until_at),
    }


def read_absence(row: Row) -> Absence:
    """Return the absence that ``absence_row`` wrote."""
    return Absence(
        member=row["member"],
        from_at=known_time(row["from_at"]),
        until_at=known_time(row["until_at"]),
    )


def left_row(member: str, at: datetime) -> Row:
    """Return the mark of one who has left."""
    return {**keys(left_key(member)), "member": member, "at": time_text(at)}


def read_left(row: Row) -> str:
    """Return who has left by such a mark."""
    return str(row["member"])


def taken_row(taken: Taken) -> Row:
    """Return the row of who got a lead."""
    columns = {name: value for name, value in asdict(taken).items() if name not in ("key", "etag")}
    return {**keys(taken_key(taken.key)), **columns}


def read_taken(row: Row, key: str, etag: str) -> Taken:
    """Return what ``taken_row`` wrote."""
    return Taken(
        key=key,
        team=row["team"],
        member=row["member"],
        why=row.get("why", ""),
        cost=row["cost"],
        etag=etag,
    )


def company_row(company: Company) -> Row:
    """Return the row of who holds a company's leads."""
    return {
        **keys(company_key(company.team, company.company_id)),
        "team": company.team,
        "holder": company.holder,
    }


def keys(row_key: str) -> Row:
    """Return what each row has."""
    return {"PartitionKey": PARTITION, "RowKey": row_key, "schema": ROW_SCHEMA}


def _json(turns: TeamTurns, newer: Mapping[str, Any]) -> str:
    known = {who: asdict(standing) for who, standing in turns.standings.items()}
    return to_json({who: {**newer.get(who, {}), **known[who]} for who in known}).decode()


def _turns(given: Mapping[str, Mapping[str, Any]]) -> TeamTurns:
    return TeamTurns(
        standings={
            who: Standing(at=each["at"], weight=each["weight"], away=each.get("away"))
            for who, each in given.items()
        }
    )


def _beside(given: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what standings have that this version does not know."""
    beside = {
        who: {key: value for key, value in each.items() if key not in STANDING_KEYS}
        for who, each in given.items()
    }
    return {who: rest for who, rest in beside.items() if rest}
