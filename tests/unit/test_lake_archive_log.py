"""The archive before a log, or a chain, that is not what it was."""

from collections.abc import Sequence

import pytest
from support.archiving import TOPIC, archive_all, archive_of, files_in, flush, offsets_in
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.broker.log import LogRecord, OffsetBounds
from greenpulse.errors import ChainBroken, LogMismatch, PermanentError
from greenpulse.lake.claims import Claims
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.rotation import RotationReason


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


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


async def test_a_log_that_is_recreated_in_use_is_refused_before_anything_of_it_is_written(
    store: MemoryStore,
) -> None:
    log = RecordLog(make_records(0, 15))
    archive = archive_of(store, log)
    await archive.add(0, log.since(await archive.open(0), 15))
    await flush(archive, 0, RotationReason.WINDOW)
    log.records, log.topic_identity = make_records(0, 40, of="other"), "second"

    await archive.add(0, log.since(15))
    with pytest.raises(LogMismatch, match=r"was deleted and made anew.*greenpulse import"):
        await flush(archive, 0, RotationReason.WINDOW)

    assert offsets_in(store) == list(range(15))


async def test_a_lake_that_is_emptied_in_use_is_not_begun_anew_by_itself(
    store: MemoryStore,
) -> None:
    await Claims(store).claim_lake()
    archive = archive_of(store, RecordLog(make_records(0, 15)))
    await archive.open(0)
    store.objects.clear()

    with pytest.raises(PermanentError, match=r"emptied or made anew: put its files back"):
        await archive.open(0)
    await Claims(store).claim_lake()
    with pytest.raises(PermanentError, match="stop all workers, take a new lake prefix"):
        await archive.open(0)

    assert offsets_in(store) == []


@pytest.mark.parametrize(
    ("count", "log"),
    [(0, "the log holds nothing"), (3, "the log at 2"), (14, "the log at 13")],
)
async def test_a_log_that_ends_before_the_chain_is_refused(
    store: MemoryStore, count: int, log: str
) -> None:
    await archive_all(store, RecordLog(make_records(0, 15)))

    shorter = archive_of(store, RecordLog(make_records(0, count)))

    with pytest.raises(LogMismatch, match=f"ends at offset 14, {log}, so they"):
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
    await flush(archive, 0, RotationReason.WINDOW)

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
    await archive.add(0, log.since(wanted))
    written = await flush(archive, 0, RotationReason.WINDOW)

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
    await flush(archive, 0, RotationReason.WINDOW)

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
    await flush(archive, 0, RotationReason.WINDOW)

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
