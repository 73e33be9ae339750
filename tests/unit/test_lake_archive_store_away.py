"""The archive while its store is away."""

import asyncio

import pytest
from support.archiving import archive_of, files_in, flush, offsets_in, seen
from support.manual_clock import ManualClock
from support.memory_store import FailsAtFirst, LosesTheAnswer, MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.lake.archive import Archive
from greenpulse.lake.rotation import RotationReason


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def test_the_same_bytes_are_offered_until_the_store_takes_them(
    store: MemoryStore, clock: ManualClock
) -> None:
    log = RecordLog(make_records(0, 5))
    away = FailsAtFirst(store, failures=0)
    archive = archive_of(away, log, clock)
    await archive.open(0)
    away.failures, away.offered = 6, []
    await archive.add(0, log.records)

    flushing = asyncio.create_task(flush(archive, 0, RotationReason.WINDOW))
    await seen(lambda: archive.trouble is not None)
    trouble = archive.trouble
    while not flushing.done():
        await clock.advance(20.0)
    [written] = await flushing

    assert trouble is not None
    assert "connection refused" in trouble
    assert archive.trouble is None
    assert len(away.offered) == 7
    assert len(set(away.offered)) == 1
    assert not written.is_adopted
    assert offsets_in(store) == list(range(5))


async def given_up(store: FailsAtFirst, clock: ManualClock) -> Archive:
    """An archive that holds five records, and whose write of them was given up."""
    log = RecordLog(make_records(0, 5))
    archive = archive_of(store, log, clock)
    await archive.open(0)
    await archive.add(0, log.records)
    store.failures = 1_000_000
    flushing = asyncio.create_task(flush(archive, 0, RotationReason.REVOKE))
    await seen(lambda: archive.trouble is not None)
    flushing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flushing
    return archive


async def test_a_write_can_be_given_up_while_the_store_is_away(
    store: MemoryStore, clock: ManualClock
) -> None:
    away = FailsAtFirst(store, failures=0)
    archive = await given_up(away, clock)

    held = archive.held(0).records
    away.failures = 0
    await flush(archive, 0, RotationReason.REVOKE)

    assert held == 5
    assert offsets_in(store) == list(range(5))


async def test_what_a_given_up_write_held_can_be_dropped(
    store: MemoryStore, clock: ManualClock
) -> None:
    archive = await given_up(FailsAtFirst(store, failures=0), clock)

    archive.drop(0)

    assert (archive.held(0).records, archive.next_offset(0), archive.due()) == (0, 0, [])


async def test_a_partition_that_was_given_up_is_in_no_trouble_any_more(
    store: MemoryStore, clock: ManualClock
) -> None:
    # Else a worker would be unready for as long as others have the partition.
    archive = await given_up(FailsAtFirst(store, failures=0), clock)

    archive.drop(0)

    assert archive.trouble is None


async def test_a_lost_answer_is_recognised_as_our_own_success(
    store: MemoryStore, clock: ManualClock
) -> None:
    log = RecordLog(make_records(0, 5))
    lossy = LosesTheAnswer(store, losses=0)
    archive = archive_of(lossy, log, clock)
    await archive.open(0)
    await archive.add(0, log.records)
    lossy.losses = 1

    flushing = asyncio.create_task(flush(archive, 0, RotationReason.WINDOW))
    await seen(lambda: archive.trouble is not None)
    await clock.advance(20.0)
    [written] = await flushing

    assert not written.is_adopted
    assert len(files_in(store)) == 1
