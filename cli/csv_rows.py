"""CSV for a spreadsheet, which computes none of its cells."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet computes, see
https://owasp.org/www-community/attacks/CSV_Injection
"""


def print_rows(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Print rows by the names of their columns as CSV (RFC 4180), the header first."""
    writer = csv.writer(sys.stdout)
    writer.writerow([_cell(name) for name in columns])
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])


def _cell(value: object) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str("" if value is None else value)
    return f"'{text}" if text.startswith(FORMULA) else text
