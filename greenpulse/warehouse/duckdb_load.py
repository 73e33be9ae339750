"""A connection to a DuckDB file, as a load uses it."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import duckdb

from greenpulse.warehouse.dialect import to_duckdb
from greenpulse.warehouse.duckdb_errors import first_line
from greenpulse.warehouse.duckdb_file import Connection
from greenpulse.warehouse.load_transaction import NoBronzeLines
from greenpulse.warehouse.scripts import load_script
from greenpulse.warehouse.warehouse import Staged

__all__ = ["DuckDBLoadSession"]

_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")
# What COPY INTO is elsewhere. A bronze line is kept byte for byte: JSON is text here.
_ADD_RAW_ROWS = """
insert into bronze.raw_intensity (v, partition_id, log_offset)
select line::json, (line ->> '$.partition')::bigint, (line ->> '$.offset')::bigint
from (select unnest(string_split($lines, chr(10))) as line)
"""


class DuckDBLoadSession:
    """Runs the steps of a load; a connection that is closed without COMMIT leaves nothing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self) -> None:
        """Begin the transaction."""
        self._connection.begin()

    def run(self, step: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run a step; of a SELECT its row, else how many rows were changed."""
        row: tuple[Any, ...] = ()
        for statement in _statements(step):
            names = set(_PARAMETER.findall(statement))
            used = {name: value for name, value in values.items() if name in names}
            row = self._connection.execute(statement, used).fetchone() or ()
        return row

    def add_raw_rows(self, staged: Staged, _stage_file: str) -> int:
        """Insert each line as it stands.

        Raises:
            NoBronzeLines: a line is no JSON, or no UTF-8.
        """
        lines = staged.ndjson.removesuffix(b"\n")
        try:
            added = self._connection.execute(_ADD_RAW_ROWS, {"lines": lines.decode()}).fetchone()
        except (UnicodeDecodeError, duckdb.DataError) as error:
            raise NoBronzeLines(first_line(error)) from error
        return int(added[0]) if added else 0

    def commit(self) -> None:
        """Make all of it last."""
        self._connection.commit()


@cache
def _statements(step: str) -> list[str]:
    return to_duckdb(load_script(step))
