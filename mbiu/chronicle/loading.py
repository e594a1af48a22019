"""Puts rows into tables by the thousand.

Tables with row-level security take no COPY from the role that the programs have, so that a batch goes as
one JSON parameter of one INSERT, which the server takes apart itself.
"""

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

BATCH = 1000
#: What refers to others comes after them.
TABLES = (
    *("contact", "vault", "address", "incident", "report", "report_terms", "message", "joining"),
    *("decision", "alert", "delivery", "response", "outcome", "outcome_by"),
)

Row = dict[str, Any]


@dataclass
class Loader:
    """Collects rows by table and writes them in the order of ``TABLES``.

    All rows of a table have the same columns. ``written`` counts them.
    """

    session: Session
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in TABLES})
    written: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, row: Row) -> None:
        self.rows[table].append(row)

    def flush(self, least: int = 1) -> None:
        """Write everything, once some table has ``least`` rows waiting."""
        if max(map(len, self.rows.values())) >= least:
            for table, rows in self.rows.items():
                self._write(table, rows)
                rows.clear()

    def _write(self, table: str, rows: list[Row]) -> None:
        if not rows:
            return
        columns = ", ".join(f'"{name}"' for name in rows[0])
        values = json.dumps(rows, default=_plain, ensure_ascii=False)
        # Table and columns are names of our own models.
        statement = f"INSERT INTO {table} ({columns}) SELECT {columns}"
        statement += f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json))"
        self.session.connection().execute(text(statement), {"rows": values})
        self.written[table] += len(rows)


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
