"""What a worker looks at now and then: log ends, what is held, retention, its own pulse."""

import logging
from datetime import timedelta

import faust
from mode import Service

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import Log
from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError, LogMismatch
from greenpulse.lake.archive import Archive
from greenpulse.lake.resume import BEGIN_ANEW
from greenpulse.records import POLLS_TOPIC
from greenpulse.status import PipelineStatus
from greenpulse.watchdog import Advance, Watchdog

__all__ = ["Cleaning", "Watching"]

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
_FIRST_CLEAN_SECONDS = 60.0
_CLEAN_SECONDS = 3600.0


class Watching(Service):
    """Looks every second; a worker that stands still gets no more beats and is ended."""

    def __init__(  # noqa: PLR0913 - what is looked at, each by its name
        self,
        app: faust.App,
        *,
        broker: Log,
        archive: Archive,
        status: PipelineStatus,
        clock: Clock,
        watchdog: Watchdog,
        advance: Advance,
    ) -> None:
        super().__init__()
        self._app = app
        self._broker = broker
        self._archive = archive
        self._status = status
        self._clock = clock
        self._watchdog = watchdog
        self._advance = advance
        self._said: dict[str, str] = {}
        """What this watch said of a part that waits, by part."""
        self._partition_count = 0
        """Of the polls topic when it was seen first, which was right; 0 before."""

    async def on_start(self) -> None:
        """Begin with the watch; from now on the worker has to advance."""
        self._watchdog.start()

    async def on_stop(self) -> None:
        """End the watch; a worker may take its time to stop."""
        self._watchdog.stop()

    @Service.task
    async def keep_looking(self) -> None:
        """Look until the worker stops."""
        while not self.should_stop:
            self._look_inside()
            try:
                await self._look_at_log()
                self._say("broker", None)
                if self._status.parts["broker"].since_at is None:
                    # Else it would be "starting" for as long as a lake keeps partitions shut.
                    self._status.set_ready("broker", self._clock.now())
            except GreenpulseError as error:
                self._say("broker", str(error))
            self._judge()
            await self.sleep(_LOOK_SECONDS)

    def _look_inside(self) -> None:
        self._status.is_leader = self._app.is_leader()
        for partition, status in self._status.partitions.items():
            held = self._archive.held(partition)
            status.held_records, status.held_bytes = held.records, held.bytes
            status.oldest_held_seconds = held.oldest_seconds

    async def _look_at_log(self) -> None:
        ends = await self._broker.bounds(POLLS_TOPIC)
        self._partition_count = self._partition_count or len(ends)
        if len(ends) != self._partition_count:
            # Kafka makes a topic of its own accord that is deleted in use. No partition of it
            # is given to a worker that could compare it with its chain.
            message = (
                f"looking up '{POLLS_TOPIC}': the partition count was {self._partition_count} and "
                f"is {len(ends)}, so somebody has deleted or altered it; {BEGIN_ANEW}"
            )
            raise LogMismatch(message)
        for partition, status in self._status.partitions.items():
            if partition in ends:
                status.log_start_offset = ends[partition].first
                status.log_end_offset = ends[partition].end

    def _judge(self) -> None:
        trouble = self._archive.trouble
        self._say("lake", trouble)
        if trouble is not None or "broker" in self._said:
            # Known, said, and tried again: to end the worker would bring neither back.
            self._advance.begin_again()
            self._watchdog.beat()
            return
        standing = self._advance.standing(self._status.partitions, self._clock.monotonic())
        if standing:
            self._say("archive", f"partitions {standing} have a backlog and do not advance")
        else:
            self._say("archive", None)
            self._watchdog.beat()

    def _say(self, part: str, trouble: str | None) -> None:
        """Say what ``part`` waits for; None takes back what was said here, and nothing else."""
        if trouble is not None:
            self._status.set_waiting(part, trouble, self._clock.now())
            self._said[part] = trouble
        elif self._said.pop(part, None) == self._status.parts[part].reason:
            self._status.set_ready(part, self._clock.now())


class Cleaning(Service):
    """Retention of the embedded log: Kafka's is Kafka's own.

    A poll goes when it is old and in a bronze file, never before it is in one.
    """

    def __init__(
        self,
        log: EmbeddedLog,
        archive: Archive,
        status: PipelineStatus,
        clock: Clock,
        *,
        days: float,
    ) -> None:
        super().__init__()
        self._log = log
        self._archive = archive
        self._status = status
        self._clock = clock
        self._days = days

    @Service.task
    async def keep_cleaning(self) -> None:
        """Clean every hour until the worker stops."""
        # Not after an hour only: a worker that never lives so long has to clean, too.
        await self.sleep(_FIRST_CLEAN_SECONDS)
        while not self.should_stop:
            try:
                await self._clean()
            except GreenpulseError as error:
                logger.warning("log_not_cleaned cause=%s", error)
            await self.sleep(_CLEAN_SECONDS)

    async def _clean(self) -> None:
        older_than = self._clock.now() - timedelta(days=self._days)
        for partition, status in self._status.partitions.items():
            if status.archived_offset is not None:
                await self._log.expire(
                    POLLS_TOPIC,
                    partition,
                    older_than=older_than,
                    keep_from=status.archived_offset + 1,
                )
        await self._log.clean(kept={POLLS_TOPIC})
