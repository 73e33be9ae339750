"""What the load agent does for its partitions: wake up, catch up, tell."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError, PermanentError
from greenpulse.metrics import Metrics
from greenpulse.records import WarehouseLoad
from greenpulse.status import PipelineStatus
from greenpulse.warehouse.load import Loader

__all__ = ["LoadDesk"]

log = logging.getLogger(__name__)

_IDLE_SECONDS = 60.0
_RETRY_SECONDS = 5.0


class LoadDesk:
    """Loads the partitions of this worker, as files come or on common multiples of a period.

    Args:
        open_loader: Opens what brings one partition up to the end of its chain.
        clock: Wall clock of the common multiples.
        load_seconds: The period; 0: as files come, and every minute without any.
    """

    def __init__(
        self,
        open_loader: Callable[[], Awaitable[Loader]],
        clock: Clock,
        status: PipelineStatus,
        metrics: Metrics,
        *,
        load_seconds: float,
    ) -> None:
        self.news = asyncio.Queue[WarehouseLoad]()
        """Loads that were committed, for others to know: no broker holds up a load."""
        self._partitions: set[int] = set()
        self._open_loader = open_loader
        self._loader: Loader | None = None
        self._clock = clock
        self._status = status
        self._metrics = metrics
        self._load_seconds = load_seconds
        self._woken = asyncio.Event()
        self._is_stopping = False

    def wake(self) -> None:
        """Say that there may be something to load; with a period it waits for its turn."""
        if not self._load_seconds:
            self._woken.set()

    def begin(self, partitions: set[int]) -> None:
        """Load just ``partitions`` from now on; at once what those before left."""
        self._partitions = set(partitions)
        self._woken.set()

    def give_up(self, partitions: set[int]) -> None:
        """Load none of ``partitions`` any more; a load under way still ends."""
        self._partitions -= partitions

    def stop(self) -> None:
        """End ``run`` after the load under way; the next worker loads the rest."""
        self._is_stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Load until ``stop``; each committed load is put into ``news``."""
        while not self._is_stopping:
            try:
                if self._loader is None:
                    self._loader = await self._open_loader()
                await self._catch_up(self._loader)
            except GreenpulseError as error:
                self._say_waiting(str(error))
                await self._pause(_RETRY_SECONDS)
                continue
            self._status.set_ready("warehouse", self._clock.now())
            await self._pause(self._seconds_to_next())

    async def _catch_up(self, loader: Loader) -> None:
        """Load all that there is; a partition that cannot go on stops none of the others."""
        self._woken.clear()
        behind, stopped = sorted(self._partitions), list[PermanentError]()
        while behind:
            # One load of each in turn: neither the backlog of another partition nor one that
            # moved to another worker keeps a partition waiting.
            found_more = []
            for partition in filter(self._is_ours, behind):
                try:
                    if await self._load(loader, partition):
                        found_more.append(partition)
                except PermanentError as error:
                    stopped.append(error)
            behind = found_more
            if not stopped:
                # It works, also while there is much to catch up with.
                self._status.set_ready("warehouse", self._clock.now())
        if stopped:
            raise stopped[0]

    def _is_ours(self, partition: int) -> bool:
        return partition in self._partitions and not self._is_stopping

    async def _load(self, loader: Loader, partition: int) -> bool:
        """Load the next files; whether there were any."""
        began = self._clock.monotonic()
        load = await loader.load_next(partition)
        if partition in self._status.partitions:
            self._status.partitions[partition].loaded_offset = loader.end_of(partition)
        if load is None:
            return False
        seconds = self._clock.monotonic() - began
        self._metrics.loads.labels(partition).inc()
        self._metrics.loaded_records.labels(partition).inc(load.record_count)
        self._metrics.load_seconds.observe(seconds)
        self._metrics.unreadable_records.labels(partition).inc(load.unreadable_count)
        log.info(
            "load_committed partition=%d first=%d last=%d seconds=%.3f",
            partition,
            load.start_offset,
            load.end_offset,
            seconds,
        )
        self.news.put_nowait(load)
        return True

    def _seconds_to_next(self) -> float:
        if not self._load_seconds:
            return _IDLE_SECONDS
        return self._load_seconds - self._clock.now().timestamp() % self._load_seconds

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _say_waiting(self, reason: str) -> None:
        if self._status.parts["warehouse"].reason != reason:
            log.warning("%s", reason)
        self._status.set_waiting("warehouse", reason, self._clock.now())
