"""One partition of the archive agent: opened, filled, written; opened again after an error.

Filling and writing are two tasks: while one file is on its way to the lake, the next is
filled, and a lake that is away stops neither the other partitions nor the consumer. What
a lane holds is bounded by the consumer, which fetches no more of a partition whose
batches are not acknowledged (``BatchConsumer``).
"""

import asyncio
from collections import deque
from collections.abc import Callable

import faust
from faust.types import TP

from greenpulse.agents.streams import (
    Event,
    Events,
    acknowledge,
    batch_consumer,
    is_forgotten,
    records_of,
    recovered,
)
from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError, PermanentError
from greenpulse.lake.archive import Archive, WrittenFile
from greenpulse.lake.rotation import RotationReason
from greenpulse.records import POLLS_TOPIC
from greenpulse.status import PartitionStatus

__all__ = ["ArchiveLane"]

_REOPEN_SECONDS = 5.0


class ArchiveLane:
    """Archives one partition for as long as ``run`` is awaited.

    Args:
        on_open: Told that the partition is open, and whether the group was ahead of the chain.
        on_error: Told why it is closed; it is opened again after a pause.
        on_file: Told of each file that became durable, after its records are acknowledged.
    """

    def __init__(  # noqa: PLR0913 - what a lane stands between, each by its name
        self,
        partition: int,
        app: faust.App,
        archive: Archive,
        clock: Clock,
        status: PartitionStatus,
        *,
        on_open: Callable[[int, bool], None],
        on_error: Callable[[int, GreenpulseError], None],
        on_file: Callable[[WrittenFile], None],
    ) -> None:
        self._partition = partition
        self._app = app
        self._archive = archive
        self._clock = clock
        self._status = status
        self._on_open = on_open
        self._on_error = on_error
        self._on_file = on_file
        self._arrived: asyncio.Queue[tuple[Events, Event]] = asyncio.Queue()
        self._in_flight: deque[tuple[Events, Event]] = deque()
        self._has_closed = asyncio.Event()
        self._is_over = False

    @property
    def is_open(self) -> bool:
        """Whether records are taken."""
        return self._status.is_open

    async def run(self) -> None:
        """Open the partition and archive it; again after an error, until ``end``."""
        self._hold_back()
        while True:
            failures: list[Exception] = []
            try:
                await self._open()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._fill())
                    tasks.create_task(self._write())
            except* GreenpulseError as errors:
                failures += errors.exceptions
            if self._is_over:
                return
            self._close(failures[0])
            await self._clock.sleep(_REOPEN_SECONDS)

    def take(self, stream: Events, event: Event) -> None:
        """Take an event; where the lane is not open it comes again once it is."""
        if self._status.is_open:
            self._arrived.put_nowait((stream, event))

    def rotate(self) -> None:
        """Close the file that is being filled: its window is over."""
        if self._status.is_open:
            self._archive.close(self._partition, RotationReason.WINDOW)
            self._has_closed.set()

    def end(self) -> None:
        """Before ``run`` is cancelled: do not open the partition again.

        A group of tasks that fails while it is cancelled raises the failure alone
        (tests/unit/test_archive_desk.py).
        """
        self._is_over = True

    async def finish(self, reason: RotationReason) -> None:
        """Take no more; write and acknowledge what is held.

        Raises:
            GreenpulseError: it cannot be written, and is read again by whoever comes next.
        """
        if self._status.is_open:
            self._status.is_open = False
            self._archive.close(self._partition, reason)
            await self._write_closed()

    async def _open(self) -> None:
        """Find where the chain ends and have the consumer deliver from there."""
        wanted = await self._archive.open(self._partition)
        await recovered(self._app)
        was_ahead = await batch_consumer(self._app).rewind(self._tp, wanted)
        self._status.archived_offset = self._archive.durable_offset(self._partition)
        self._status.is_open, self._status.has_trouble = True, False
        self._on_open(self._partition, was_ahead)

    def _close(self, error: BaseException) -> None:
        self._status.is_open = False
        self._hold_back()
        self._arrived = asyncio.Queue()
        self._in_flight.clear()
        self._archive.drop(self._partition)
        if isinstance(error, GreenpulseError):
            self._status.has_trouble = True
            self._on_error(self._partition, error)

    def _hold_back(self) -> None:
        """Have nothing fetched that would be thrown away, and keep others waiting."""
        batch_consumer(self._app).hold_back(self._tp)

    async def _fill(self) -> None:
        while True:
            stream, event = await self._arrived.get()
            if is_forgotten(event):
                continue
            try:
                await self._archive.add(self._partition, records_of(event))
            except PermanentError:
                # The log may have lost what is held, too (tests/whole/test_expired_log.py).
                self._archive.close(self._partition, RotationReason.GAP)
                await self._write_closed()
                raise
            self._in_flight.append((stream, event))
            # What another worker has archived meanwhile is done, and must not be held.
            await self._acknowledge()
            self._has_closed.set()

    async def _write(self) -> None:
        while True:
            await self._has_closed.wait()
            self._has_closed.clear()
            await self._write_closed()

    async def _write_closed(self) -> None:
        while (written := await self._archive.write(self._partition)) is not None:
            await self._acknowledge()
            self._on_file(written)

    async def _acknowledge(self) -> None:
        """Acknowledge all that is durable: whole events, and the part of the next one."""
        durable = self._archive.durable_offset(self._partition)
        while self._in_flight and self._in_flight[0][1].message.offset <= durable:
            await acknowledge(*self._in_flight.popleft())
        batch_consumer(self._app).ack_part(self._tp, durable)
        self._status.archived_offset = durable

    @property
    def _tp(self) -> TP:
        return TP(POLLS_TOPIC, self._partition)
