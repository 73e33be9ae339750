"""SQLite's errors as ours, in one sentence with the way out."""

import sqlite3
from pathlib import Path

from greenpulse.errors import BrokerUnavailable, GreenpulseError, SettingsError

__all__ = ["as_greenpulse_error"]

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FORBIDDEN = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
}
_PRIMARY_CODE = 0xFF
"""Extended codes, such as IOERR_FSYNC, keep the code that they extend in this byte."""


def as_greenpulse_error(error: sqlite3.Error | OSError, action: str, path: Path) -> GreenpulseError:
    """What ``error`` means for the one who asked for ``action`` on the log at ``path``.

    A damaged file and a missing right need somebody's hands; all else may pass.
    """
    doing = f"{action} in the log {str(path)!r}"
    if isinstance(error, OSError):
        return SettingsError(
            f"{doing}: {error.strerror or error}: make its folder writable, or name another "
            "place in GREENPULSE_DATA or GREENPULSE_BROKER"
        )
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
    if code in _DAMAGED:
        return SettingsError(
            f"{doing}: the file is damaged ({error}): stop every GreenPulse program, move it "
            "away together with its -wal and -shm files, put a copy in its place if there is "
            "one, and start again"
        )
    if code in _FORBIDDEN:
        return SettingsError(
            f"{doing}: {error}: make the file and its folder writable, or name another place "
            "in GREENPULSE_DATA or GREENPULSE_BROKER"
        )
    if code == sqlite3.SQLITE_FULL:
        return BrokerUnavailable(f"{doing}: the disk is full: free some space")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BrokerUnavailable(f"{doing}: another program holds the file")
    return BrokerUnavailable(f"{doing}: {error}")
