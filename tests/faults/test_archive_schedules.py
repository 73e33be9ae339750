"""Whatever two workers do, in whatever order, one chain holds each offset once.

Redelivery, commits that came too early, rebalances, zombies, crashes, lost answers, lost
metadata and an expiring log, mixed by hypothesis; then the lake is read without GreenPulse.
"""

import asyncio
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from support.archiving import TOPIC
from support.bronze import offsets_and_values, plain_files
from support.manual_clock import ManualClock
from support.memory_store import LosesTheAnswer, MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.errors import ChainBroken
from greenpulse.lake.archive import Archive, WrittenFile
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.rotation import RotationPolicy, RotationReason
from greenpulse.lake.store import StoredObject

WORKERS = st.integers(0, 1)
STEPS = st.one_of(
    st.tuples(st.just("deliver"), WORKERS, st.integers(1, 9)),
    st.tuples(st.just("deliver"), WORKERS, st.integers(1, 9)),
    st.tuples(st.just("deliver again"), WORKERS, st.integers(1, 12)),
    st.tuples(st.just("commit too early"), WORKERS, st.integers(1, 12)),
    st.tuples(st.just("flush"), WORKERS, st.just(0)),
    st.tuples(st.just("flush both at once"), WORKERS, st.just(0)),
    st.tuples(st.just("open again"), WORKERS, st.just(0)),
    st.tuples(st.just("give up"), WORKERS, st.just(0)),
    st.tuples(st.just("crash"), WORKERS, st.just(0)),
    st.tuples(st.just("lose answers"), WORKERS, st.integers(1, 3)),
    st.tuples(st.just("lose metadata"), WORKERS, st.just(0)),
    st.tuples(st.just("produce"), WORKERS, st.integers(1, 20)),
    st.tuples(st.just("expire"), WORKERS, st.just(0)),
)


class NeverWaits(ManualClock):
    """Its sleepers wake at once."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0 * seconds)


@dataclass
class Worker:
    """An archive, the store as it sees it, and where its consumer stands."""

    store: LosesTheAnswer
    log: RecordLog
    name: str
    archive: Archive = field(init=False)
    position: int = 0
    news: list[WrittenFile] = field(default_factory=list)

    async def start(self) -> None:
        self.archive = Archive(
            self.store,
            self.log,
            NeverWaits(),
            topic=TOPIC,
            writer=self.name,
            rotation=RotationPolicy(window_seconds=30.0, max_records=6, max_bytes=1 << 20),
        )
        self.position = await self.archive.open(0)

    async def take(self, step: str, count: int) -> None:
        match step:
            case "deliver":
                await self.deliver(count)
            case "deliver again":
                self.position = max(self.log.first, self.position - count)
            case "commit too early":
                self.position = min(self.log.end, self.position + count)
            case "flush":
                await self.flush()
            case "open again":
                self.position = await self.archive.open(0)
            case "give up":
                self.archive.drop(0)
                self.position = max(self.log.first, self.archive.next_offset(0))
            case "crash":
                await self.start()
            case "lose answers":
                self.store.losses = count

    async def deliver(self, count: int) -> None:
        records = self.log.since(self.position, count)
        try:
            self.news += await self.archive.add(0, records)
        except ChainBroken:
            # Not delivered from where it was wanted: go back there, as the agent does.
            self.position = self.archive.next_offset(0)
        else:
            self.position = max(self.position, *(r.offset + 1 for r in records), 0)

    async def flush(self) -> None:
        self.news += await self.archive.flush(0, RotationReason.WINDOW)


@dataclass
class World:
    """One lake, one log, two workers that both believe that they own the partition."""

    store: MemoryStore = field(default_factory=MemoryStore)
    log: RecordLog = field(default_factory=lambda: RecordLog(make_records(0, 10)))
    workers: list[Worker] = field(default_factory=list)
    produced: int = 10

    async def begin(self) -> None:
        for name in ("worker-1", "worker-2"):
            worker = Worker(LosesTheAnswer(self.store, losses=0), self.log, name)
            await worker.start()
            self.workers.append(worker)

    async def take(self, step: str, number: int, count: int) -> None:
        match step:
            case "flush both at once":
                await asyncio.gather(*(worker.flush() for worker in self.workers))
            case "lose metadata":
                for key in sorted(self.store.objects)[-1:]:
                    if key.startswith("topic="):
                        self.store.objects[key] = StoredObject(self.store.objects[key].body, {})
            case "produce":
                self.log.records += make_records(self.produced, count)
                self.produced += count
            case "expire":
                end = await ChainReader(self.store).end(TOPIC, 0)
                if end is not None:
                    self.log.expire_before(max(self.log.first, end + 1))
            case _:
                await self.workers[number].take(step, count)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, min_size=5, max_size=40))
async def test_any_schedule_gives_one_chain_with_each_offset_once(
    steps: list[tuple[str, int, int]],
) -> None:
    world = World()
    await world.begin()
    for step in steps:
        await world.take(*step)

    last = Worker(LosesTheAnswer(world.store, losses=0), world.log, "worker-3")
    await last.start()
    await last.deliver(10_000)
    await last.flush()

    files = plain_files({key: (o.body, o.metadata) for key, o in world.store.objects.items()})
    assert offsets_and_values(files) == [
        (number, {"of": "grid", "number": number, "filler": ""}) for number in range(world.produced)
    ]
    hashes = {file.key: file.sha256 for file in files}
    for worker in world.workers:
        for written in worker.news:
            assert hashes[written.file.key] == written.file.sha256
    problems = [part.problems async for part in ChainReader(world.store).verify(TOPIC, 0)]
    assert not any(problems)
