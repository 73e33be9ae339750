"""The warehouse in a DuckDB file: schemas of ENERGY_PROJECT, no server, no account."""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from greenpulse.clock import Clock, SystemClock
from greenpulse.errors import SettingsError
from greenpulse.records import WarehouseLoad
from greenpulse.warehouse.dialect import to_duckdb, translated
from greenpulse.warehouse.duckdb_errors import first_line
from greenpulse.warehouse.duckdb_file import Connection, DuckDBFile
from greenpulse.warehouse.duckdb_load import DuckDBLoadSession
from greenpulse.warehouse.load_transaction import Load
from greenpulse.warehouse.scripts import FILLING_STEP, deployment_scripts
from greenpulse.warehouse.select import checked_select
from greenpulse.warehouse.upgrade import EXISTING_COLUMNS, upgrades
from greenpulse.warehouse.warehouse import (
    Identity,
    LoadedOffset,
    QueryResult,
    SeriesPeriod,
    Staged,
)

__all__ = ["DuckDBWarehouse"]

_BUSY_SECONDS = 30.0
_MEMORY = "2GB"


class DuckDBWarehouse:
    """A warehouse in one file, open only during a load or a query.

    Args:
        path: The file.
        clock: Gives ``loaded_at``, and the waits where another process has the file.
        busy_seconds: How long to try then.
    """

    def __init__(
        self, path: Path, *, clock: Clock | None = None, busy_seconds: float = _BUSY_SECONDS
    ) -> None:
        self._clock = clock or SystemClock()
        self._file = DuckDBFile(path, self._clock, busy_seconds=busy_seconds, memory=_MEMORY)

    async def deploy(self) -> None:
        """Create what ``sql/`` names and is absent; again and again without harm."""
        if not self._file.exists():
            await self._file.create()
        await self._file.write(_deploy)

    async def prepare(self) -> None:
        """Deploy: whoever loads into a file may create what is absent in it."""
        await self.deploy()

    async def identity(self) -> Identity | None:
        """Who this warehouse is; None before ``claim_identity``."""
        rows = await self._rows("select warehouse_id, lake_id from ops.identity")
        return Identity(*rows[0]) if rows else None

    async def claim_identity(self, identity: Identity) -> Identity:
        """Write the identity where there is none; return the one in force."""
        return await self._file.write(functools.partial(_claim_identity, identity))

    async def manifest_ends(self, topic: str) -> dict[int, int]:
        """The last loaded offset of each partition that has a load."""
        sql = """
            select partition_id, max(end_offset) from ops.load_manifest
            where topic = $topic group by partition_id
        """
        return dict(await self._rows(sql, {"topic": topic}))

    async def load(self, staged: Staged) -> WarehouseLoad | None:
        """Load in one transaction; None where the manifest already holds the range.

        Raises:
            WarehouseUnavailable: somebody else held the file for too long, or no space.
            WarehouseMismatch: the range neither follows the manifest nor lies in it, or
                the rows do not count up to it.
        """
        load = Load(staged, load_id=str(uuid4()), loaded_at=self._clock.now())
        return await self._file.write(lambda opened: load.run(DuckDBLoadSession(opened)))

    async def offsets(
        self, partition: int, after: int | None, *, limit: int = 10_000
    ) -> list[LoadedOffset]:
        """What the raw table holds behind offset ``after``, in order; None: from the first."""
        # The page is found first, so that only its own rows are hashed.
        sql = """
            with page as (
                select distinct log_offset from bronze.raw_intensity
                where partition_id = $partition and log_offset > $after
                order by log_offset limit $limit
            )
            select log_offset, count(*), min(sha256(v::varchar)) from bronze.raw_intensity
            where
                partition_id = $partition and log_offset > $after
                and log_offset <= (select max(log_offset) from page)
            group by log_offset order by log_offset
        """
        values = {"partition": partition, "after": -1 if after is None else after, "limit": limit}
        return [LoadedOffset(*row) for row in await self._rows(sql, values)]

    def digest_of(self, line: bytes) -> str:
        """Hex sha256: a row is its bronze line, byte for byte."""
        return hashlib.sha256(line).hexdigest()

    async def raw_partitions(self) -> list[int]:
        """Partitions of which the raw table has a row, sorted."""
        sql = "select distinct partition_id from bronze.raw_intensity order by partition_id"
        return [partition for (partition,) in await self._rows(sql)]

    async def set_schedule(self, periods: Sequence[SeriesPeriod]) -> None:
        """Say when ticks are expected from now on; what was expected before stays so."""
        await self._file.write(functools.partial(_set_schedule, periods))

    async def query(self, sql: str) -> QueryResult:
        """One SELECT in Snowflake's dialect; it can write, read files, set nothing.

        Raises:
            SettingsError: it is no single SELECT, or DuckDB refuses it; one sentence.
        """
        text = translated(checked_select(sql))
        if not self._file.exists():
            message = (
                f"reading '{self._file.path}': nothing is there yet; start 'greenpulse worker'"
            )
            raise SettingsError(message)
        return await self._file.read(functools.partial(_query, text))

    async def close(self) -> None:
        """Wait for the work under way; later calls are an error."""
        await self._file.close()

    async def _rows(
        self, sql: str, values: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Rows of our own SELECT; none where nothing is deployed yet."""
        if not self._file.exists():
            return []

        def read(connection: Connection) -> list[tuple[Any, ...]]:
            try:
                return connection.execute(sql, values).fetchall()
            except duckdb.CatalogException:
                return []

        return await self._file.read(read)


@functools.cache
def _deployment() -> list[str]:
    return [
        statement for script in deployment_scripts().values() for statement in to_duckdb(script)
    ]


def _deploy(connection: Connection) -> None:
    connection.begin()
    for change in upgrades(connection.execute(EXISTING_COLUMNS).fetchall()):
        for statement in to_duckdb(change):
            connection.execute(statement)
    for statement in _deployment():
        connection.execute(statement)
    DuckDBLoadSession(connection).run(FILLING_STEP, {"load_id": None})
    connection.commit()


def _claim_identity(identity: Identity, connection: Connection) -> Identity:
    connection.execute(
        """
        insert into ops.identity (warehouse_id, lake_id)
        select $warehouse_id, $lake_id where not exists (select 1 from ops.identity)
        """,
        {"warehouse_id": identity.warehouse_id, "lake_id": identity.lake_id},
    )
    in_force = connection.execute("select warehouse_id, lake_id from ops.identity").fetchall()
    return Identity(*in_force[0])


def _set_schedule(periods: Sequence[SeriesPeriod], connection: Connection) -> None:
    # One statement: a row only where the newest one of its series says something else.
    connection.begin()
    for period in periods:
        connection.execute(
            """
            insert into ops.schedule (series, period_seconds, offset_seconds, valid_from)
            select $series, $period_seconds, $offset_seconds, $valid_from
            where (
                select (max_by(period_seconds, valid_from), max_by(offset_seconds, valid_from))
                from ops.schedule where series = $series
            ) is distinct from ($period_seconds, $offset_seconds)
            """,
            {
                "series": period.series,
                "period_seconds": float(period.period_seconds),
                "offset_seconds": float(period.offset_seconds),
                "valid_from": period.valid_from.astimezone(UTC).replace(tzinfo=None),
            },
        )
    connection.commit()


def _query(text: str, connection: Connection) -> QueryResult:
    try:
        cursor = connection.execute(text)
        described = cursor.description or []
        rows = cursor.fetchall()
    except (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError) as error:
        message = f"running the query: {first_line(error)}"
        raise SettingsError(message) from error
    return QueryResult([column[0] for column in described], [str(c[1]) for c in described], rows)
