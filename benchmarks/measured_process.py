"""A program in a process of its own, and what it takes of the machine."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["MeasuredProcess", "Usage"]

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_STOPS_WITHIN_SECONDS = 60.0
_TOLD_CHARACTERS = 3000


@dataclass(frozen=True)
class Usage:
    """What a process had taken at one instant."""

    cpu_seconds: float
    resident_mib: float
    peak_mib: float
    """Of resident memory, since its start."""
    open_files: int
    """Sockets are files, too."""


class MeasuredProcess:
    """Starts ``command`` and, at the end of a ``with``, stops it by SIGTERM.

    Args:
        command: The program and its arguments.
        environment: More of its environment.
        folder: Where it runs; what it says goes into ``NAME.log`` there.
        name: What people call it.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, name: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / f"{name}.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, **environment},  # noqa: TID251 - PATH and the like
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            print(self.log()[-_TOLD_CHARACTERS:], file=sys.stderr)
        self.stop()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def must_run(self) -> None:
        """Raise where it has ended by itself."""
        assert self._process.poll() is None, f"it ended by itself: {self.log()[-_TOLD_CHARACTERS:]}"

    def usage(self) -> Usage:
        """What it has taken so far; it must be running."""
        self.must_run()
        place = Path(f"/proc/{self.pid}")
        fields = (place / "stat").read_text().rpartition(")")[2].split()
        status = (place / "status").read_text()
        return Usage(
            cpu_seconds=(int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND,
            resident_mib=_mib(status, "VmRSS"),
            peak_mib=_mib(status, "VmHWM"),
            open_files=len(list((place / "fd").iterdir())),
        )

    def log(self) -> str:
        """What it said so far."""
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """SIGTERM, and SIGKILL a minute later."""
        self._process.terminate()
        try:
            self._process.wait(_STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """``kill -9``."""
        self._process.kill()
        self._process.wait()


def _mib(status: str, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    assert found is not None, status
    return int(found[1]) / 1024
