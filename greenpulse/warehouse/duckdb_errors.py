"""DuckDB's errors, as one sentence of ours with the way out."""

import errno
import os
import re
from pathlib import Path

import duckdb

from greenpulse.errors import GreenpulseError, SettingsError, WarehouseUnavailable

__all__ = ["Busy", "as_ours", "first_line"]

_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_KIND = re.compile(r"^[A-Z][\w ]* (Error|Exception): ")

_BROKEN = (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
_DAMAGE = re.compile(
    "Corrupt database file|Could not read enough bytes|not a valid DuckDB database file"
    "|does not match stored checksum|metadata pointer|WAL file"
)


def _any_of(*codes: int) -> re.Pattern[str]:
    return re.compile("|".join(os.strerror(code) for code in codes))


_FULL = _any_of(errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_RIGHTS = _any_of(errno.EACCES, errno.EROFS, errno.EPERM)
_PLACE = _any_of(errno.EISDIR, errno.ENOENT, errno.ENOTDIR)


class Busy(Exception):
    """Somebody else has the file now, or a transaction lost a race."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder
        """Who has it, as in ``process 4711 (/usr/bin/python3)``."""


def as_ours(error: duckdb.Error, path: Path, action: str) -> GreenpulseError | Busy:
    """What ``error``, met while ``action`` (in gerund form), means for the caller.

    Returns:
        Busy where trying again helps by itself; WarehouseUnavailable where it may help
        later; SettingsError where somebody has to do something first.
    """
    text = first_line(error)
    holder = _holder(error, text)
    return Busy(holder) if holder else _problem(error, text, f"{action} '{path}'")


def first_line(error: Exception) -> str:
    """The first line of DuckDB's message, without the kind of error in front."""
    line = (str(error).splitlines() or [""])[0]
    return _KIND.sub("", line).rstrip(".")


def _holder(error: duckdb.Error, text: str) -> str | None:
    if holder := _HOLDER.search(text):
        return f"process {holder['pid']} ({holder['program']})"
    if "Could not set lock" in text:
        return "another process"
    if "Unique file handle conflict" in text:
        return "another part of this process"
    is_conflict = isinstance(error, duckdb.TransactionException) and "conflict" in text.lower()
    return "another transaction" if is_conflict else None


def _problem(error: duckdb.Error, text: str, doing: str) -> GreenpulseError:
    if _FULL.search(text):
        return WarehouseUnavailable(f"{doing}: no space left; free some, and loads go on")
    if _RIGHTS.search(text):
        return SettingsError(f"{doing}: permission denied; let this user read and write it")
    if isinstance(error, _BROKEN) or _DAMAGE.search(text):
        return SettingsError(
            f"{doing}: the file is damaged ({text}); move it away together with its .wal file, "
            "and run 'greenpulse rebuild'"
        )
    if _PLACE.search(text):
        return SettingsError(f"{doing}: {text}; set GREENPULSE_WAREHOUSE to another duckdb://PATH")
    return WarehouseUnavailable(f"{doing}: {text}")
