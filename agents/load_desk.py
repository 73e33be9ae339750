"""What the load agent does for its partitions: wake up, catch up, tell."""

import asyncio
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
_MOST_DOUBLINGS = 20


class LoadDesk:
    """Loads the partitions of this worker, as files come or on common multiples of a period.

    With a period all workers load at the same moments and at no others, so that a warehouse
    that is paid by its waking hours wakes once for all of them: neither a file, nor a start,
    nor a partition that moved has loads of its own. What fails is tried again after 5, 10,
    20 … s, and at the latest when all others load.

    Args:
        open_loader: Opens what brings one partition up to the end of its chain.
        clock: Wall clock of the common multiples, and the pauses between them.
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
        """Load just ``partitions`` from now on; what those before left, as if it came now."""
        self._partitions = set(partitions)
        self.wake()

    def give_up(self, partitions: set[int]) -> None:
        """Load none of ``partitions`` any more; a load under way still ends."""
        self._partitions -= partitions

    def stop(self) -> None:
        """End ``run`` after the load under way; the next worker loads the rest."""
        self._is_stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Load until ``stop``; each committed load is put into ``news``."""
        failures = 0
        while not self._is_stopping:
            try:
                await self._work()
            except GreenpulseError as error:
                failures += 1
                self._say_waiting(str(error))
                await self._pause(self._seconds_to_retry(failures))
            else:
                failures = 0
                self._status.set_ready("warehouse", self._clock.now())
                await self._wait_for_turn()

    async def _work(self) -> None:
        """Open the warehouse, or load; who has just opened it has no turn of its own."""
        self._woken.clear()
        if self._loader is None:
            self._loader = await self._open_loader()
            if self._load_seconds:
                return
        await self._catch_up(self._loader)

    async def _catch_up(self, loader: Loader) -> None:
        """Load all that there is; a partition that cannot go on stops none of the others."""
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

    async def _wait_for_turn(self) -> None:
        """Wait for the next common multiple, by the wall clock even where it is moved."""
        if not self._load_seconds:
            await self._pause(_IDLE_SECONDS)
            return
        turn = self._turn()
        while self._turn() == turn and not self._is_stopping:
            await self._pause(min(_IDLE_SECONDS, self._seconds_to_turn()))

    def _turn(self) -> int:
        return int(self._clock.now().timestamp() // self._load_seconds)

    def _seconds_to_turn(self) -> float:
        return self._load_seconds - self._clock.now().timestamp() % self._load_seconds

    def _seconds_to_retry(self, failures: int) -> float:
        """Each try may keep a warehouse awake that is paid for: soon there are only turns."""
        if not self._load_seconds:
            return _RETRY_SECONDS
        doubled = _RETRY_SECONDS * (1 << min(failures - 1, _MOST_DOUBLINGS))
        return min(doubled, self._seconds_to_turn())

    async def _pause(self, seconds: float) -> None:
        woken = asyncio.create_task(self._woken.wait())
        deadline = asyncio.create_task(self._clock.sleep(seconds))
        try:
            await asyncio.wait({woken, deadline}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            deadline.cancel()

    def _say_waiting(self, reason: str) -> None:
        if self._status.parts["warehouse"].reason != reason:
            log.warning("%s", reason)
        self._status.set_waiting("warehouse", reason, self._clock.now())
