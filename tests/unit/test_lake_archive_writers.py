"""Several writers of one chain at the same time."""

import asyncio

import pytest
from support.archiving import ROTATION, TOPIC, archive_all, archive_of, files_in, flush, offsets_in
from support.manual_clock import ManualClock
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.errors import ChainBroken, LogMismatch
from greenpulse.lake.buffer import Buffer
from greenpulse.lake.files import NO_PREDECESSOR
from greenpulse.lake.rotation import RotationReason
from greenpulse.lake.writer import ChainEnd, ChainWriter, WrittenFile


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def test_the_slower_of_two_writers_adopts_what_the_faster_wrote(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 9))
    slow, fast = archive_of(store, log), archive_of(store, log, writer="worker-2")
    await slow.open(0)
    await fast.open(0)
    await slow.add(0, log.records)
    await fast.add(0, log.records[:4])
    await flush(fast, 0, RotationReason.WINDOW)

    written = await flush(slow, 0, RotationReason.WINDOW)

    told = [(w.file.start_offset, w.file.end_offset, w.is_adopted) for w in written]
    assert told == [(0, 3, True), (4, 8, False)]
    assert written[0].file.writer == "worker-2"
    assert offsets_in(store) == list(range(9))


async def test_a_writer_far_behind_adopts_file_by_file_and_moves_on(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 38))
    zombie = archive_of(store, log, writer="zombie")
    await zombie.open(0)
    await zombie.add(0, log.records[:7])
    await archive_all(store, log, writer="worker-2")

    before = files_in(store)
    written = await flush(zombie, 0, RotationReason.REVOKE)
    moved_to = (zombie.durable_offset(0), zombie.next_offset(0))
    await zombie.add(0, log.records[5:31])
    written += await flush(zombie, 0, RotationReason.REVOKE)

    # The files in the middle have the very bytes that the zombie would have written.
    assert [(w.file.end_offset, w.is_adopted) for w in written] == [
        (9, True),
        (19, False),
        (29, False),
        (37, True),
    ]
    assert moved_to == (9, 10)
    assert zombie.durable_offset(0) == 37
    assert files_in(store) == before


async def test_what_came_while_a_longer_file_was_adopted_is_not_written_again(
    store: MemoryStore,
) -> None:
    log = RecordLog(make_records(0, 9))
    slow = archive_of(store, log)
    await slow.open(0)
    await slow.add(0, log.records[:3])
    await archive_all(store, log, writer="worker-2")

    flushing = asyncio.create_task(flush(slow, 0, RotationReason.WINDOW))
    await asyncio.sleep(0)
    await slow.add(0, log.records[3:6])
    await flushing

    assert (slow.held(0).records, slow.next_offset(0)) == (0, 9)
    assert offsets_in(store) == list(range(9))


async def test_expired_offsets_that_another_worker_archived_are_not_lost(
    store: MemoryStore,
) -> None:
    log = RecordLog(make_records(0, 12))
    slow = archive_of(store, log)
    await slow.open(0)
    await slow.add(0, log.records[:2])
    await archive_all(store, log, writer="worker-2")
    log.records += make_records(12, 2)
    log.expire_before(12)

    await slow.add(0, log.since(12))
    await flush(slow, 0, RotationReason.WINDOW)

    assert offsets_in(store) == list(range(14))


async def test_two_logs_cannot_share_a_lake(store: MemoryStore) -> None:
    ours, theirs = RecordLog(make_records(0, 5)), RecordLog(make_records(0, 5, of="other"))
    stranger = archive_of(store, theirs, writer="stranger")
    await stranger.open(0)
    await stranger.add(0, theirs.records)
    await archive_all(store, ours)
    before = files_in(store)

    with pytest.raises(LogMismatch, match="another worker has put other records there"):
        await flush(stranger, 0, RotationReason.WINDOW)
    with pytest.raises(LogMismatch):
        await flush(stranger, 0, RotationReason.WINDOW)
    assert files_in(store) == before


async def test_files_flushed_twice_at_once_are_told_once(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 9))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records[:4])

    async def add_and_flush() -> list[WrittenFile]:
        await archive.add(0, log.records[4:])
        return await flush(archive, 0, RotationReason.SHUTDOWN)

    told = await asyncio.gather(
        flush(archive, 0, RotationReason.WINDOW),
        flush(archive, 0, RotationReason.REVOKE),
        add_and_flush(),
    )

    ends = sorted(written.file.end_offset for news in told for written in news)
    assert ends == [3, 8]
    assert offsets_in(store) == list(range(9))


async def test_a_batch_that_does_not_follow_the_chain_is_never_written(
    store: MemoryStore, clock: ManualClock
) -> None:
    chain = ChainWriter(
        store,
        clock,
        topic=TOPIC,
        partition=0,
        writer="worker-1",
        end=ChainEnd(4, NO_PREDECESSOR),
    )

    for start in (4, 6):
        [batch] = Buffer(start, ROTATION).fill(make_records(start, 10), now=0.0)
        with pytest.raises(ChainBroken, match="the chain ends at offset 4"):
            await chain.write(batch)
    assert store.objects == {}
