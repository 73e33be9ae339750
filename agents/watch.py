"""What a worker looks at now and then: log ends, what is held, retention, its own pulse."""

import logging

import faust
from mode import Service

from greenpulse.broker.log import Log
from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError
from greenpulse.lake.archive import Archive
from greenpulse.records import POLLS_TOPIC
from greenpulse.status import PipelineStatus
from greenpulse.watchdog import Advance, Watchdog

__all__ = ["attach"]

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0


def attach(  # noqa: PLR0913 - what is looked at, each by its name
    app: faust.App,
    *,
    log: Log,
    archive: Archive,
    status: PipelineStatus,
    clock: Clock,
    watchdog: Watchdog,
    advance: Advance,
) -> None:
    """Look every second; a worker that stands still gets no more beats and is ended."""

    async def look() -> None:
        for partition, bounds in (await log.bounds(POLLS_TOPIC)).items():
            if partition in status.partitions:
                status.partitions[partition].log_end_offset = bounds.end
        for partition, lane in status.partitions.items():
            held = archive.held(partition)
            lane.held_records, lane.held_bytes = held.records, held.bytes
            lane.oldest_held_seconds = held.oldest_seconds
        status.is_leader = app.is_leader()

    @app.service
    class Watching(Service):
        """Beats while there is advance; says what it cannot look at."""

        async def on_start(self) -> None:
            watchdog.start()

        @Service.task
        async def run(self) -> None:
            while not self.should_stop:
                try:
                    await look()
                except GreenpulseError as error:
                    status.set_waiting("broker", str(error), clock.now())
                standing = advance.standing(status.partitions, clock.monotonic())
                if standing:
                    reason = f"partitions {standing} have a backlog and do not advance"
                    status.set_waiting("archive", reason, clock.now())
                else:
                    watchdog.beat()
                await self.sleep(_LOOK_SECONDS)

        async def on_stop(self) -> None:
            watchdog.stop()
