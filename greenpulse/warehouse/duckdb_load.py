"""The transaction that turns bronze lines into rows of a DuckDB file, all or nothing."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

import duckdb

from greenpulse.clock import to_rfc3339
from greenpulse.errors import WarehouseMismatch
from greenpulse.records import WarehouseLoad
from greenpulse.warehouse.dialect import to_duckdb
from greenpulse.warehouse.duckdb_errors import first_line
from greenpulse.warehouse.duckdb_file import Connection
from greenpulse.warehouse.manifest import Position, position_of, stage_file_of
from greenpulse.warehouse.scripts import load_script
from greenpulse.warehouse.warehouse import Staged

__all__ = ["Load"]

_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")
# What COPY INTO is elsewhere. A bronze line is kept byte for byte: JSON is text here.
_ADD_RAW_ROWS = """
insert into bronze.raw_intensity (v, partition_id, log_offset)
select line::json, (line ->> '$.partition')::bigint, (line ->> '$.offset')::bigint
from (select unnest(string_split($lines, chr(10))) as line)
"""


class Load:
    """One load of one partition.

    Args:
        staged: The lines, and the range that they make up.
        load_id: Names the load in the manifest.
        loaded_at: Aware.
    """

    def __init__(self, staged: Staged, *, load_id: str, loaded_at: datetime) -> None:
        self._staged = staged
        self._load_id = load_id
        self._loaded_at = loaded_at
        self._values = {
            "topic": staged.topic,
            "partition_id": staged.partition,
            "start_offset": staged.start_offset,
            "end_offset": staged.end_offset,
            "record_count": staged.record_count,
            "content_sha256": staged.content_sha256,
            "stage_file": stage_file_of(staged),
            "load_id": load_id,
            "loaded_at": loaded_at.astimezone(UTC).replace(tzinfo=None),
        }

    def run(self, connection: Connection) -> WarehouseLoad | None:
        """Load, or say None where the manifest already holds the range.

        A connection that is closed without COMMIT leaves nothing behind.

        Raises:
            WarehouseMismatch: the range neither follows the manifest nor lies in it, or
                the rows do not count up to it.
        """
        connection.begin()
        self._run(connection, "lease")
        if self._run(connection, "manifest") != (1,):
            self._refuse_unless_loaded(connection)
            return None
        self._add_raw_rows(connection)
        self._run(connection, "poll")
        (unreadable_count,) = self._run(connection, "unreadable")
        self._run(connection, "national_intensity")
        row_count, offset_count = self._run(connection, "count")
        if row_count != self._staged.record_count or offset_count != row_count:
            problem = f"it has {row_count} rows of {offset_count} offsets"
            raise self._mismatch(problem)
        connection.commit()
        return WarehouseLoad(
            topic=self._staged.topic,
            partition=self._staged.partition,
            start_offset=self._staged.start_offset,
            end_offset=self._staged.end_offset,
            record_count=self._staged.record_count,
            load_id=self._load_id,
            loaded_at=to_rfc3339(self._loaded_at),
            unreadable_count=unreadable_count,
        )

    def _run(self, connection: Connection, step: str) -> tuple[Any, ...]:
        """Run a step; of a SELECT its row, else how many rows were changed."""
        row: tuple[Any, ...] = ()
        for statement in _statements(step):
            names = set(_PARAMETER.findall(statement))
            values = {name: value for name, value in self._values.items() if name in names}
            row = connection.execute(statement, values).fetchone() or ()
        return row

    def _add_raw_rows(self, connection: Connection) -> None:
        lines = self._staged.ndjson.removesuffix(b"\n")
        try:
            added = connection.execute(_ADD_RAW_ROWS, {"lines": lines.decode()}).fetchone()
        except (UnicodeDecodeError, duckdb.DataError) as error:
            problem = f"a line is no bronze line ({first_line(error)})"
            raise self._mismatch(problem) from error
        if added != (self._staged.record_count,):
            problem = "it has another number of lines"
            raise self._mismatch(problem)

    def _refuse_unless_loaded(self, connection: Connection) -> None:
        loaded = connection.execute(
            """
            select min(start_offset), max(end_offset) from ops.load_manifest
            where topic = $topic and partition_id = $partition_id
            """,
            {name: self._values[name] for name in ("topic", "partition_id")},
        ).fetchone()
        first, last = loaded or (None, None)
        position = position_of(self._staged.start_offset, self._staged.end_offset, (first, last))
        if position is not Position.LIES_IN:
            problem = f"the manifest holds {first} to {last}, which it does not follow"
            raise self._mismatch(problem)

    def _mismatch(self, reason: str) -> WarehouseMismatch:
        staged = self._staged
        return WarehouseMismatch(
            f"loading offsets {staged.start_offset} to {staged.end_offset} of partition "
            f"{staged.partition}, {staged.record_count} records: {reason}; see "
            "'greenpulse audit'"
        )


@cache
def _statements(step: str) -> list[str]:
    return to_duckdb(load_script(step))
