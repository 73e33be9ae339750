"""Workers that archive a log into a lake, in as many files as a test wants."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from support.bronze import PlainFile, offsets_and_values, plain_files
from support.manual_clock import ManualClock
from support.memory_store import MemoryStore
from support.record_log import RecordLog

from greenpulse.lake.archive import Archive, WrittenFile
from greenpulse.lake.rotation import RotationPolicy, RotationReason
from greenpulse.lake.store import Store

__all__ = [
    "ROTATION",
    "TOPIC",
    "Writing",
    "archive_all",
    "archive_in_files",
    "archive_of",
    "files_in",
    "flush",
    "offsets_in",
    "seen",
]

TOPIC = "greenpulse.polls"
ROTATION = RotationPolicy(window_seconds=30.0, max_records=10, max_bytes=1 << 20)


class Writing(Protocol):
    """What flushing needs of an archive."""

    def close(self, partition: int, reason: RotationReason) -> None: ...
    async def write(self, partition: int) -> WrittenFile | None: ...


def archive_of(
    store: Store,
    log: RecordLog,
    clock: ManualClock | None = None,
    *,
    writer: str = "worker-1",
    verify: Literal["tail", "full"] = "tail",
) -> Archive:
    """A worker that closes files at ten records."""
    return Archive(
        store,
        log,
        clock or ManualClock(),
        topic=TOPIC,
        writer=writer,
        rotation=ROTATION,
        verify=verify,
    )


async def flush(archive: Writing, partition: int, reason: RotationReason) -> list[WrittenFile]:
    """Write all that is held of an open partition; the files that became durable, in order."""
    archive.close(partition, reason)
    written = []
    while (file := await archive.write(partition)) is not None:
        written.append(file)
    return written


async def archive_all(store: Store, log: RecordLog, *, writer: str = "worker-1") -> None:
    """Archive the whole of ``log`` from where the chain ends."""
    archive = archive_of(store, log, writer=writer)
    await archive.add(0, log.since(await archive.open(0)))
    await flush(archive, 0, RotationReason.WINDOW)


async def archive_in_files(store: Store, log: RecordLog, counts: Sequence[int]) -> None:
    """Archive ``log`` from where the chain ends, so many records a file."""
    archive = archive_of(store, log)
    wanted = await archive.open(0)
    for count in counts:
        await archive.add(0, log.since(wanted, count))
        await flush(archive, 0, RotationReason.WINDOW)
        wanted = archive.next_offset(0)


def files_in(store: MemoryStore) -> list[PlainFile]:
    """Bronze files, read without GreenPulse."""
    return plain_files({key: (o.body, o.metadata) for key, o in store.objects.items()})


def offsets_in(store: MemoryStore) -> list[int]:
    """Offsets of all lines, once the chain is seen to be one."""
    return [offset for offset, _ in offsets_and_values(files_in(store))]


async def seen(is_so: Callable[[], bool]) -> None:
    """Let others run until it is so; the test's own timeout is the limit."""
    while not is_so():
        await asyncio.sleep(0)
