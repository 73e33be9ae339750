"""One lake, one log, and workers that each believe that they own its only partition.

A schedule is a list of steps: deliveries, commits, flushes, crashes, workers that freeze
in mid-write and go on later, lost answers, failing stores, an expiring log. Whatever it
holds, ``World.settle`` brings what is left to an end, and ``World.check`` reads the lake
without GreenPulse.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

from support.archiving import TOPIC, Writing, flush
from support.bronze import offsets_and_values, plain_files
from support.manual_clock import ManualClock
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.errors import ChainBroken, StoreUnavailable
from greenpulse.lake.archive import Archive, WrittenFile
from greenpulse.lake.lines import Record
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.rotation import RotationPolicy, RotationReason
from greenpulse.lake.store import Store, StoredObject

__all__ = ["ROTATION", "Archiving", "NeverWaits", "Step", "World", "archive_from_tail"]

ROTATION = RotationPolicy(window_seconds=30.0, max_records=6, max_bytes=1 << 20)
_FIRST_RECORDS = 10

Step = tuple[str, int, int]
"""What happens, to which worker, how much of it."""


class Archiving(Writing, Protocol):
    """What a worker needs of an archive."""

    async def open(self, partition: int) -> int: ...
    async def add(self, partition: int, records: Sequence[Record]) -> None: ...
    def drop(self, partition: int) -> None: ...
    def next_offset(self, partition: int) -> int: ...


class NeverWaits(ManualClock):
    """Its sleepers wake at once."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0 * seconds)


class OneWorkersStore:
    """The store as one worker sees it: it can freeze, fail, and lose answers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.failures = 0
        self.losses = 0
        self.is_stuck = asyncio.Event()
        """Set while a call of the frozen worker waits."""
        self._runs = asyncio.Event()
        self._runs.set()
        self._freezes_behind_create = False

    def freeze(self) -> None:
        """As SIGSTOP does: the next call does not reach the store before ``thaw``."""
        self._runs.clear()

    def freeze_behind_create(self) -> None:
        """The next create reaches the store, its answer not the worker before ``thaw``."""
        self._freezes_behind_create = True

    def thaw(self) -> None:
        """As SIGCONT does."""
        self._freezes_behind_create = False
        self.is_stuck.clear()
        self._runs.set()

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        await self._pass()
        if self.failures > 0:
            self.failures -= 1
            message = f"creating '{key}': connection refused"
            raise StoreUnavailable(message)
        is_created = await self._store.create(key, body, metadata)
        if self._freezes_behind_create:
            self.freeze()
        await self._pass()
        if self.losses > 0:
            self.losses -= 1
            message = f"creating '{key}': no answer"
            raise StoreUnavailable(message)
        return is_created

    async def read(self, key: str) -> StoredObject | None:
        await self._pass()
        return await self._store.read(key)

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        await self._pass()
        return await self._store.keys(prefix, after=after, limit=limit)

    async def close(self) -> None:
        await self._store.close()

    async def _pass(self) -> None:
        if not self._runs.is_set():
            self.is_stuck.set()
            await self._runs.wait()


def archive_from_tail(store: Store, world: "World", name: str) -> Archive:
    """The archive as it is."""
    return Archive(store, world.log, NeverWaits(), topic=TOPIC, writer=name, rotation=ROTATION)


class Worker:
    """An archive, the store as it sees it, and where its consumer stands."""

    def __init__(self, world: "World", name: str) -> None:
        self._world = world
        self._name = name
        self.store = OneWorkersStore(world.conditional)
        self.news: list[WrittenFile] = []
        self._archive = world.make_archive(self.store, world, name)
        self._position = 0
        self._busy: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._position = await self._archive.open(0)

    async def deliver(self, count: int) -> None:
        records = self._world.log.since(self._position, count)
        try:
            await self._archive.add(0, records)
        except ChainBroken:
            # Not delivered from where it was wanted: go back there, as the agent does.
            self._position = self._archive.next_offset(0)
        else:
            self._position = max(self._position, *(r.offset + 1 for r in records), 0)
            while (written := await self._archive.write(0)) is not None:
                self.news.append(written)

    async def flush(self) -> None:
        self.news += await flush(self._archive, 0, RotationReason.WINDOW)

    async def take(self, step: str, count: int) -> None:
        """What happens to this worker; while it is in mid-work, only what comes from outside."""
        match step:
            case "crash":
                await self.crash()
            case "freeze":
                self.store.freeze()
            case "freeze behind create":
                self.store.freeze_behind_create()
            case "thaw":
                await self.thaw()
            case "lose answers":
                self.store.losses = count
            case "fail":
                self.store.failures = count
            case _ if self._busy is None:
                await self._take_if_idle(step, count)

    async def _take_if_idle(self, step: str, count: int) -> None:
        log = self._world.log
        match step:
            case "deliver":
                await self.do(self.deliver(count))
            case "deliver again":
                self._position = max(log.first, self._position - count)
            case "skip ahead":
                self._position = min(log.end, self._position + count)
            case "commit":
                self._world.committed = max(log.first, self._position)
            case "flush":
                await self.do(self.flush())
            case "open again":
                await self.do(self.open())
            case "give up":
                self._archive.drop(0)
                self._position = max(log.first, self._archive.next_offset(0))

    async def crash(self) -> None:
        """Kill -9 and start again: nothing is left but what the store holds."""
        if self._busy is not None:
            self._busy.cancel()
            await asyncio.wait({self._busy})
            self._busy = None
        self.store = OneWorkersStore(self._world.conditional)
        self._archive = self._world.make_archive(self.store, self._world, self._name)
        await self.open()

    async def thaw(self) -> None:
        """Let it go on where it froze, to the end of what it was doing."""
        self.store.thaw()
        busy, self._busy = self._busy, None
        if busy is not None:
            await busy

    async def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Work to the end, or until the frozen store is called."""
        self._busy = asyncio.create_task(work)
        stuck = asyncio.create_task(self.store.is_stuck.wait())
        await asyncio.wait({self._busy, stuck}, return_when=asyncio.FIRST_COMPLETED)
        stuck.cancel()
        if self._busy.done():
            busy, self._busy = self._busy, None
            await busy


class World:
    """The lake, the log, the group's offset, and the workers.

    Args:
        make_archive: Of each worker, from its store, the world and its name.
        worker_count: Workers that all believe that they own the partition.
        conditional: Makes the store that all write to from the one that keeps objects.
    """

    def __init__(
        self,
        make_archive: Callable[[Store, "World", str], Archiving] = archive_from_tail,
        *,
        worker_count: int = 3,
        conditional: Callable[[MemoryStore], Store] = lambda store: store,
    ) -> None:
        self.objects = MemoryStore()
        self.conditional = conditional(self.objects)
        self.log = RecordLog(make_records(0, _FIRST_RECORDS))
        self.produced = _FIRST_RECORDS
        self.committed = 0
        """The group's offset: whatever a worker committed last, too early or too late."""
        self.make_archive = make_archive
        self.workers = [Worker(self, f"worker-{number}") for number in range(worker_count)]

    async def run(self, steps: Sequence[Step]) -> None:
        """Play a whole schedule, let all go on to its end, and let a last worker archive."""
        for worker in self.workers:
            await worker.open()
        for step, number, count in steps:
            await self.take(step, number, count)
        for worker in self.workers:
            await worker.thaw()
        last = Worker(self, "last-worker")
        await last.open()
        await last.deliver(10_000)
        await last.flush()

    async def take(self, step: str, number: int, count: int) -> None:
        """Play one step of a schedule."""
        match step:
            case "flush all at once":
                await asyncio.gather(*(worker.take("flush", 0) for worker in self.workers))
            case "lose metadata":
                for key in sorted(self.objects.objects)[-1:]:
                    if key.startswith("topic="):
                        stored = self.objects.objects[key]
                        self.objects.objects[key] = StoredObject(stored.body, {})
            case "produce":
                self.log.records += make_records(self.produced, count)
                self.produced += count
            case "expire":
                end = await ChainReader(self.objects).end(TOPIC, 0)
                if end is not None:
                    self.log.expire_before(max(self.log.first, end + 1))
            case _:
                await self.workers[number].take(step, count)

    async def check(self) -> None:
        """See that one chain holds each record once, and no file changed after it was told of.

        Raises:
            AssertionError: it does not.
        """
        stored = {key: (o.body, o.metadata) for key, o in self.objects.objects.items()}
        files = plain_files(stored)
        assert offsets_and_values(files) == [
            (number, {"of": "grid", "number": number, "filler": ""})
            for number in range(self.produced)
        ]
        hashes = {file.key: file.sha256 for file in files}
        for worker in self.workers:
            for written in worker.news:
                assert hashes[written.file.key] == written.file.sha256
        problems = [part.problems async for part in ChainReader(self.objects).verify(TOPIC, 0)]
        assert not any(problems)
