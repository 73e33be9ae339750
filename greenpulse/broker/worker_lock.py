"""One worker on one embedded log."""

import fcntl
import os
from pathlib import Path
from typing import ClassVar

from greenpulse.errors import SettingsError

__all__ = ["WorkerLock"]


class WorkerLock:
    """The right to be the one worker of the embedded log at ``path``.

    It belongs to this process: to acquire it twice is no error, and the kernel gives it
    back when the process ends, in whatever way. It says nothing to programs that append
    or read beside a worker.
    """

    _held: ClassVar[dict[Path, int]] = {}
    """File descriptors of the locks that this process holds, by lock file."""

    def __init__(self, path: Path) -> None:
        self._log_path = path
        self._lock_path = Path(f"{path.resolve()}.worker")

    def acquire(self) -> bool:
        """Become the log's worker.

        Returns:
            False where this process was that already.

        Raises:
            SettingsError: another process is, or the lock file cannot be written.
        """
        if self._lock_path in self._held:
            return False
        try:
            self._lock_path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            message = (
                f"locking the log {str(self._log_path)!r} for this worker: {error.strerror}: "
                "make its folder writable, or name another place in GREENPULSE_DATA or "
                "GREENPULSE_BROKER"
            )
            raise SettingsError(message) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            message = (
                f"starting a worker on the log {str(self._log_path)!r}: the worker with process "
                f"id {holder or 'unknown'} already runs on it: stop that one, or give "
                "GREENPULSE_BROKER a kafka:// address, on which any number can run"
            )
            raise SettingsError(message) from error
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        self._held[self._lock_path] = descriptor
        return True

    def release(self) -> None:
        """Let another process be the worker; no error where it is not held."""
        descriptor = self._held.pop(self._lock_path, None)
        if descriptor is not None:
            os.close(descriptor)
