"""The archive of one partition, step by step."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

import pytest
from support.bronze import PlainFile, offsets_and_values, plain_files
from support.manual_clock import ManualClock
from support.memory_store import FailsAtFirst, LosesTheAnswer, MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.broker.log import LogRecord, OffsetBounds
from greenpulse.errors import BrokerUnavailable, ChainBroken, LogMismatch, PermanentError
from greenpulse.lake.archive import Archive, Held
from greenpulse.lake.buffer import Buffer
from greenpulse.lake.claims import Claims
from greenpulse.lake.files import NO_PREDECESSOR
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.rotation import RotationPolicy, RotationReason
from greenpulse.lake.store import Store
from greenpulse.lake.writer import ChainEnd, ChainWriter

TOPIC = "greenpulse.polls"
ROTATION = RotationPolicy(window_seconds=30.0, max_records=10, max_bytes=1 << 20)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def archive_of(
    store: Store,
    log: RecordLog,
    clock: ManualClock | None = None,
    *,
    writer: str = "worker-1",
    verify: Literal["tail", "full"] = "tail",
) -> Archive:
    return Archive(
        store,
        log,
        clock or ManualClock(),
        topic=TOPIC,
        writer=writer,
        rotation=ROTATION,
        verify=verify,
    )


def files_in(store: MemoryStore) -> list[PlainFile]:
    return plain_files({key: (o.body, o.metadata) for key, o in store.objects.items()})


def offsets_in(store: MemoryStore) -> list[int]:
    return [offset for offset, _ in offsets_and_values(files_in(store))]


class AppendsAfterItsFirstAnswer(RecordLog):
    """Gives its bounds, and at once has more records than they say."""

    def __init__(self, log: RecordLog, appended: Sequence[LogRecord]) -> None:
        super().__init__(log.records)
        self._appended = list(appended)

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        bounds = await super().bounds(topic)
        self.records += self._appended
        self._appended = []
        return bounds


async def seen(is_so: Callable[[], bool]) -> None:
    """Let others run until it is so; the test's own timeout is the limit."""
    while not is_so():
        await asyncio.sleep(0)


async def archive_all(store: MemoryStore, log: RecordLog, *, writer: str = "worker-1") -> Archive:
    """A worker that archived the whole of ``log`` and goes on."""
    archive = archive_of(store, log, writer=writer)
    await archive.add(0, log.since(await archive.open(0)))
    await archive.flush(0, RotationReason.WINDOW)
    return archive


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

    written = await archive.add(0, log.records)

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

    [written] = await archive.flush(0, RotationReason.SHUTDOWN)

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

    assert await archive.flush(0, RotationReason.REVOKE) == []
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
    await archive.flush(0, RotationReason.WINDOW)
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
    await archive.flush(0, RotationReason.WINDOW)
    assert archive.held(0) == Held(0, 0, 0.0)


async def test_records_that_come_again_are_dropped(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 12))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records)

    await archive.add(0, log.records)
    await archive.add(0, log.records[3:7])
    await archive.flush(0, RotationReason.SHUTDOWN)

    assert offsets_in(store) == list(range(12))


async def test_a_restart_goes_on_behind_the_last_file(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 13))
    await archive_all(store, log)
    log.records += make_records(13, 4)

    again = archive_of(store, log, writer="worker-2")
    wanted = await again.open(0)
    await again.add(0, log.since(0))
    await again.flush(0, RotationReason.SHUTDOWN)

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
    await archive.flush(0, RotationReason.SHUTDOWN)
    assert offsets_in(store) == list(range(9))


async def test_dropping_forgets_what_is_held_and_wants_it_again(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 14))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records)

    archive.drop(0)
    archive.drop(7)

    assert (archive.held(0).records, archive.next_offset(0), archive.due()) == (0, 10, [])
    await archive.add(0, log.since(10))
    await archive.flush(0, RotationReason.SHUTDOWN)
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


# Another writer at the same time.


async def test_the_slower_of_two_writers_adopts_what_the_faster_wrote(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 9))
    slow, fast = archive_of(store, log), archive_of(store, log, writer="worker-2")
    await slow.open(0)
    await fast.open(0)
    await slow.add(0, log.records)
    await fast.add(0, log.records[:4])
    await fast.flush(0, RotationReason.WINDOW)

    written = await slow.flush(0, RotationReason.WINDOW)

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
    written = await zombie.flush(0, RotationReason.REVOKE)
    moved_to = (zombie.durable_offset(0), zombie.next_offset(0))
    await zombie.add(0, log.records[5:31])
    written += await zombie.flush(0, RotationReason.REVOKE)

    assert [(w.file.end_offset, w.is_adopted) for w in written] == [(9, True), (37, True)]
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

    flushing = asyncio.create_task(slow.flush(0, RotationReason.WINDOW))
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
    await slow.flush(0, RotationReason.WINDOW)

    assert offsets_in(store) == list(range(14))


async def test_two_logs_cannot_share_a_lake(store: MemoryStore) -> None:
    ours, theirs = RecordLog(make_records(0, 5)), RecordLog(make_records(0, 5, of="other"))
    stranger = archive_of(store, theirs, writer="stranger")
    await stranger.open(0)
    await stranger.add(0, theirs.records)
    await archive_all(store, ours)
    before = files_in(store)

    with pytest.raises(LogMismatch, match="another worker has put other records there"):
        await stranger.flush(0, RotationReason.WINDOW)
    with pytest.raises(LogMismatch):
        await stranger.flush(0, RotationReason.WINDOW)
    assert files_in(store) == before


async def test_files_flushed_twice_at_once_are_told_once(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 9))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records[:4])

    told = await asyncio.gather(
        archive.flush(0, RotationReason.WINDOW),
        archive.flush(0, RotationReason.REVOKE),
        archive.add(0, log.records[4:]),
        archive.flush(0, RotationReason.SHUTDOWN),
    )

    ends = [written.file.end_offset for news in told for written in news]
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


# A store that is away.


async def test_the_same_bytes_are_offered_until_the_store_takes_them(
    store: MemoryStore, clock: ManualClock
) -> None:
    log = RecordLog(make_records(0, 5))
    away = FailsAtFirst(store, failures=0)
    archive = archive_of(away, log, clock)
    await archive.open(0)
    away.failures, away.offered = 6, []
    await archive.add(0, log.records)

    flushing = asyncio.create_task(archive.flush(0, RotationReason.WINDOW))
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


async def test_a_write_can_be_given_up_while_the_store_is_away(
    store: MemoryStore, clock: ManualClock
) -> None:
    log = RecordLog(make_records(0, 5))
    away = FailsAtFirst(store, failures=0)
    archive = archive_of(away, log, clock)
    await archive.open(0)
    await archive.add(0, log.records)
    away.failures = 1_000_000
    flushing = asyncio.create_task(archive.flush(0, RotationReason.REVOKE))
    await seen(lambda: archive.trouble is not None)

    flushing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flushing
    held = archive.held(0).records
    due = archive.due()
    away.failures = 0
    await archive.flush(0, RotationReason.REVOKE)

    assert (held, due) == (5, [0])
    assert offsets_in(store) == list(range(5))


async def test_what_a_given_up_write_held_can_be_dropped(
    store: MemoryStore, clock: ManualClock
) -> None:
    log = RecordLog(make_records(0, 5))
    away = FailsAtFirst(store, failures=0)
    archive = archive_of(away, log, clock)
    await archive.open(0)
    await archive.add(0, log.records)
    away.failures = 1_000_000
    flushing = asyncio.create_task(archive.flush(0, RotationReason.REVOKE))
    await seen(lambda: archive.trouble is not None)
    flushing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flushing

    archive.drop(0)

    assert (archive.held(0).records, archive.next_offset(0), archive.due()) == (0, 0, [])


async def test_a_lost_answer_is_recognised_as_our_own_success(
    store: MemoryStore, clock: ManualClock
) -> None:
    log = RecordLog(make_records(0, 5))
    lossy = LosesTheAnswer(store, losses=0)
    archive = archive_of(lossy, log, clock)
    await archive.open(0)
    await archive.add(0, log.records)
    lossy.losses = 1

    flushing = asyncio.create_task(archive.flush(0, RotationReason.WINDOW))
    await seen(lambda: archive.trouble is not None)
    await clock.advance(20.0)
    [written] = await flushing

    assert not written.is_adopted
    assert len(files_in(store)) == 1


# A log that is not what it was.


async def test_a_recreated_log_is_refused_with_the_way_out(store: MemoryStore) -> None:
    await archive_all(store, RecordLog(make_records(0, 15)))

    recreated = archive_of(store, RecordLog(make_records(0, 40, of="other")))

    with pytest.raises(LogMismatch) as raised:
        await recreated.open(0)
    message = str(raised.value)
    assert "offset 14 is another record in the log than in 'topic=greenpulse.polls" in message
    for step in (
        "greenpulse audit --complete",
        "stop all workers",
        "delete the greenpulse topics and the consumer group",
        "take a new lake prefix and a new warehouse",
        "greenpulse import",
    ):
        assert step in message


@pytest.mark.parametrize("count", [0, 3, 14])
async def test_a_log_that_ends_before_the_chain_is_refused(store: MemoryStore, count: int) -> None:
    await archive_all(store, RecordLog(make_records(0, 15)))

    shorter = archive_of(store, RecordLog(make_records(0, count)))

    with pytest.raises(LogMismatch, match="ends at offset 14"):
        await shorter.open(0)


async def test_a_chain_that_grows_while_it_is_opened_is_not_taken_for_a_strangers(
    store: MemoryStore,
) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    growing = AppendsAfterItsFirstAnswer(RecordLog(log.records[:12]), log.records[12:])

    assert await archive_of(store, growing).open(0) == 15


async def test_a_log_that_expired_up_to_the_chain_goes_on(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    log.records += make_records(15, 3)
    log.expire_before(15)

    archive = archive_of(store, log)
    wanted = await archive.open(0)
    await archive.add(0, log.since(wanted))
    await archive.flush(0, RotationReason.WINDOW)

    assert wanted == 15
    assert offsets_in(store) == list(range(18))


async def test_a_log_that_is_empty_and_expired_up_to_the_chain_goes_on(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)

    archive = archive_of(store, RecordLog(first=15))

    assert await archive.open(0) == 15


@pytest.mark.parametrize("is_empty", [False, True])
async def test_expired_offsets_stop_the_partition_until_they_are_accepted(
    store: MemoryStore, *, is_empty: bool
) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    log.records += make_records(15, 15)
    log.expire_before(30 if is_empty else 21)
    archive = archive_of(store, log)
    last = 29 if is_empty else 20

    with pytest.raises(PermanentError) as raised:
        await archive.open(0)
    await Claims(store).accept_gap(TOPIC, 0, OffsetRange(15, last))
    wanted = await archive.open(0)
    wanted_then = archive.next_offset(0)
    log.records += make_records(30, 3)
    written = await archive.add(0, log.since(wanted))
    written += await archive.flush(0, RotationReason.WINDOW)

    assert f"run 'greenpulse accept-gap 0 15 {last}'" in str(raised.value)
    assert wanted == last + 1 == wanted_then
    assert written[0].file.start_offset == 15
    assert written[0].file.missing_offsets == f"15-{last}"
    assert offsets_in(store) == [*range(15), *range(last + 1, 33)]
    assert await archive_of(store, log).open(0) == 33


async def test_a_gap_accepted_in_part_names_what_is_left(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    log.records += make_records(15, 15)
    log.expire_before(25)
    await Claims(store).accept_gap(TOPIC, 0, OffsetRange(15, 19))

    with pytest.raises(PermanentError, match="accept-gap 0 20 24"):
        await archive_of(store, log).open(0)


async def test_a_gap_accepted_too_widely_loses_only_what_the_log_has_lost(
    store: MemoryStore,
) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    log.records += make_records(15, 15)
    log.expire_before(20)
    await Claims(store).accept_gap(TOPIC, 0, OffsetRange(0, 99))
    archive = archive_of(store, log)

    await archive.add(0, log.since(await archive.open(0)))
    await archive.flush(0, RotationReason.WINDOW)

    assert offsets_in(store) == [*range(15), *range(20, 30)]


async def test_offsets_that_expire_under_a_running_worker_stop_it_too(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 30))
    archive = archive_of(store, log)
    await archive.open(0)
    await archive.add(0, log.records[:3])
    log.expire_before(8)

    with pytest.raises(PermanentError, match="accept-gap 0 3 7"):
        await archive.add(0, log.since(3, 4))
    await Claims(store).accept_gap(TOPIC, 0, OffsetRange(3, 7))
    await archive.add(0, log.since(3, 4))
    await archive.flush(0, RotationReason.WINDOW)

    assert offsets_in(store) == [0, 1, 2, 8, 9, 10, 11]
    assert files_in(store)[0].metadata["missing-offsets"] == "3-7"


async def test_a_base_whose_records_expired_before_the_first_file_is_a_gap_too(
    store: MemoryStore,
) -> None:
    log = RecordLog(make_records(0, 20))
    await archive_of(store, log).open(0)
    log.expire_before(12)

    with pytest.raises(PermanentError, match="accept-gap 0 0 11"):
        await archive_of(store, log).open(0)


async def test_a_log_recreated_before_the_first_file_is_refused_where_it_is_shorter(
    store: MemoryStore,
) -> None:
    await archive_of(store, RecordLog(make_records(120, 5))).open(0)

    with pytest.raises(LogMismatch):
        await archive_of(store, RecordLog(make_records(0, 5))).open(0)


# A chain that is not what it was.


async def test_a_damaged_last_file_stops_the_partition_and_stays(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    last = files_in(store)[-1]
    store.objects.pop(last.key)
    await store.create(last.key, last.body[:-5], last.metadata)

    with pytest.raises(ChainBroken, match="put the file back from a copy"):
        await archive_of(store, log).open(0)
    assert store.objects[last.key].body == last.body[:-5]


async def test_a_last_file_that_was_taken_away_is_written_again_from_the_log(
    store: MemoryStore,
) -> None:
    log = RecordLog(make_records(0, 15))
    await archive_all(store, log)
    before = files_in(store)
    store.objects.pop(before[-1].key)

    await archive_all(store, log)

    assert files_in(store) == before


async def test_full_verification_finds_what_the_tail_does_not_show(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 35))
    await archive_all(store, log)
    store.objects.pop(files_in(store)[1].key)

    assert await archive_of(store, log).open(0) == 35
    with pytest.raises(ChainBroken, match="no bronze file holds offsets 10 to 19"):
        await archive_of(store, log, verify="full").open(0)


async def test_full_verification_passes_a_whole_chain(store: MemoryStore) -> None:
    log = RecordLog(make_records(0, 35))
    await archive_all(store, log)

    assert await archive_of(store, log, verify="full").open(0) == 35
