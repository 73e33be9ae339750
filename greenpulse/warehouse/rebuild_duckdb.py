"""A DuckDB file that takes the place of another one: a rename, while nobody has either open."""

import functools
import glob
import os
import re
from pathlib import Path

from greenpulse.clock import Clock, SystemClock
from greenpulse.errors import SettingsError
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.duckdb_file import DATABASE, Connection, DuckDBFile, quoted
from greenpulse.warehouse.rebuild_files import (
    are_one_file,
    keep,
    lock,
    put_where_nothing_is,
    remove,
    replace,
)
from greenpulse.warehouse.scripts import deployment_scripts
from greenpulse.warehouse.warehouse import Identity

__all__ = ["DuckDBReplacement"]

_BUSY_SECONDS = 30.0
_MEMORY = "256MB"
_OLD = re.compile(r"\.before-\d+")
_ANY_RECORD = "select 1 from bronze.raw_intensity limit 1"
_TABLES = """
select table_schema || '.' || table_name from information_schema.tables
where table_catalog = current_database()
"""


class DuckDBReplacement:
    """The file at ``path``; its successor is ``path.rebuild``, old ones are ``path.before-2``.

    Args:
        path: The file.
        clock: For the waits where another process has a file.
        busy_seconds: How long to try then.
    """

    def __init__(
        self, path: Path, *, clock: Clock | None = None, busy_seconds: float = _BUSY_SECONDS
    ) -> None:
        clock = clock or SystemClock()
        self._path = path
        self._successor_path = path.with_name(f"{path.name}.rebuild")
        self.current = DuckDBWarehouse(path, clock=clock, busy_seconds=busy_seconds)
        self.successor = DuckDBWarehouse(
            self._successor_path, clock=clock, busy_seconds=busy_seconds
        )
        self._file = DuckDBFile(path, clock, busy_seconds=busy_seconds, memory=_MEMORY)
        self._successor_file = DuckDBFile(
            self._successor_path, clock, busy_seconds=busy_seconds, memory=_MEMORY
        )
        self._lock: int | None = None

    async def left_over(self) -> Identity | None:
        """Who lies in the successor's place, left by an earlier run.

        Raises:
            SettingsError: another rebuild runs in this folder; or a .wal file lies there
                without its file, which would spoil a new one.
        """
        self._lock = lock(self._path)
        if not self._file.exists() and (wal := Path(f"{self._path}.wal")).exists():
            message = (
                f"rebuilding '{self._path}': '{wal}' lies there without its file; move it away"
            )
            raise SettingsError(message)
        if are_one_file(self._path, self._successor_path):
            # A run died before it took the second name away.
            remove(self._successor_path)
        return await self.successor.identity()

    async def begin(self) -> None:
        """Make the successor's file where there is none, and deploy into it."""
        await self.successor.deploy()

    async def swap(self, successor_id: str, number: int) -> str | None:
        """Put the successor into the place; what was there is kept."""
        identity = await self.current.identity()
        if identity is not None and identity.warehouse_id == successor_id:
            return None
        old = self._path.with_name(f"{self._path.name}.before-{number}")
        if not self._file.exists() and await self._put_where_nothing_is():
            return None
        is_bare = identity is None and await self._file.read(_is_bare)
        work = functools.partial(_swap, successor_id, self._path, self._successor_path, old)
        await self._file.write(work)
        if is_bare:
            # A file that a worker made and never loaded into, since the lake fed another one.
            remove(old)
            return None
        return str(old)

    async def set_aside(self, number: int) -> str:
        """Keep what lies in the successor's place as an old one."""
        old = self._path.with_name(f"{self._path.name}.before-{number}")
        await self._successor_file.write(_checkpoint)
        keep(self._successor_path, old)
        remove(self._successor_path)
        return str(old)

    async def drop_old(self, *, old: bool, unfinished: bool) -> list[str]:
        """Remove the old files, or the successor's, or both."""
        name = self._path.name
        beside = sorted(self._path.parent.glob(f"{glob.escape(name)}.*"))
        doomed = [
            path
            for path in beside
            if (old and _OLD.fullmatch(path.name.removeprefix(name)))
            or (unfinished and path == self._successor_path)
        ]
        for path in doomed:
            remove(path)
        return [str(path) for path in doomed]

    async def close(self) -> None:
        """Close the files, and let another rebuild begin."""
        await self.current.close()
        await self.successor.close()
        await self._file.close()
        await self._successor_file.close()
        if self._lock is not None:
            os.close(self._lock)

    async def _put_where_nothing_is(self) -> bool:
        """Whether the successor is in the place now; not where a file has come meanwhile."""
        await self._successor_file.write(_checkpoint)
        return put_where_nothing_is(self._successor_path, self._path)


def _checkpoint(connection: Connection) -> None:
    """Bring all into the file itself: its .wal file would not get its new name."""
    connection.execute("checkpoint")


def _is_bare(connection: Connection) -> bool:
    """Whether nobody misses this file: no table or view but ours, and no record."""
    there = {name for (name,) in connection.execute(_TABLES).fetchall()}
    if not there <= deployment_scripts().keys():
        return False
    return "bronze.raw_intensity" not in there or not connection.execute(_ANY_RECORD).fetchall()


def _swap(
    successor_id: str, path: Path, successor: Path, old: Path, connection: Connection
) -> None:
    # Both files are locked, and have no .wal file, which would belong to a name.
    connection.execute("checkpoint")
    connection.execute(f"attach {quoted(successor)} as successor")
    found = connection.execute("select warehouse_id from successor.ops.identity").fetchall()
    if found != [(successor_id,)]:
        message = f"swapping '{path}' with '{successor}': that is another file now; run it again"
        raise SettingsError(message)
    connection.execute("checkpoint successor")
    keep(path, old)
    replace(path, successor)
    # The new one stays locked until the old one is closed, which looks at its .wal by name.
    connection.execute("use memory")
    connection.execute(f"detach {DATABASE}")
