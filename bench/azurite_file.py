"""Rows put into Azurite's own file, between two of its runs.

Through its API 100,000 leads would take hours: at each insert, Azurite looks at every row of the
same row key, and all leads have a row ``lead``. The file is what it saves, and reads into memory
when it starts, in the version that ``package-lock.json`` pins: a database of LokiJS, in JSON, of
which it can read 512 MB. So a row is written with no more than Azurite needs.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

FILE = "__azurite_db_table__.json"
ACCOUNT = "devstoreaccount1"


class Document(NamedTuple):
    """A row as Azurite keeps it."""

    partition_key: str
    row_key: str
    text: str


def document(row: Mapping[str, object], number: int, at: datetime) -> Document:
    """Return the document of a row; ``number`` rises within a table."""
    properties: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, bytes):
            properties[f"{name}@odata.type"] = "Edm.Binary"
            properties[name] = base64.b64encode(value).decode()
        else:
            properties[name] = value
    partition_key, row_key = str(row["PartitionKey"]), str(row["RowKey"])
    kept = {
        "PartitionKey": partition_key,
        "RowKey": row_key,
        "properties": properties,
        "lastModifiedTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eTag": 'W/"1"',
        "$loki": number,
    }
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    return Document(partition_key, row_key, text)


def write(folder: Path, tables: Mapping[str, Sequence[Document]]) -> None:
    """Replace what stands in some of the tables that there are."""
    path = folder / FILE
    database = json.loads(path.read_text("utf-8"))
    with path.open("w", encoding="utf-8") as to:
        to.writelines(_database(database, tables))


def _database(database: dict[str, Any], tables: Mapping[str, Sequence[Document]]) -> Iterator[str]:
    collections = database.pop("collections")
    yield json.dumps(database)[:-1] + ',"collections":['
    for number, collection in enumerate(collections):
        documents = tables.get(collection["name"].removeprefix(f"{ACCOUNT}$"))
        yield "," if number else ""
        if documents is None:
            yield json.dumps(collection)
        else:
            yield from _collection(collection, documents)
    yield "]}"


def _collection(collection: dict[str, Any], documents: Sequence[Document]) -> Iterator[str]:
    del collection["data"]
    collection["maxId"] = len(documents)
    for name, key in (("PartitionKey", "partition_key"), ("RowKey", "row_key")):
        of = attrgetter(key)
        values = sorted(range(len(documents)), key=[of(one) for one in documents].__getitem__)
        collection["binaryIndices"][name] = {"name": name, "dirty": False, "values": values}
    yield json.dumps(collection)[:-1] + ',"data":['
    for number, one in enumerate(documents):
        yield f",{one.text}" if number else one.text
    yield "]}"
