"""What the archive agent does with its partitions: begin, take, rotate, give up, tell.

The chain is the authority on what is archived. The group's offset follows it: an event
is acknowledged once its last record is in a bronze file, and where the group is ahead
of the chain, or behind it, the consumer is moved to where the chain ends. A partition
that cannot go on is closed, says why, and is opened again until it can; the others go on.
"""

import asyncio
import logging

import faust

from greenpulse.agents.archive_lane import ArchiveLane
from greenpulse.agents.streams import Event, Events, tell
from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError, StoreUnavailable
from greenpulse.lake.archive import Archive, WrittenFile
from greenpulse.lake.rotation import RotationReason
from greenpulse.metrics import Metrics
from greenpulse.records import FILES_TOPIC, BronzeFile
from greenpulse.status import PartitionStatus, PipelineStatus

__all__ = ["GIVE_UP_SECONDS", "ArchiveDesk"]

log = logging.getLogger(__name__)

GIVE_UP_SECONDS = 10.0
"""For the last files before others take over: the whole group waits for it, and drops a
worker that needs longer than its rebalance time-out."""
_AWAY_SECONDS = 1.0
_SHUTDOWN_SECONDS = 20.0
_TELL_SECONDS = 3.0
"""For what others can do without, once the last files are written."""


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
        self._lanes: dict[int, ArchiveLane] = {}
        self._runs: dict[int, asyncio.Future[None]] = {}
        self._news: asyncio.Queue[BronzeFile] = asyncio.Queue()
        self._waiting_for: dict[int, str] = {}
        """Which part holds a partition up, while one does."""
        self._told: dict[int, str] = {}
        """What was logged last of a partition that is held up."""

    def begin(self, partitions: set[int]) -> None:
        """Take on ``partitions``; each is opened beside the rebalance, never within it."""
        self._metrics.rebalances.inc()
        for partition in partitions:
            self._forget(partition)
            status = self._status.partitions[partition] = PartitionStatus(is_assigned=True)
            lane = self._lanes[partition] = ArchiveLane(
                partition,
                self._app,
                self._archive,
                self._clock,
                status,
                on_open=self._on_open,
                on_error=self._on_error,
                on_file=self._on_file,
            )
            # The app's future, so that what nobody expects ends the worker, and says why.
            self._runs[partition] = self._app.add_future(lane.run())
        self._tell_readiness()
        if not partitions:
            # More workers than partitions: this one stands by, and is well.
            for part in ("archive", "lake", "broker"):
                self._status.set_ready(part, self._clock.now())

    def take(self, stream: Events, event: Event) -> None:
        """Hand ``event`` to its partition."""
        lane = self._lanes.get(event.message.partition)
        if lane is not None:
            lane.take(stream, event)

    def rotate(self) -> None:
        """Close the files whose window is over."""
        for partition in self._archive.due():
            if partition in self._lanes:
                self._lanes[partition].rotate()

    async def give_up(self, partitions: set[int]) -> None:
        """Flush and commit before others take over; what does not get done is read again."""
        # No use to have the group wait for a lake that is known to be away.
        seconds = GIVE_UP_SECONDS if self._archive.trouble is None else _AWAY_SECONDS
        await self._flush(partitions, RotationReason.REVOKE, seconds)
        for partition in partitions:
            self._forget(partition)
        self._tell_readiness()

    async def finish(self) -> None:
        """Flush and commit at the end of the worker; after a crash redelivery does it."""
        self._status.is_stopping = True
        if not self._app.crashed:
            await self._flush(set(self._lanes), RotationReason.SHUTDOWN, _SHUTDOWN_SECONDS)
        for lane in self._lanes.values():
            lane.end()

    async def tell(self) -> None:
        """Announce files and commit what they made durable, until cancelled.

        Beside the lanes, so that a broker that is away does not keep them from writing.
        """
        while True:
            file = await self._news.get()
            # It only wakes the loader, which looks at the chain by itself, too.
            await tell(self._files, str(file.partition), file, file.partition)
            if self._news.empty():
                # Not by timer alone: so little is read again after kill -9.
                await self._app.consumer.commit()
            self._news.task_done()

    async def _flush(self, partitions: set[int], reason: RotationReason, seconds: float) -> None:
        lanes = [self._lanes[partition] for partition in partitions & self._lanes.keys()]
        finishing = [asyncio.ensure_future(lane.finish(reason)) for lane in lanes]
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*finishing, return_exceptions=True)
                await self._tell_the_last(partitions)
        except TimeoutError:
            log.warning("partitions_given_up_unflushed partitions=%s", sorted(partitions))
        for finished in finishing:
            # Those that were too slow are cancelled; what ended the others is still known.
            error = None if finished.cancelled() else finished.exception()
            if isinstance(error, GreenpulseError):
                log.warning("partition_given_up_unflushed cause=%s", error)
            elif error is not None:
                raise error

    async def _tell_the_last(self, partitions: set[int]) -> None:
        try:
            async with asyncio.timeout(_TELL_SECONDS):
                await self._news.join()
                # A commit that meets another one commits nothing itself and says so.
                await self._app.consumer.commit() or await self._app.consumer.commit()
        except TimeoutError:
            log.warning("files_not_announced partitions=%s", sorted(partitions))

    def _on_open(self, partition: int, was_ahead: bool) -> None:  # noqa: FBT001 - a lane's callback
        if was_ahead:
            self._metrics.healed_commits.labels(partition).inc()
        self._waiting_for.pop(partition, None)
        self._told.pop(partition, None)
        self._tell_readiness()

    def _on_error(self, partition: int, error: GreenpulseError) -> None:
        part = "lake" if isinstance(error, StoreUnavailable) else "archive"
        self._waiting_for[partition] = part
        reason = f"partition {partition}: {error}"
        if self._told.get(partition) != reason:
            log.warning("%s", reason)
            self._told[partition] = reason
        self._status.set_waiting(part, reason, self._clock.now())

    def _on_file(self, written: WrittenFile) -> None:
        file = written.file
        self._metrics.files.labels(file.partition, written.reason.value).inc()
        self._metrics.archived_records.labels(file.partition).inc(file.record_count)
        self._metrics.archived_bytes.labels(file.partition).inc(file.size_bytes)
        if written.is_adopted:
            self._metrics.adoptions.labels(file.partition).inc()
        log.info(
            "%s partition=%d first=%d last=%d reason=%s bytes=%d",
            "file_adopted" if written.is_adopted else "file_written",
            file.partition,
            file.start_offset,
            file.end_offset,
            written.reason.value,
            file.size_bytes,
        )
        self._news.put_nowait(file)

    def _forget(self, partition: int) -> None:
        lane = self._lanes.pop(partition, None)
        if lane is not None:
            lane.end()
            self._runs.pop(partition).cancel()
        self._waiting_for.pop(partition, None)
        self._told.pop(partition, None)
        self._archive.drop(partition)
        self._status.partitions.pop(partition, None)

    def _tell_readiness(self) -> None:
        if not self._lanes:
            reason = "no partition is assigned to this worker yet"
            self._status.set_waiting("archive", reason, self._clock.now())
            return
        are_open = [lane.is_open for lane in self._lanes.values()]
        if all(are_open):
            self._status.set_ready("archive", self._clock.now())
        if any(are_open):
            for part in {"lake", "broker"} - set(self._waiting_for.values()):
                self._status.set_ready(part, self._clock.now())
