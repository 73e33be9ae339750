"""How much memory a process takes, looked at all the time."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Self

__all__ = ["MemoryWatch"]

_LOOK_SECONDS = 0.25
_KIB_PER_MIB = 1024


class MemoryWatch:
    """An async context that watches the resident memory of a process.

    Attributes:
        peaks_mib: The most it took in each phase, by the phase's name, in order.
    """

    def __init__(self, pid: int, phase: str) -> None:
        self._pid = pid
        self._phase = phase
        self.peaks_mib: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()
        with suppress(asyncio.CancelledError):
            await self._watching

    def begin(self, phase: str) -> None:
        """What is seen from now on belongs to ``phase``."""
        self._look()
        self._phase = phase

    async def _watch(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(_LOOK_SECONDS)

    def _look(self) -> None:
        status = Path(f"/proc/{self._pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        resident_mib = int(line.split()[1]) / _KIB_PER_MIB
        self.peaks_mib[self._phase] = max(resident_mib, self.peaks_mib.get(self._phase, 0.0))
