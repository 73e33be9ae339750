"""A service in a process of its own, that never outlives those who use it."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["ServiceProcess"]

_STARTS_WITHIN_SECONDS = 180.0
_STOPS_WITHIN_SECONDS = 60.0

# Ends the second process as soon as the first is gone, also where that was by kill -9.
_WATCH = '(while kill -0 "$0"; do kill -0 "$1" || exit; sleep 1; done; kill -9 "$1") &'


class ServiceProcess(ABC):
    """Starts, stops and kills a program on the same ports and data, over and over.

    All methods wait; in a coroutine call them by ``asyncio.to_thread``.

    Args:
        folder: Holds the service's data and its log, ``service.log``.
        owner: The process with whose end the service ends, too; else this one.
    """

    def __init__(self, folder: Path, *, owner: int | None = None) -> None:
        self.folder = folder
        self._owner = owner or os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def pid(self) -> int:
        """Of the running process, for signals."""
        assert self._process is not None, "the service is not running"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it answers requests."""
        assert not self.is_running
        self._process = self._spawn(self._command(), self._environment())
        self._spawn(("sh", "-c", _WATCH, str(self._owner), str(self._process.pid)), {}).wait()
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop it as an operator does, by SIGTERM."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """``kill -9``."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it, and start it again on the same ports and data."""
        self.stop()
        self.start()

    def leave_to_owner(self) -> None:
        """Let it run on when this process is over, until its owner is."""
        assert self._process is not None
        # Nobody here waits for it any more, which Popen would complain about.
        self._process.returncode = 0
        self._process = None

    def log(self) -> str:
        """What the service said, over all its starts."""
        return (self.folder / "service.log").read_text(errors="replace")

    @abstractmethod
    def _command(self) -> Sequence[str]: ...

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it answers a request now."""

    def _environment(self) -> Mapping[str, str]:
        return {}

    def _spawn(
        self, command: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with (self.folder / "service.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **environment},  # noqa: TID251 - PATH and the like
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C at the tests must not reach it before they have ended.
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _STARTS_WITHIN_SECONDS
        while not self._answers():
            if not self.is_running or time.monotonic() > until:
                message = f"starting the service in '{self.folder}' failed: {self.log()[-3000:]}"
                self.kill()
                raise AssertionError(message)
            time.sleep(0.1)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        # One that a test has paused would not see any signal but SIGKILL.
        for sent in (number, signal.SIGCONT):
            self._process.send_signal(sent)
        try:
            self._process.wait(_STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
