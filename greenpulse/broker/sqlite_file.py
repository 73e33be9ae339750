"""The SQLite file of the embedded log: opened late, written durably, errors made ours."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from greenpulse.broker import sqlite_schema as sql
from greenpulse.broker.sqlite_errors import as_greenpulse_error
from greenpulse.errors import SettingsError

__all__ = ["SqliteFile"]

_BUSY_TIMEOUT_SECONDS = 10.0
_WAL_LIMIT_BYTES = 64 * 1024 * 1024


class SqliteFile:
    """The file at ``path``; opened when it is first needed, made when first written to.

    After any error it is opened afresh, so that a full disk or a missing right heals as
    soon as its cause is gone. For one thread.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.openings = 0
        """How often the file was opened: what was learnt from it before is void."""
        self._connection: sqlite3.Connection | None = None
        self._opened_file: tuple[int, int] | None = None
        self._seen_version: int | None = None

    @contextmanager
    def reading(self, action: str) -> Iterator[sqlite3.Connection | None]:
        """The connection; None where there is no log yet: reading makes none."""
        with self._translated(action):
            yield self._open() if self._is_there() else None

    @contextmanager
    def writing(self, action: str) -> Iterator[sqlite3.Connection]:
        """A transaction that is durable when the block has ended."""
        with self._translated(action):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = self._open()
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")

    def has_changed(self) -> bool:
        """Whether another connection has written since this was last asked."""
        with self.reading("looking for changes") as connection:
            if connection is None:
                return False
            (version,) = connection.execute("pragma data_version").fetchone()
            seen, self._seen_version = self._seen_version, version
            return bool(seen != version)

    def close(self) -> None:
        """Close the file; the next call opens it again, if it is still the same."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @contextmanager
    def _translated(self, action: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise as_greenpulse_error(error, action, self.path) from error
        except BaseException:
            # Closing rolls back a transaction under way.
            self.close()
            raise

    def _is_there(self) -> bool:
        if self._opened_file is not None:
            return True
        return self.path.exists() and self.path.stat().st_size > 0

    def _open(self) -> sqlite3.Connection:
        if self._opened_file not in {None, _which_file(self.path)}:
            # SQLite would go on to write to a file that nobody finds again.
            message = (
                f"using the log {str(self.path)!r}: it was moved or deleted while this program "
                "used it: put it back and start again, or start again with a new one"
            )
            raise SettingsError(message)
        if self._connection is None:
            is_new = not self.path.exists()
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None
            )
            try:
                _prepare(connection, self.path)
            except BaseException:
                connection.close()
                raise
            if is_new:
                _sync_folder(self.path.parent)
            self._connection = connection
            self._opened_file = _which_file(self.path)
            self._seen_version = None
            self.openings += 1
        return self._connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set how the file is written, and create the tables in a new one.

    Raises:
        SettingsError: the file is something else than a log of this version.
    """
    if _identity(connection) == (0, 0) and _is_empty(connection):
        connection.execute("pragma journal_mode = wal")
        connection.execute("begin immediate")
        # Another process may have been faster while this one waited for the lock.
        if _is_empty(connection):
            for statement in sql.CREATE:
                connection.execute(statement)
        connection.execute("commit")
    application_id, version = _identity(connection)
    if application_id != sql.APPLICATION_ID:
        message = (
            f"opening the log {str(path)!r}: it is an SQLite file, but no log of GreenPulse: "
            "name another place in GREENPULSE_BROKER"
        )
        raise SettingsError(message)
    if version != sql.SCHEMA_VERSION:
        message = (
            f"opening the log {str(path)!r}: it has format {version}, this GreenPulse reads "
            f"format {sql.SCHEMA_VERSION}: install the GreenPulse that wrote it"
        )
        raise SettingsError(message)
    connection.execute("pragma synchronous = full")
    connection.execute(f"pragma journal_size_limit = {_WAL_LIMIT_BYTES}")


def _which_file(path: Path) -> tuple[int, int] | None:
    """Device and inode; None where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _identity(connection: sqlite3.Connection) -> tuple[int, int]:
    (application_id,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    return application_id, version


def _is_empty(connection: sqlite3.Connection) -> bool:
    found: tuple[int] = connection.execute("select count(*) from sqlite_schema").fetchone()
    return found == (0,)


def _sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
