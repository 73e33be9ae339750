"""Names that a rebuild gives to files and takes from them.

Whatever the file system refuses is a SettingsError of one sentence, and leaves every file
with at least one of its names, so that the next run goes on from there.
"""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from greenpulse.errors import SettingsError
from greenpulse.warehouse.duckdb_file import sync

__all__ = ["are_one_file", "keep", "lock", "put_where_nothing_is", "remove", "replace"]

_SPACE = "free some space there"
_RIGHT = "let this user write there"
_LINKS = "let this user write there, on a file system that has hard links"
_PLACE = "set GREENPULSE_WAREHOUSE to another place"
_MOUNT = "mount its folder as a whole, not the file alone"
_WAYS_OUT = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EACCES: _RIGHT,
    errno.EROFS: _RIGHT,
    errno.EPERM: _LINKS,
    errno.EOPNOTSUPP: _LINKS,
    errno.EEXIST: _PLACE,
    errno.ENOENT: _PLACE,
    errno.ENOTDIR: _PLACE,
    errno.ENAMETOOLONG: _PLACE,
    errno.EXDEV: _MOUNT,
    errno.EBUSY: _MOUNT,
}


def lock(path: Path) -> int:
    """Take the lock of the folder of ``path``, which leaves no file behind.

    Returns:
        A descriptor; the lock ends with it, or with the process.
    """
    with _translated(f"rebuilding '{path}'"):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if not isinstance(error, BlockingIOError):
                raise
            message = f"rebuilding '{path}': another rebuild runs there; let it end"
            raise SettingsError(message) from error
    return descriptor


def are_one_file(path: Path, other: Path) -> bool:
    """Whether both names are of one file."""
    with _translated(f"comparing '{path}' with '{other}'"):
        return path.exists() and other.exists() and path.samefile(other)


def keep(path: Path, old: Path) -> None:
    """Give ``path`` a second name, where it has not got it yet."""
    with _translated(f"keeping '{path}' as '{old}'"):
        try:
            os.link(path, old)
        except FileExistsError as error:
            if not old.samefile(path):
                message = f"keeping '{path}' as '{old}': another file has that name; move it away"
                raise SettingsError(message) from error


def put_where_nothing_is(successor: Path, path: Path) -> bool:
    """Give ``successor`` the name ``path`` instead; False where a file has come there."""
    with _translated(f"putting '{successor}' in the place of '{path}'"):
        try:
            os.link(successor, path)
        except FileExistsError:
            return False
        successor.unlink()
        sync(path.parent)
    return True


def replace(path: Path, successor: Path) -> None:
    """Give ``successor`` the name ``path`` instead, whatever has it now."""
    with _translated(f"swapping '{path}' with '{successor}'"):
        successor.replace(path)
        sync(path.parent)


def remove(path: Path) -> None:
    """Take a name away, and the .wal file that belongs to it."""
    with _translated(f"removing '{path}'"):
        path.unlink()
        Path(f"{path}.wal").unlink(missing_ok=True)


@contextlib.contextmanager
def _translated(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        way_out = _WAYS_OUT.get(error.errno or 0, "see to it")
        message = f"{doing}: {error.strerror}; {way_out}, then run it again"
        raise SettingsError(message) from error
