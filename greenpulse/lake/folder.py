"""A lake in a folder of this machine."""

import asyncio
import errno
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from greenpulse.errors import GreenpulseError, SettingsError, StoreUnavailable
from greenpulse.lake.store import StoredObject, check_key, check_metadata

__all__ = ["FolderStore"]

_SIDECAR = ".json"
_INCOMING = ".incoming"
_LEFT_OVER_SECONDS = 3600
_NO_SPACE = "free some space there; nothing is lost meanwhile"
_WAYS_OUT = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.ENOENT: "put the folder back",
    errno.EMFILE: "raise the limit of open files",
    errno.ENFILE: "raise the limit of open files",
}
_REFUSALS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENAMETOOLONG}


class FolderStore:
    """Objects are files under ``path``; metadata lies in a ``.json`` beside the body.

    A file gets its name by a hard link once all its bytes are on disk, so that nobody
    ever sees half of it and only one of many writers, in any process, gets the name.
    The sidecar follows; a kill between the two leaves a body without metadata.
    Nothing is made before the first ``create``.

    Args:
        path: The lake. Files on their way into it lie in its folder ``.incoming``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._durable_folders: set[Path] = set()

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        """Create ``key`` with its metadata, fsync'd; False when it already exists."""
        check_metadata(metadata or {})
        with self._translated("creating", key):
            return await asyncio.to_thread(self._create, self._file(key), body, metadata)

    async def read(self, key: str) -> StoredObject | None:
        """Body and metadata as they lie there now; None where there is no such key."""
        with self._translated("reading", key):
            return await asyncio.to_thread(_read, self._file(key))

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """Keys that begin with ``prefix`` and sort behind ``after``, sorted, at most ``limit``."""
        folder = prefix[: prefix.rfind("/") + 1]
        with self._translated("listing", prefix):
            self._file(folder.rstrip("/") or "-")
            found = self._walk(folder, prefix, after)
            return await asyncio.to_thread(lambda: list(islice(found, limit)))

    async def close(self) -> None:
        """Nothing is kept open between calls."""

    def _file(self, key: str) -> Path:
        check_key(key)
        return self._path / key

    def _create(self, file: Path, body: bytes, metadata: Mapping[str, str] | None) -> bool:
        if file.exists():
            return False
        incoming = self._path / _INCOMING
        if incoming not in self._durable_folders:
            self._make_durable(incoming)
            _sweep(incoming)
        self._make_durable(file.parent)
        if not _link(incoming, file, body):
            return False
        if metadata:
            sidecar = json.dumps(dict(metadata), indent=1).encode() + b"\n"
            _link(incoming, file.with_name(file.name + _SIDECAR), sidecar)
        _sync_folder(file.parent)
        return True

    def _make_durable(self, folder: Path) -> None:
        """Make ``folder`` and those above it, once, so that a power cut leaves them there."""
        if folder in self._durable_folders:
            return
        made = [above for above in (folder, *folder.parents) if not above.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        within = {above for above in folder.parents if above.is_relative_to(self._path)}
        for above in within.union(new.parent for new in made):
            _sync_folder(above)
        self._durable_folders.add(folder)

    def _walk(self, folder: str, prefix: str, after: str) -> Iterator[str]:
        """Keys under ``folder`` (empty, or ended by a slash), in order."""
        try:
            with os.scandir(self._path / folder) as entries:
                below = [folder + entry.name + "/" * entry.is_dir() for entry in entries]
        except (FileNotFoundError, NotADirectoryError):
            return
        hidden = f"{folder}."
        # Most are sidecars or lie before: what is left is little to sort.
        wanted = [
            key
            for key in below
            if not key.endswith(_SIDECAR)
            and (key > after or after.startswith(key))
            and (key.startswith(prefix) or prefix.startswith(key))
            and not key.startswith(hidden)
        ]
        for key in sorted(wanted):
            if key.endswith("/"):
                yield from self._walk(key, prefix, after)
            elif key > after and key.startswith(prefix):
                yield key

    @contextmanager
    def _translated(self, action: str, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            message = f"{action} '{key}' in the lake '{self._path}': {reason.lower()}"
            kind: type[GreenpulseError] = StoreUnavailable
            way_out = _WAYS_OUT.get(error.errno or 0)
            if error.errno in _REFUSALS:
                kind = SettingsError
                way_out = (
                    "GREENPULSE_LAKE must name a folder that this user may write, on a file "
                    "system that knows hard links"
                )
            raise kind(f"{message}; {way_out}" if way_out else message) from error


def _link(incoming: Path, file: Path, body: bytes) -> bool:
    """Give ``body`` the name ``file`` at one stroke; False when that name is taken."""
    unnamed = incoming / secrets.token_hex(16)
    try:
        with unnamed.open("xb") as stream:
            stream.write(body)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(unnamed, file)
    except FileExistsError:
        return False
    finally:
        unnamed.unlink(missing_ok=True)
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems know no fsync of a folder, and need none.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def _sweep(incoming: Path) -> None:
    """Take away what killed writers left; the file system's own clock tells what is old."""
    written_at = {}
    for unnamed in incoming.iterdir():
        with suppress(FileNotFoundError):
            written_at[unnamed] = unnamed.stat().st_mtime
    newest = max(written_at.values(), default=0.0)
    for unnamed, mtime in written_at.items():
        if mtime < newest - _LEFT_OVER_SECONDS:
            unnamed.unlink(missing_ok=True)


def _read(file: Path) -> StoredObject | None:
    try:
        body = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    return StoredObject(body, _read_sidecar(file))


def _read_sidecar(file: Path) -> dict[str, str]:
    try:
        metadata = json.loads(file.with_name(file.name + _SIDECAR).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    is_whole = isinstance(metadata, dict) and all(isinstance(v, str) for v in metadata.values())
    return metadata if is_whole else {}
