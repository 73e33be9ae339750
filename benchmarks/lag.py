"""How far behind the archive is: in records, and in seconds of the oldest that waits."""

import asyncio
import time
from collections import defaultdict, deque
from dataclasses import dataclass

from measured_process import MeasuredProcess

from greenpulse.broker.log import Log
from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import GROUP

__all__ = ["Lag", "LagWatch"]

_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Lag:
    """At one instant."""

    records: int
    """Appended, and not yet committed by the workers, which is to say archived."""
    oldest_seconds: float
    """How long ago the first of them was seen; exact to a quarter of a second."""


class LagWatch:
    """Looks at the ends of the polls topic and at what the workers committed.

    Each look raises where one of ``workers`` has ended: nothing would come any more.
    """

    def __init__(self, log: Log, *workers: MeasuredProcess) -> None:
        self._log = log
        self._workers = workers
        self._ends: dict[int, deque[tuple[float, int]]] = defaultdict(deque)

    async def look(self) -> Lag:
        """The lag now."""
        for worker in self._workers:
            worker.must_run()
        committed = await self._log.committed(GROUP, POLLS_TOPIC)
        now, records, oldest = time.monotonic(), 0, 0.0
        for partition, bounds in (await self._log.bounds(POLLS_TOPIC)).items():
            done = committed.get(partition, 0)
            records += max(0, bounds.end - done)
            seen = self._ends[partition]
            seen.append((now, bounds.end))
            while seen and seen[0][1] <= done:
                seen.popleft()
            if seen:
                oldest = max(oldest, now - seen[0][0])
        return Lag(records, oldest)

    async def wait_until_below(self, seconds: float) -> Lag:
        """Look until the oldest record that waits is younger than ``seconds``."""
        while True:
            lag = await self.look()
            if lag.oldest_seconds < seconds:
                return lag
            await asyncio.sleep(_LOOK_SECONDS)

    async def wait_until_archived(self) -> None:
        """Look until nothing waits."""
        while (await self.look()).records:  # noqa: ASYNC110 - the event is another process's
            await asyncio.sleep(_LOOK_SECONDS)

    async def follow(self, seconds: float) -> Lag:
        """Go on looking for so long; the last lag seen."""
        until = time.monotonic() + seconds
        while True:
            lag = await self.look()
            if time.monotonic() >= until:
                return lag
            await asyncio.sleep(_LOOK_SECONDS)
