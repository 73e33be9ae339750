"""A session at Snowflake, as a load uses it: PUT, then COPY INTO inside the transaction."""

import gzip
import io
from collections.abc import Mapping
from typing import Any

import orjson
from snowflake.connector import ProgrammingError, SnowflakeConnection

from greenpulse.warehouse.load_transaction import NoBronzeLines
from greenpulse.warehouse.snowflake_errors import BAD_LINE, first_line
from greenpulse.warehouse.snowflake_statements import execute, run_step
from greenpulse.warehouse.warehouse import Staged

__all__ = ["SnowflakeLoadSession", "stage"]

_LEVEL = 6
_STAGED = ("UPLOADED", "SKIPPED")


def stage(connection: SnowflakeConnection, staged: Staged, stage_file: str) -> None:
    """Put the lines into the internal stage, before the transaction begins.

    The name says range and content, so a file of that name, left by a load that died, is
    this one. Its bytes depend on the lines alone.

    Raises:
        NoBronzeLines: COPY would not take a line, or there are fewer or more than promised.
    """
    _check(staged)
    body = gzip.compress(staged.ndjson, compresslevel=_LEVEL, mtime=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"PUT file://{stage_file} @bronze.energy_stage "
            "AUTO_COMPRESS=FALSE SOURCE_COMPRESSION=GZIP OVERWRITE=FALSE",
            file_stream=io.BytesIO(body),
        )
        names = [column.name.lower() for column in cursor.description]
        answers = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if [answer["status"] in _STAGED for answer in answers] != [True]:
        message = f"staging '{stage_file}' was answered {answers}"
        raise ProgrammingError(message)


class SnowflakeLoadSession:
    """Runs the steps of a load; a session that ends without COMMIT leaves nothing.

    No statement of it is DDL, which would commit what came before.
    """

    def __init__(self, connection: SnowflakeConnection) -> None:
        self._connection = connection
        self._is_open = False

    def begin(self) -> None:
        """Begin the transaction."""
        self._is_open = True
        execute(self._connection, "BEGIN")

    def run(self, step: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run a step; of a SELECT its row, else how many rows were changed."""
        return run_step(self._connection, step, values)

    def add_raw_rows(self, staged: Staged, stage_file: str) -> int:  # noqa: ARG002 - is in the file
        """Copy the staged file; the manifest decides, never COPY's memory (FORCE).

        Raises:
            NoBronzeLines: a line is no JSON, or longer than a VARIANT may be.
        """
        with self._connection.cursor() as cursor:
            try:
                cursor.execute(
                    f"COPY INTO bronze.raw_intensity FROM @bronze.energy_stage/{stage_file} "
                    "FILE_FORMAT=(TYPE=JSON) ON_ERROR=ABORT_STATEMENT FORCE=TRUE"
                )
            except ProgrammingError as error:
                if error.errno in BAD_LINE:
                    raise NoBronzeLines(first_line(error)) from error
                raise
            names = [column.name.lower() for column in cursor.description]
            answers = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return sum(int(answer.get("rows_loaded") or 0) for answer in answers)

    def commit(self) -> None:
        """Make all of it last."""
        execute(self._connection, "COMMIT")
        self._is_open = False

    def end(self) -> None:
        """Free the lease at once where there was nothing to commit."""
        if self._is_open:
            execute(self._connection, "ROLLBACK")


def _check(staged: Staged) -> None:
    lines = staged.ndjson.removesuffix(b"\n").split(b"\n")
    for line in lines:
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise NoBronzeLines(str(error)) from error
