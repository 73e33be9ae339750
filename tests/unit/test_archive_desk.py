"""The archive agent without Faust: what one partition may cost the others."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.types import TP
from support.archiving import ROTATION, TOPIC, archive_all, seen
from support.manual_clock import ManualClock
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.agents.archive_desk import GIVE_UP_SECONDS, ArchiveDesk
from greenpulse.broker.log import LogRecord, OffsetBounds
from greenpulse.errors import StoreUnavailable
from greenpulse.lake.archive import Archive
from greenpulse.metrics import Metrics
from greenpulse.records import BronzeFile
from greenpulse.status import PipelineStatus


class TwoPartitions:
    """A log of the same fifty records in each of two partitions."""

    def __init__(self) -> None:
        self.topic_identity = "first"

    async def identity(self, topic: str) -> str:
        assert topic == TOPIC
        return self.topic_identity

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        assert topic == TOPIC
        return {0: OffsetBounds(0, 50), 1: OffsetBounds(0, 50)}

    async def read(
        self, topic: str, partition: int, first: int, *, limit_records: int = 10_000
    ) -> list[LogRecord]:
        assert (topic, partition) in {(TOPIC, 0), (TOPIC, 1)}
        return make_records(first, min(limit_records, 50 - first))


class SlowFor(MemoryStore):
    """Does not answer for the keys of one partition until ``is_back``."""

    def __init__(self, partition: int) -> None:
        super().__init__()
        self._part = f"partition={partition:04d}"
        self.is_back = asyncio.Event()
        self.is_waiting = asyncio.Event()
        self.refusals = 0
        self.is_broken = False

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        if self._part in key and not key.startswith("claims/"):
            self.is_waiting.set()
            if self.refusals:
                message = f"creating '{key}': connection refused"
                raise StoreUnavailable(message)
            await self.is_back.wait()
        elif self.is_broken:
            message = "nobody expects this"
            raise RuntimeError(message)
        return await super().create(key, body, metadata)


class Consumer:
    """What a desk asks of a consumer; ``done`` is what it acknowledged by partition."""

    def __init__(self) -> None:
        self.done: defaultdict[int, int] = defaultdict(lambda: -1)
        self.commits: list[dict[int, int]] = []
        self.is_committing = False

    def hold_back(self, partition: TP) -> None:
        """Nothing comes here but what a test hands in."""

    async def rewind(self, partition: TP, offset: int) -> bool:
        del partition, offset
        return False

    def ack_part(self, partition: TP, offset: int) -> None:
        self.done[partition.partition] = offset

    async def commit(self) -> bool:
        if self.is_committing:
            # As Faust's (tests/kafka/test_faust_committing.py): it waits for the other one.
            self.is_committing = False
            return False
        self.commits.append(dict(self.done))
        return True


class App:
    """What a desk asks of an app; ``announced`` are the files that it told of."""

    def __init__(self) -> None:
        self.consumer = Consumer()
        self.crashed = False
        recovered = asyncio.Event()
        recovered.set()
        self.tables = SimpleNamespace(recovery=SimpleNamespace(completed=recovered))
        self.announced: list[tuple[int, int]] = []
        self.runs: list[asyncio.Task[None]] = []

    def topic(self, name: str, **_: object) -> SimpleNamespace:
        assert name == "greenpulse.files"
        return SimpleNamespace(send=self._send)

    def add_future(self, run: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.runs.append(asyncio.create_task(run))
        return self.runs[-1]

    async def _send(self, *, key: str, value: BronzeFile, partition: int) -> asyncio.Future[None]:
        assert key == str(partition)
        self.announced.append((partition, value.end_offset))
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sent.set_result(None)
        return sent


class Worker:
    """A desk of two partitions on a lake that is slow for the second."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.app = App()
        self.log = TwoPartitions()
        self.lake = SlowFor(partition=1)
        self.status = PipelineStatus()
        archive = Archive(
            self.lake, self.log, self.clock, topic=TOPIC, writer="worker", rotation=ROTATION
        )
        self.desk = ArchiveDesk(cast("Any", self.app), archive, self.clock, self.status, Metrics())
        self.telling = asyncio.create_task(self.desk.tell())

    async def begin(self) -> None:
        self.desk.begin({0, 1})
        await seen(lambda: all(self.status.partitions[n].is_open for n in (0, 1)))

    def take(self, partition: int, first: int, count: int, *, is_forgotten: bool = False) -> None:
        records = make_records(first, count)
        message = SimpleNamespace(
            partition=partition,
            offset=records[-1].offset,
            records=records,
            is_forgotten=is_forgotten,
        )
        stream = SimpleNamespace(ack=self._ack)
        self.desk.take(cast("Any", stream), cast("Any", SimpleNamespace(message=message)))

    async def end(self) -> None:
        for task in (*self.app.runs, self.telling):
            task.cancel()
        await asyncio.gather(*self.app.runs, self.telling, return_exceptions=True)

    async def _ack(self, event: Any) -> bool:  # noqa: ANN401 - stands for Faust's
        self.app.consumer.done[event.message.partition] = event.message.offset
        return True


@pytest.fixture
async def worker() -> Any:  # noqa: ANN401 - an async generator of Worker
    worker = Worker()
    await worker.begin()
    yield worker
    await worker.end()


async def test_a_slow_put_stops_neither_the_other_partition_nor_filling(worker: Worker) -> None:
    worker.take(1, 0, 10)
    await worker.lake.is_waiting.wait()
    worker.take(1, 10, 15)
    worker.take(0, 0, 20)

    await seen(lambda: worker.app.announced == [(0, 9), (0, 19)])
    done = dict(worker.app.consumer.done)
    worker.lake.is_back.set()
    await seen(lambda: worker.app.announced[2:] == [(1, 9), (1, 19)])

    assert done[0] == 19
    assert done.get(1, -1) == -1
    assert worker.status.partitions[1].archived_offset == 19


async def test_what_is_durable_is_committed_without_waiting_for_a_timer(worker: Worker) -> None:
    worker.take(0, 0, 12)

    await seen(lambda: worker.app.consumer.commits == [{0: 9}])


async def test_a_batch_that_comes_again_is_not_worked_on(worker: Worker) -> None:
    # Left over from before a rewind: taken as it is, it would be a hole.
    worker.take(0, 30, 10, is_forgotten=True)
    worker.take(0, 0, 10)

    await seen(lambda: worker.app.announced == [(0, 9)])

    assert worker.status.partitions[0].is_open


async def test_a_file_of_another_writer_is_not_told_as_written_here(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await archive_all(worker.lake, RecordLog(make_records(0, 4)), writer="worker-2")
    worker.take(0, 0, 10)

    await seen(lambda: (0, 3) in worker.app.announced)

    told = [record.getMessage() for record in caplog.records]
    assert [line.partition(" bytes")[0] for line in told if line.startswith("file_")][:1] == [
        "file_adopted partition=0 first=0 last=3 reason=count"
    ]


async def test_a_revoked_partition_is_flushed_committed_and_forgotten(worker: Worker) -> None:
    worker.take(0, 0, 4)

    await worker.desk.give_up({0})

    assert worker.app.announced == [(0, 3)]
    assert worker.app.consumer.commits[-1] == {0: 3}
    assert set(worker.status.partitions) == {1}


async def test_a_commit_of_fausts_timer_does_not_stand_for_the_last_one(worker: Worker) -> None:
    worker.take(0, 0, 10)
    await seen(lambda: worker.app.consumer.commits == [{0: 9}])
    worker.app.consumer.is_committing = True

    await worker.desk.give_up({0})

    assert len(worker.app.consumer.commits) == 2


async def test_a_lake_that_is_known_to_be_away_keeps_no_group_waiting(worker: Worker) -> None:
    worker.lake.refusals = 1
    worker.take(1, 0, 10)
    await worker.lake.is_waiting.wait()
    await worker.clock.advance(0.0)
    began = asyncio.get_running_loop().time()

    await worker.desk.give_up({0, 1})

    assert asyncio.get_running_loop().time() - began < GIVE_UP_SECONDS / 2
    assert worker.app.consumer.done[1] == -1
    assert worker.status.partitions == {}


async def test_a_slow_partition_hides_no_unexpected_error_of_another(worker: Worker) -> None:
    worker.lake.refusals = 1
    worker.take(1, 0, 10)
    await worker.lake.is_waiting.wait()
    await worker.clock.advance(0.0)
    worker.take(0, 0, 4)
    worker.lake.is_broken = True

    with pytest.raises(RuntimeError, match="nobody expects this"):
        await worker.desk.give_up({0, 1})


@pytest.mark.parametrize("steps", range(8))
async def test_a_partition_that_fails_while_it_is_given_anew_is_opened_once(
    worker: Worker, steps: int
) -> None:
    worker.log.topic_identity = "another"
    worker.take(0, 0, 10)
    # At which of them the failure meets the cancellation is asyncio's affair.
    for _ in range(steps):
        await asyncio.sleep(0)

    worker.desk.begin({0})

    first, *_, last = worker.app.runs
    await seen(lambda: first.done() and worker.status.partitions[0].is_open)
    assert not last.done()
