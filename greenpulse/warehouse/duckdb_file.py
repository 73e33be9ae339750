"""A DuckDB file that is open only while it is in use, so that other programs can read it.

DuckDB locks its file for one process. Each piece of work therefore opens the file, runs,
and closes it again, all in one thread of its own; who finds it locked tries again.
"""

import asyncio
import contextlib
import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import duckdb

from greenpulse.clock import Clock
from greenpulse.errors import SettingsError, WarehouseUnavailable
from greenpulse.warehouse.duckdb_errors import Busy, as_ours

__all__ = ["DATABASE", "Connection", "DuckDBFile", "quoted", "sync"]

Connection = duckdb.DuckDBPyConnection
T = TypeVar("T")

DATABASE = "energy_project"
"""The name under which a file is attached."""

_RETRY_SECONDS = 0.1
_INTERRUPT_SECONDS = 0.01
_SEALS = ("set enable_external_access = false", "set lock_configuration = true")


class DuckDBFile:
    """One database file, attached as ENERGY_PROJECT for each piece of work.

    Args:
        path: Where it lies; its folder is made with it.
        clock: For the waits between two tries.
        busy_seconds: How long to try where another process holds the file.
        memory: DuckDB's memory limit, as in ``256MB``; beyond it spills beside the file.
    """

    def __init__(self, path: Path, clock: Clock, *, busy_seconds: float, memory: str) -> None:
        self.path = path
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "threads": "1",
            "temp_directory": f"{path}.spill",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
        }
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="warehouse")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work``, which may change the file; all of it again after a lost race.

        Raises:
            WarehouseUnavailable: somebody else held the file for too long, or no space.
            SettingsError: the file is absent, damaged, or not ours to write.
        """
        return await self._until_free(functools.partial(self._run, work, is_read_only=False))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work``, which cannot change the file, read others, or change settings.

        Raises:
            WarehouseUnavailable: somebody else held the file for too long.
            SettingsError: the file is absent, damaged, or not ours to read.
        """
        return await self._until_free(functools.partial(self._run, work, is_read_only=True))

    async def create(self) -> None:
        """Make an empty database where there is no file yet; atomic, and durable.

        Raises:
            SettingsError: the folder cannot be made or written.
        """
        await self._until_free(self._create)

    def exists(self) -> bool:
        """Whether there is a file.

        Raises:
            SettingsError: nobody can tell: its folder is closed to us, or its name too long.
        """
        try:
            return self.path.exists()
        except OSError as error:
            message = f"looking for '{self.path}': {error.strerror}; set GREENPULSE_WAREHOUSE"
            raise SettingsError(message) from error

    async def close(self) -> None:
        """Wait for the work under way."""
        await asyncio.to_thread(self._thread.shutdown)

    async def _until_free(self, work: Callable[["_Opened"], T]) -> T:
        deadline = self._clock.monotonic() + self._busy_seconds
        while True:
            try:
                return await self._in_thread(work)
            except Busy as busy:
                if self._clock.monotonic() >= deadline:
                    message = (
                        f"opening '{self.path}': {busy.holder} holds it since more than "
                        f"{self._busy_seconds:g} s; close it there, it is tried again"
                    )
                    raise WarehouseUnavailable(message) from busy
            await self._clock.sleep(_RETRY_SECONDS)

    async def _in_thread(self, work: Callable[["_Opened"], T]) -> T:
        """Run ``work``; whoever gives up waiting for it ends it, too."""
        opened = _Opened()
        future = self._thread.submit(work, opened)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            while not future.done():
                opened.interrupt()
                await asyncio.sleep(_INTERRUPT_SECONDS)
            raise

    def _run(self, work: Callable[[Connection], T], opened: "_Opened", *, is_read_only: bool) -> T:
        with (
            self._translated("reading" if is_read_only else "writing"),
            opened.using(duckdb.connect(":memory:", config=self._config)) as connection,
        ):
            mode = " (read_only)" if is_read_only else ""
            connection.execute(f"attach {quoted(self.path)} as {DATABASE}{mode}")
            connection.execute(f"use {DATABASE}")
            connection.execute("set TimeZone = 'UTC'")
            for seal in _SEALS if is_read_only else ():
                connection.execute(seal)
            return work(connection)

    def _create(self, _: "_Opened") -> None:
        # A crash in the middle leaves a folder that nobody looks into, never half a database.
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (
                self._translated("creating"),
                tempfile.TemporaryDirectory(prefix=f".{self.path.name}.", dir=folder) as drafts,
            ):
                draft = Path(drafts) / self.path.name
                with duckdb.connect(":memory:", config=self._config) as connection:
                    connection.execute(f"attach {quoted(draft)} as {DATABASE}")
                with contextlib.suppress(FileExistsError):
                    os.link(draft, self.path)
            sync(folder)
        except OSError as error:
            message = f"creating '{self.path}': {error.strerror}; set GREENPULSE_WAREHOUSE"
            raise SettingsError(message) from error

    @contextlib.contextmanager
    def _translated(self, action: str) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise as_ours(error, self.path, action) from error


class _Opened:
    """The connection of one piece of work, while it has one."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    @contextlib.contextmanager
    def using(self, connection: Connection) -> Iterator[Connection]:
        self._connection = connection
        try:
            yield connection
        finally:
            self._connection = None
            connection.close()

    def interrupt(self) -> None:
        """End the statement that runs now; called from another thread."""
        connection = self._connection
        with contextlib.suppress(duckdb.Error):
            if connection is not None:
                connection.interrupt()


def quoted(path: Path) -> str:
    """``path`` as a string of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def sync(folder: Path) -> None:
    """Make the names in ``folder`` last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
