"""The warehouse at Snowflake: schemas of one database, by the connector, key pair and COPY."""

import functools
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from uuid import uuid4

from snowflake.connector import ProgrammingError, SnowflakeConnection
from snowflake.connector.constants import FIELD_ID_TO_NAME

from greenpulse.clock import Clock, SystemClock
from greenpulse.errors import SettingsError
from greenpulse.records import WarehouseLoad
from greenpulse.warehouse.load_transaction import Load, NoBronzeLines
from greenpulse.warehouse.select import checked_select
from greenpulse.warehouse.snowflake_account import SnowflakeAccount
from greenpulse.warehouse.snowflake_connection import SnowflakeSessions
from greenpulse.warehouse.snowflake_deploy import deploy, fill, is_deployed
from greenpulse.warehouse.snowflake_digest import ROW_DIGEST, digest_of_line
from greenpulse.warehouse.snowflake_errors import ABSENT, first_line
from greenpulse.warehouse.snowflake_load import SnowflakeLoadSession, stage
from greenpulse.warehouse.snowflake_stage import StageJanitor
from greenpulse.warehouse.snowflake_statements import TAKE_TURNS, execute
from greenpulse.warehouse.warehouse import (
    Identity,
    LoadedOffset,
    QueryResult,
    SeriesPeriod,
    Staged,
)

__all__ = ["SnowflakeWarehouse"]

_BUSY_SECONDS = 30.0
_MANIFEST_ENDS = """
select partition_id, max(end_offset) from ops.load_manifest
where topic = :topic group by partition_id
"""
_OFFSETS = f"""
select log_offset, count(*), min(digest) from (
    select v:offset::bigint as log_offset, {ROW_DIGEST} as digest
    from bronze.raw_intensity
    where v:partition::bigint = :partition and v:offset::bigint > :after
) as rows_behind
group by log_offset order by log_offset limit :limit
"""  # noqa: S608 - a constant
_PARTITIONS = """
select distinct v:partition::bigint as partition_id from bronze.raw_intensity
where v:partition::bigint is not null order by partition_id
"""
_CLAIM = """
insert into ops.identity (warehouse_id, lake_id)
select :warehouse_id, :lake_id where not exists (select 1 from ops.identity)
"""
_SCHEDULE = """
insert into ops.schedule (series, period_seconds, offset_seconds, valid_from)
select :series, :period_seconds, :offset_seconds, :valid_from
where not exists (
    select 1 from (
        select period_seconds, offset_seconds from ops.schedule
        where series = :series order by valid_from desc limit 1
    ) as newest
    where period_seconds = :period_seconds and offset_seconds = :offset_seconds
)
"""


class SnowflakeWarehouse:
    """A warehouse in one database; each piece of work has a session of its own.

    Args:
        account: Where, and as whom.
        clock: Gives ``loaded_at``, and the waits where others are in the way.
        busy_seconds: How long to try then.
    """

    def __init__(
        self,
        account: SnowflakeAccount,
        *,
        clock: Clock | None = None,
        busy_seconds: float = _BUSY_SECONDS,
    ) -> None:
        self._clock = clock or SystemClock()
        self.sessions = SnowflakeSessions(account, self._clock, busy_seconds=busy_seconds)
        """For work on the same account that is nobody else's."""
        self._janitor = StageJanitor(self._clock)

    async def deploy(self) -> None:
        """Create what ``sql/`` names and is absent; again and again without harm."""
        work = functools.partial(deploy, self.sessions.account)
        await self.sessions.run(work, "deploying to", "greenpulse deploy")

    async def prepare(self) -> None:
        """See that all is there; the loader's role may create nothing, so it only tries to."""
        if await self.sessions.run(is_deployed, "opening", "greenpulse start"):
            await self.sessions.run(fill, "writing to", "greenpulse start")
        else:
            await self.deploy()

    async def identity(self) -> Identity | None:
        """Who this warehouse is; None before ``claim_identity``."""
        rows = await self._rows("select warehouse_id, lake_id from ops.identity")
        return Identity(*rows[0]) if rows else None

    async def claim_identity(self, identity: Identity) -> Identity:
        """Write the identity where there is none; return the one in force."""
        work = functools.partial(_claim_identity, identity)
        return await self.sessions.run(work, "writing to", "greenpulse identity")

    async def manifest_ends(self, topic: str) -> dict[int, int]:
        """The last loaded offset of each partition that has a load."""
        return dict(await self._rows(_MANIFEST_ENDS, {"topic": topic}))

    async def load(self, staged: Staged) -> WarehouseLoad | None:
        """Load in one transaction; None where the manifest already holds the range.

        Raises:
            WarehouseUnavailable: no answer, or others in the way for too long.
            WarehouseMismatch: the range neither follows the manifest nor lies in it, or
                the rows do not count up to it.
        """
        load = Load(staged, load_id=str(uuid4()), loaded_at=self._clock.now())
        done = await self.sessions.run(
            functools.partial(_load, load), "loading into", f"greenpulse load {load.load_id}"
        )
        if self._janitor.is_due():
            await self.sessions.run(
                self._janitor.remove_old_files, "tidying", "greenpulse staged files"
            )
        return done

    async def offsets(
        self, partition: int, after: int | None, *, limit: int = 10_000
    ) -> list[LoadedOffset]:
        """What the raw table holds behind offset ``after``, in order; None: from the first."""
        values = {"partition": partition, "after": -1 if after is None else after, "limit": limit}
        return [LoadedOffset(*row) for row in await self._rows(_OFFSETS, values)]

    def digest_of(self, line: bytes) -> str:
        """What ``offsets`` gives for the row of a bronze line: a hash of its texts."""
        return digest_of_line(line)

    async def raw_partitions(self) -> list[int]:
        """Partitions of which the raw table has a row, sorted."""
        return [partition for (partition,) in await self._rows(_PARTITIONS)]

    async def set_schedule(self, periods: Sequence[SeriesPeriod]) -> None:
        """Say when ticks are expected from now on; what was expected before stays so."""
        work = functools.partial(_set_schedule, periods)
        await self.sessions.run(work, "writing to", "greenpulse schedule")

    async def query(self, sql: str) -> QueryResult:
        """One SELECT in Snowflake's dialect; it can write, read files, set nothing.

        Raises:
            SettingsError: it is no single SELECT, or Snowflake refuses it; one sentence.
        """
        # Written anew from what was checked, so that nothing else can be in it.
        text = checked_select(sql).sql("snowflake", comments=False)
        return await self.sessions.run(
            functools.partial(_query, text), "asking", "greenpulse query"
        )

    async def close(self) -> None:
        """Wait for the work under way; later calls are an error."""
        await self.sessions.close()

    async def _rows(
        self, sql: str, values: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Rows of our own SELECT; none where nothing is deployed yet."""

        def read(connection: SnowflakeConnection) -> list[tuple[Any, ...]]:
            try:
                return execute(connection, sql, values)
            except ProgrammingError as error:
                if error.errno in ABSENT and not is_deployed(connection):
                    return []
                raise

        return await self.sessions.run(read, "reading", "greenpulse read")


def _load(load: Load, connection: SnowflakeConnection) -> WarehouseLoad | None:
    try:
        stage(connection, load.staged, load.stage_file)
    except NoBronzeLines as error:
        problem = f"a line is no bronze line ({error})"
        raise load.mismatch(problem) from error
    session = SnowflakeLoadSession(connection)
    done = load.run(session)
    session.end()
    return done


def _claim_identity(identity: Identity, connection: SnowflakeConnection) -> Identity:
    execute(connection, "BEGIN")
    execute(connection, TAKE_TURNS)
    values = {"warehouse_id": identity.warehouse_id, "lake_id": identity.lake_id}
    execute(connection, _CLAIM, values)
    in_force = execute(connection, "select warehouse_id, lake_id from ops.identity")
    execute(connection, "COMMIT")
    return Identity(*in_force[0])


def _set_schedule(periods: Sequence[SeriesPeriod], connection: SnowflakeConnection) -> None:
    execute(connection, "BEGIN")
    execute(connection, TAKE_TURNS)
    for period in periods:
        values = {
            "series": period.series,
            "period_seconds": float(period.period_seconds),
            "offset_seconds": float(period.offset_seconds),
            "valid_from": period.valid_from.astimezone(UTC).replace(tzinfo=None),
        }
        execute(connection, _SCHEDULE, values)
    execute(connection, "COMMIT")


def _query(text: str, connection: SnowflakeConnection) -> QueryResult:
    with connection.cursor() as cursor:
        try:
            cursor.execute(text)
        except ProgrammingError as error:
            message = f"running the query: {first_line(error)}"
            raise SettingsError(message) from error
        columns = [column.name for column in cursor.description]
        types = [FIELD_ID_TO_NAME[column.type_code] for column in cursor.description]
        return QueryResult(columns, types, [tuple(row) for row in cursor.fetchall()])
