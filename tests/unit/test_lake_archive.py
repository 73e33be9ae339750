"""The archive of one partition, step by step."""

import pytest
from support.archiving import TOPIC, archive_all, archive_of, files_in, flush, offsets_in
from support.bronze import offsets_and_values
from support.manual_clock import ManualClock
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.errors import BrokerUnavailable, ChainBroken
from greenpulse.lake.archive import Held
from greenpulse.lake.claims import Claims
from greenpulse.lake.rotation import RotationReason


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def test_a_new_chain_begins_with_the_first_offset_of_the_log(store: MemoryStore) -> None:
    log = RecordLog(make_records(120, 5))

    archive = archive_of(store, log)
    wanted = await archive.open(0)

    assert wanted == archive.next_offset(0) == 120
    assert archive.durable_offset(0) == 119
    assert await Claims(store).base(TOPIC, 0) == 120
    assert files_in(store) == []


async def test_full_files_are_written_at_once_and_the_rest_is_held(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 25))
    archive = archive_of(store, log)
    await archive.open(0)

    await archive.add(0, log.records)
    first, second, third = [await archive.write(0) for _ in range(3)]

    assert first is not None
    assert second is not None
    assert third is None
    written = [first, second]
    assert [(w.file.start_offset, w.file.end_offset) for w in written] == [(0, 9), (10, 19)]
    assert [w.reason for w in written] == [RotationReason.COUNT] * 2
    assert not any(w.is_adopted for w in written)
    assert offsets_in(store) == list(range(20))
    assert (archive.durable_offset(0), archive.next_offset(0)) == (19, 25)
    assert archive.held(0).records == 5


async def test_the_news_of_a_file_are_what_lies_there(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 3))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records)

    [written] = await flush(archive, 0, RotationReason.SHUTDOWN)

    [file] = files_in(store)
    assert written.reason is RotationReason.SHUTDOWN
    assert written.file.key == file.key
    assert written.file.sha256 == file.sha256 == file.metadata["sha256"]
    assert written.file.size_bytes == len(file.body)
    assert written.file.record_count == 3
    assert written.file.writer == "worker-1" == file.metadata["writer"]
    assert written.file.first_appended_at == "2026-01-31T12:00:00.000000Z"


async def test_flushing_nothing_writes_nothing(store: MemoryStore) -> None:
    archive = archive_of(store, RecordLog())
    await archive.open(0)

    assert await flush(archive, 0, RotationReason.REVOKE) == []
    assert files_in(store) == []


async def test_a_partition_is_due_when_its_window_is_over(
    store: MemoryStore, clock: ManualClock
) -> None:
    log = RecordLog(make_records(0, 4))
    archive = archive_of(store, log, clock)
    await archive.open(0)
    due = [archive.due()]

    await archive.add(0, log.records[:2])
    await clock.advance(1.9)
    due.append(archive.due())
    await clock.advance(0.1)
    due.append(archive.due())
    await flush(archive, 0, RotationReason.WINDOW)
    await archive.add(0, log.records[2:])
    await clock.advance(29.9)
    due.append(archive.due())
    clock.jump(-86_400)
    await clock.advance(0.1)
    due.append(archive.due())

    assert due == [[], [], [0], [], [0]]


async def test_what_is_held_is_told_and_grows_old(store: MemoryStore, clock: ManualClock) -> None:
    log = RecordLog(make_records(0, 4))
    archive = archive_of(store, log, clock)
    before = archive.held(0)
    await archive.open(0)

    await archive.add(0, log.records[:1])
    await clock.advance(1.5)
    await archive.add(0, log.records[1:])

    size = sum(len(record.key or b"") + len(record.value or b"") for record in log.records)
    assert before == Held(0, 0, 0.0)
    assert archive.held(0) == Held(4, size, 1.5)
    await flush(archive, 0, RotationReason.WINDOW)
    assert archive.held(0) == Held(0, 0, 0.0)


async def test_records_that_come_again_are_dropped(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 12))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records)

    await archive.add(0, log.records)
    await archive.add(0, log.records[3:7])
    await flush(archive, 0, RotationReason.SHUTDOWN)

    assert offsets_in(store) == list(range(12))


async def test_a_restart_goes_on_behind_the_last_file(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 13))
    await archive_all(store, log)
    log.records += make_records(13, 4)

    again = archive_of(store, log, writer="worker-2")
    wanted = await again.open(0)
    await again.add(0, log.since(0))
    await flush(again, 0, RotationReason.SHUTDOWN)

    assert wanted == 13
    assert offsets_and_values(files_in(store)) == [
        (number, {"of": "grid", "number": number, "filler": ""}) for number in range(17)
    ]


async def test_offsets_that_were_not_delivered_are_never_passed_over(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 9))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records[:2])

    with pytest.raises(ChainBroken, match="offsets 2 to 4 were not delivered"):
        await archive.add(0, log.records[5:])
    with pytest.raises(ChainBroken, match="offsets 3 to 3 were not delivered"):
        await archive.add(0, [log.records[2], log.records[4]])

    assert archive.next_offset(0) == 2
    await archive.add(0, log.since(archive.next_offset(0)))
    await flush(archive, 0, RotationReason.SHUTDOWN)
    assert offsets_in(store) == list(range(9))


async def test_dropping_forgets_what_is_held_and_wants_it_again(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 14))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records)
    await archive.write(0)

    archive.drop(0)
    archive.drop(7)

    assert (archive.held(0).records, archive.next_offset(0), archive.due()) == (0, 10, [])
    await archive.add(0, log.since(10))
    await flush(archive, 0, RotationReason.SHUTDOWN)
    assert offsets_in(store) == list(range(14))


async def test_only_an_open_partition_takes_records(store: MemoryStore) -> None:
    archive = archive_of(store, RecordLog(make_records(0, 1)))

    with pytest.raises(ValueError, match="want an open partition, got 0"):
        await archive.add(0, make_records(0, 1))
    with pytest.raises(ValueError, match="want an open partition, got 0"):
        archive.next_offset(0)


async def test_a_log_without_the_partition_may_get_it_later(store: MemoryStore) -> None:
    archive = archive_of(store, RecordLog())

    with pytest.raises(BrokerUnavailable, match="the log has no such partition yet"):
        await archive.open(5)
