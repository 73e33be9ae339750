"""A database at Snowflake that takes the place of another one: ALTER DATABASE … SWAP WITH."""

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from snowflake.connector import ProgrammingError, SnowflakeConnection

from greenpulse.clock import Clock, SystemClock
from greenpulse.errors import GreenpulseError, SettingsError, WarehouseUnavailable
from greenpulse.warehouse.scripts import deployment_scripts, successor_script
from greenpulse.warehouse.snowflake import SnowflakeWarehouse
from greenpulse.warehouse.snowflake_account import SnowflakeAccount
from greenpulse.warehouse.snowflake_errors import ABSENT
from greenpulse.warehouse.snowflake_statements import execute, statements_of
from greenpulse.warehouse.warehouse import Identity

__all__ = ["SnowflakeReplacement"]

T = TypeVar("T")

_OTHER_SWAP_SECONDS = 30.0
_LOOK_SECONDS = 1.0
_TAG = "greenpulse rebuild"
_NO_RIGHT = 3001
# Whoever loads has changed this row: it goes once no load is under way, and without it none
# begins. A lock would not do: DDL commits the transaction that holds it. It is changed first, as
# a load does it: a stand-in on DuckDB lets a row be deleted that another transaction changes.
_TAKE_TURNS = "update ops.load_lease set load_id = 'rebuild'"
_CLOSE = "delete from ops.load_lease"


class SnowflakeReplacement:
    """A database; its successor is DATABASE_REBUILD, old ones are DATABASE_BEFORE_2.

    Two rebuilds at once fill the same successor, as two loaders would; one of them swaps.

    Args:
        account: Where, and as whom: a role that owns the database and may create others.
        clock: For the waits where others are in the way.
    """

    def __init__(self, account: SnowflakeAccount, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._account = account
        self._name = f"{account.database}_REBUILD"
        self.current = SnowflakeWarehouse(account, clock=clock)
        beside = replace(account, database=self._name)
        self.successor = SnowflakeWarehouse(beside, clock=clock)

    async def left_over(self) -> Identity | None:
        """Who lies in the successor's place, left by an earlier run or by one that goes on."""
        if self._name.upper() not in await self._databases():
            return None
        return await self.successor.identity()

    async def begin(self) -> None:
        """Make the successor's database where there is none, and deploy into it."""
        statements = statements_of(successor_script(self._name))
        # A stand-in knows no managed access; the schemas come with the deployment.
        await self._run(*(statements[:1] if self._account.host else statements))
        await self.successor.deploy()

    async def swap(self, successor_id: str, number: int) -> str | None:
        """Put the successor into the place; what was there is kept."""
        old = f"{self._account.database}_BEFORE_{number}"
        if old.upper() in await self._databases():
            message = f"keeping '{self._account}' as {old}: that is there already; rename it"
            raise SettingsError(message)
        if not await self._in_session(_close):
            # Somebody has closed it: a run that died, or one that swaps this very moment.
            await self._wait_for_other_swap(successor_id)
        if await self._is_current(successor_id):
            # What was closed then is the new one.
            await self._in_session(_open_again)
            return None
        try:
            await self._run(f"alter database {self._account.database} swap with {self._name}")
        except GreenpulseError as error:
            # Not where the answer was lost: it may swap yet, and would cut a load in two.
            if isinstance(error.__cause__, ProgrammingError):
                await self._in_session(_open_again)
            raise
        if not await self._is_current(successor_id):
            message = f"swapping '{self._account}': another rebuild swapped, too; run it again"
            raise WarehouseUnavailable(message)
        return await self.set_aside(number)

    async def set_aside(self, number: int) -> str:
        """Keep what lies in the successor's place as an old one."""
        old = f"{self._account.database}_BEFORE_{number}"
        await self._run(f"alter database {self._name} rename to {old}")
        return old

    async def drop_old(self, *, old: bool, unfinished: bool) -> list[str]:
        """Remove the old databases, or the successor, or both."""
        pattern = re.compile(rf"{re.escape(self._account.database)}_BEFORE_\d+", re.IGNORECASE)
        doomed = [
            name
            for name in await self._databases()
            if (old and pattern.fullmatch(name)) or (unfinished and name == self._name.upper())
        ]
        await self._run(*(f"drop database {name}" for name in doomed))
        return doomed

    async def close(self) -> None:
        """Wait for the work under way; later calls are an error."""
        await self.current.close()
        await self.successor.close()

    async def _wait_for_other_swap(self, successor_id: str) -> None:
        given_up_at = self._clock.monotonic() + _OTHER_SWAP_SECONDS
        while self._clock.monotonic() < given_up_at and not await self._is_current(successor_id):
            await self._clock.sleep(_LOOK_SECONDS)

    async def _is_current(self, warehouse_id: str) -> bool:
        identity = await self.current.identity()
        return identity is not None and identity.warehouse_id == warehouse_id

    async def _databases(self) -> list[str]:
        """Names of the database and of those beside it, sorted, in capital letters."""
        return await self._in_session(functools.partial(_databases, self._account.database))

    async def _run(self, *statements: str) -> None:
        def work(connection: SnowflakeConnection) -> None:
            for statement in statements:
                execute(connection, statement)

        await self._in_session(work)

    async def _in_session(self, work: Callable[[SnowflakeConnection], T]) -> T:
        def as_owner(connection: SnowflakeConnection) -> T:
            with self._rights_named():
                return work(connection)

        return await self.current.sessions.run(as_owner, "rebuilding", _TAG)

    @contextlib.contextmanager
    def _rights_named(self) -> Iterator[None]:
        try:
            yield
        except ProgrammingError as error:
            if error.errno != _NO_RIGHT:
                raise
            role = self._account.role or "of the user"
            message = (
                f"rebuilding '{self._account}': role '{role}' has to own the database and to have "
                "CREATE DATABASE on the account; set GREENPULSE_SNOWFLAKE_USER, _ROLE and "
                "_PRIVATE_KEY_FILE to those that deploy (docs/snowflake.md)"
            )
            raise SettingsError(message) from error


def _databases(name: str, connection: SnowflakeConnection) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"show databases like '{name}%'")
        column = [described.name.lower() for described in cursor.description].index("name")
        return sorted(str(row[column]).upper() for row in cursor.fetchall())


def _close(connection: SnowflakeConnection) -> bool:
    """Let no load begin any more; whether this is what closed it."""
    execute(connection, "BEGIN")
    try:
        execute(connection, _TAKE_TURNS)
        ((count,),) = execute(connection, _CLOSE)
    except ProgrammingError as error:
        execute(connection, "ROLLBACK")
        # Nothing was ever deployed there.
        if error.errno in ABSENT:
            return True
        raise
    execute(connection, "COMMIT")
    return bool(count)


def _open_again(connection: SnowflakeConnection) -> None:
    """Let loads begin: the row comes back as each deployment makes it."""
    for statement in statements_of(deployment_scripts()["ops.load_lease"]):
        execute(connection, statement)
