"""What the archive agent does for each of its partitions: open, take, rotate, give up.

The chain is the authority on what is archived. The group's offset follows it: an event
is acknowledged once its last record is in a bronze file, and where the group is ahead
of the chain, or behind it, the consumer is moved to where the chain ends. A partition
that cannot go on is closed, says why, and is opened again until it can; the others go on.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import faust
from faust.types import TP

from greenpulse.agents.streams import (
    Event,
    Events,
    acknowledge,
    batch_consumer,
    records_of,
    recovered,
)
from greenpulse.clock import Clock
from greenpulse.errors import ChainBroken, GreenpulseError, StoreUnavailable
from greenpulse.lake.archive import Archive, WrittenFile
from greenpulse.lake.rotation import RotationReason
from greenpulse.metrics import Metrics
from greenpulse.records import FILES_TOPIC, POLLS_TOPIC, BronzeFile
from greenpulse.status import PartitionStatus, PipelineStatus

__all__ = ["ArchiveDesk"]

log = logging.getLogger(__name__)

_REOPEN_SECONDS = 5.0
_REVOKE_SECONDS = 20.0
_SHUTDOWN_SECONDS = 20.0


@dataclass(slots=True)
class _Lane:
    """One partition of ours: its events that are not durable yet, oldest first."""

    opening: asyncio.Task[None] | None = None
    is_open: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    in_flight: deque[tuple[Events, Event]] = field(default_factory=deque)


class ArchiveDesk:
    """Stands between Faust's events and the archive; one for each worker."""

    def __init__(
        self,
        app: faust.App,
        archive: Archive,
        clock: Clock,
        status: PipelineStatus,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._archive = archive
        self._clock = clock
        self._status = status
        self._metrics = metrics
        self._files = app.topic(FILES_TOPIC, value_type=BronzeFile)
        self._lanes: dict[int, _Lane] = {}

    async def begin(self, partitions: set[int]) -> None:
        """Take on ``partitions``; each is opened beside the rebalance, never within it."""
        self._metrics.rebalances.inc()
        for partition in partitions:
            lane = self._lanes[partition] = _Lane()
            self._status.partitions[partition] = PartitionStatus(is_assigned=True)
            self._start_opening(partition, lane)
        self._tell_readiness()

    async def take(self, stream: Events, event: Event) -> None:
        """Hand the records of ``event`` to the archive; acknowledge what became durable."""
        partition = event.message.partition
        lane = self._lanes.get(partition)
        if lane is None:
            return
        async with lane.lock:
            if not lane.is_open:
                # To open it moves the consumer back to here.
                self._app.consumer.pause_partitions({TP(POLLS_TOPIC, partition)})
                return
            records = records_of(event)
            try:
                written = await self._archive.add(partition, records)
            except ChainBroken as error:
                if records[0].offset > self._archive.next_offset(partition):
                    # Left over from before a rewind, or the group was ahead of the chain.
                    await self._rewind(partition, lane)
                else:
                    self._close(partition, lane, error)
                return
            except GreenpulseError as error:
                self._close(partition, lane, error)
                return
            lane.in_flight.append((stream, event))
            await self._settle(partition, lane, written)

    async def rotate(self) -> None:
        """Close the files whose window is over."""
        for partition in self._archive.due():
            lane = self._lanes.get(partition)
            if lane is not None:
                try:
                    await self._flush(partition, lane, RotationReason.WINDOW)
                except GreenpulseError as error:
                    self._close(partition, lane, error)

    async def give_up(self, partitions: set[int]) -> None:
        """Flush and commit before others take over; what does not get done is read again."""
        try:
            async with asyncio.timeout(_REVOKE_SECONDS):
                await self._flush_all(partitions, RotationReason.REVOKE)
        except (TimeoutError, GreenpulseError) as error:
            log.warning("partitions_given_up_unflushed partitions=%s cause=%s", partitions, error)
        for partition in partitions:
            self._forget(partition)
        self._tell_readiness()

    async def finish(self) -> None:
        """Flush and commit at the end of the worker; after a crash redelivery does it."""
        self._status.is_stopping = True
        if self._app.crashed:
            return
        try:
            async with asyncio.timeout(_SHUTDOWN_SECONDS):
                await self._flush_all(set(self._lanes), RotationReason.SHUTDOWN)
        except (TimeoutError, GreenpulseError) as error:
            log.warning("worker_stopped_unflushed cause=%s", error)

    def _start_opening(self, partition: int, lane: _Lane) -> None:
        lane.opening = asyncio.create_task(self._open(partition, lane))

    async def _open(self, partition: int, lane: _Lane) -> None:
        """Find where the chain ends and move the consumer there; again until it works."""
        wanted = await self._end_of_chain(partition)
        await recovered(self._app)
        tp = TP(POLLS_TOPIC, partition)
        await batch_consumer(self._app).rewind(tp, wanted)
        self._app.consumer.resume_partitions({tp})
        status = self._status.partitions[partition]
        status.archived_offset = self._archive.durable_offset(partition)
        status.is_open = lane.is_open = True
        self._tell_readiness()

    async def _end_of_chain(self, partition: int) -> int:
        while True:
            try:
                return await self._archive.open(partition)
            except GreenpulseError as error:
                self._say_waiting(partition, error)
                await self._clock.sleep(_REOPEN_SECONDS)

    def _close(self, partition: int, lane: _Lane, error: GreenpulseError) -> None:
        """Stop one partition and say why; it is opened again from where its chain ends."""
        self._say_waiting(partition, error)
        lane.is_open = self._status.partitions[partition].is_open = False
        lane.in_flight.clear()
        self._archive.drop(partition)
        self._start_opening(partition, lane)

    async def _rewind(self, partition: int, lane: _Lane) -> None:
        """Have it delivered again from what is wanted next; what is held stays held."""
        self._metrics.healed_commits.labels(partition).inc()
        self._archive.drop(partition)
        lane.in_flight.clear()
        wanted = self._archive.next_offset(partition)
        await batch_consumer(self._app).rewind(TP(POLLS_TOPIC, partition), wanted)

    async def _flush_all(self, partitions: set[int], reason: RotationReason) -> None:
        for partition in sorted(partitions & self._lanes.keys()):
            await self._flush(partition, self._lanes[partition], reason)
        # A commit that meets another one commits nothing itself and says so.
        await self._app.consumer.commit() or await self._app.consumer.commit()

    async def _flush(self, partition: int, lane: _Lane, reason: RotationReason) -> None:
        async with lane.lock:
            if lane.is_open:
                written = await self._archive.flush(partition, reason)
                await self._settle(partition, lane, written)

    async def _settle(self, partition: int, lane: _Lane, written: Sequence[WrittenFile]) -> None:
        """Tell of the files and acknowledge all events that are durable as a whole."""
        durable = self._archive.durable_offset(partition)
        while lane.in_flight and lane.in_flight[0][1].message.offset <= durable:
            await acknowledge(*lane.in_flight.popleft())
        if not written:
            return
        tp = TP(POLLS_TOPIC, partition)
        batch_consumer(self._app).ack_part(tp, durable)
        self._status.partitions[partition].archived_offset = durable
        for file in written:
            await self._tell(file)
        # After each file, not by timer alone: so little is read again after kill -9.
        await self._app.consumer.commit({tp})

    async def _tell(self, written: WrittenFile) -> None:
        file = written.file
        self._metrics.files.labels(file.partition, written.reason.value).inc()
        self._metrics.archived_records.labels(file.partition).inc(file.record_count)
        if written.is_adopted:
            self._metrics.adoptions.labels(file.partition).inc()
        log.info(
            "file_written partition=%d first=%d last=%d reason=%s bytes=%d",
            file.partition,
            file.start_offset,
            file.end_offset,
            written.reason.value,
            file.size_bytes,
        )
        sent = await self._files.send(key=str(file.partition), value=file, partition=file.partition)
        await sent

    def _forget(self, partition: int) -> None:
        lane = self._lanes.pop(partition, None)
        if lane is not None and lane.opening is not None:
            lane.opening.cancel()
        self._archive.drop(partition)
        self._status.partitions.pop(partition, None)

    def _say_waiting(self, partition: int, error: GreenpulseError) -> None:
        part = "lake" if isinstance(error, StoreUnavailable) else "archive"
        reason = f"partition {partition}: {error}"
        if self._status.parts[part].reason != reason:
            log.warning("%s", reason)
        self._status.set_waiting(part, reason, self._clock.now())

    def _tell_readiness(self) -> None:
        if not self._lanes:
            reason = "no partition is assigned to this worker yet"
            self._status.set_waiting("archive", reason, self._clock.now())
        elif all(lane.is_open for lane in self._lanes.values()):
            for part in ("archive", "lake", "broker"):
                self._status.set_ready(part, self._clock.now())
