"""What a worker says of itself while it looks at its parts, and takes back when they are well."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support.archiving import archive_of, flush
from support.manual_clock import ManualClock
from support.memory_store import FailsAtFirst, MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.agents.watch import Watching
from greenpulse.broker.log import OffsetBounds
from greenpulse.errors import BrokerUnavailable
from greenpulse.lake.rotation import RotationReason
from greenpulse.status import PART_NAMES, PartitionStatus, PartStatus, PipelineStatus
from greenpulse.watchdog import Advance, Watchdog


class MayBeAway(RecordLog):
    """A log that does not answer while ``is_away``, nor has the topic while ``is_deleted``."""

    is_away = False
    is_deleted = False

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        if self.is_away:
            message = "looking up 'greenpulse.polls': connection refused"
            raise BrokerUnavailable(message)
        return {} if self.is_deleted else await super().bounds(topic)


class Worker:
    """The watch over an archive of one partition, all of whose parts work."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.log = MayBeAway(make_records(0, 8))
        self.lake = FailsAtFirst(MemoryStore(), failures=0)
        self.archive = archive_of(self.lake, self.log, self.clock)
        self.status = PipelineStatus()
        self.status.partitions[0] = PartitionStatus(is_assigned=True, is_open=True)
        for part in PART_NAMES:
            self.status.set_ready(part, self.clock.now())
        self.watchdog = Watchdog(60.0, self.clock.monotonic, lambda _: None)
        self._watching = Watching(
            cast("Any", SimpleNamespace(is_leader=lambda: True)),
            broker=cast("Any", self.log),
            archive=self.archive,
            status=self.status,
            clock=self.clock,
            watchdog=self.watchdog,
            advance=Advance(patience_seconds=30.0),
        )

    def reason(self, part: str) -> str:
        return self.status.parts[part].reason

    async def look(self) -> None:
        """Let the watch look once."""
        look = asyncio.create_task(self._watching.keep_looking(self._watching))
        for _ in range(20):
            await asyncio.sleep(0)
        look.cancel()


@pytest.fixture
def worker() -> Worker:
    return Worker()


async def test_a_log_that_is_away_is_said_and_taken_back(worker: Worker) -> None:
    worker.log.is_away = True
    await worker.look()
    said = worker.reason("broker")
    worker.log.is_away = False

    await worker.look()

    assert said == "looking up 'greenpulse.polls': connection refused"
    assert worker.status.parts["broker"].is_ready
    assert worker.status.partitions[0].log_end_offset == 8


async def test_a_log_that_answers_works_also_while_no_partition_is_open(worker: Worker) -> None:
    worker.status.parts["broker"] = PartStatus()

    await worker.look()

    assert worker.status.parts["broker"].is_ready


async def test_a_topic_that_is_deleted_in_use_is_said_with_the_way_out(worker: Worker) -> None:
    await worker.look()
    worker.log.is_deleted = True

    await worker.look()

    assert worker.reason("broker").startswith(
        "looking up 'greenpulse.polls': the partition count was 1 and is 0, so somebody"
    )
    assert "take a new lake prefix and a new warehouse" in worker.reason("broker")


async def test_what_is_held_is_known_also_while_the_log_is_away(worker: Worker) -> None:
    wanted = await worker.archive.open(0)
    await worker.archive.add(0, worker.log.since(wanted, 3))
    worker.log.is_away = True

    await worker.look()

    assert worker.status.partitions[0].held_records == 3


async def test_a_partition_that_does_not_advance_is_said_and_taken_back(worker: Worker) -> None:
    partition = worker.status.partitions[0]
    partition.archived_offset = 3
    await worker.look()
    await worker.clock.advance(31.0)
    await worker.look()
    said, silence = worker.reason("archive"), worker.watchdog.silence_seconds
    partition.archived_offset = 7

    await worker.look()

    assert said == "partitions [0] have a backlog and do not advance"
    assert silence == 31.0
    assert worker.status.parts["archive"].is_ready
    assert worker.watchdog.silence_seconds == 0.0


async def test_what_another_says_of_a_part_is_not_taken_back(worker: Worker) -> None:
    worker.log.is_away = True
    await worker.look()
    worker.status.set_waiting("broker", "the group has no coordinator", worker.clock.now())
    worker.log.is_away = False

    await worker.look()

    assert worker.reason("broker") == "the group has no coordinator"


async def test_a_lake_that_is_away_is_said_and_the_worker_lives_on(worker: Worker) -> None:
    wanted = await worker.archive.open(0)
    await worker.archive.add(0, worker.log.since(wanted, 3))
    worker.lake.failures = 3
    write = asyncio.create_task(flush(worker.archive, 0, RotationReason.WINDOW))
    while worker.archive.trouble is None:
        await asyncio.sleep(0)
    await worker.clock.advance(0.0)
    await worker.look()
    said, silence = worker.reason("lake"), worker.watchdog.silence_seconds
    await worker.clock.advance(100.0)
    await write

    await worker.look()

    assert "connection refused" in said
    assert silence == 0.0
    assert worker.status.parts["lake"].is_ready
