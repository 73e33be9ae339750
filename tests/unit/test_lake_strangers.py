"""Another program that writes into the lake: nothing of it is read, and nothing overwritten."""

import gzip

import pytest
from support.archiving import TOPIC, archive_all, archive_in_files, archive_of, flush, offsets_in
from support.auditing import audit
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records
from support.small_way import SmallWay

from greenpulse.errors import ChainBroken, LogMismatch
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.rotation import RotationReason

STRANGE_NAMES = [
    "000.txt",
    "00000000000000000003.ndjson.gz.bak",
    "00000000000000000003.ndjson",
    "0000000000000000003.ndjson.gz",
    "README",
    "year=2026/part-0000.parquet",
]


def key_of(start: int) -> str:
    return str(BronzeKey(TOPIC, 0, start))


@pytest.fixture
def log() -> RecordLog:
    return RecordLog(make_records(0, 10))


@pytest.fixture
async def store(log: RecordLog) -> MemoryStore:
    """A chain of 0..2, 3..3, 4..7, 8..9."""
    store = MemoryStore()
    await archive_in_files(store, log, [3, 1, 4, 2])
    return store


async def put_strangers(store: MemoryStore, names: list[str]) -> None:
    for name in names:
        assert await store.create(f"topic={TOPIC}/partition=0000/{name}", b"theirs")


@pytest.mark.parametrize("name", STRANGE_NAMES)
async def test_files_of_strange_names_change_nothing(
    store: MemoryStore, log: RecordLog, name: str
) -> None:
    await put_strangers(store, [name])
    log.records += make_records(10, 5)

    await archive_all(store, log)
    reader = ChainReader(store)
    files = await reader.files_after(TOPIC, 0, None, limit=10)

    assert [file.start_offset for file in files] == [0, 3, 4, 8, 10]
    assert await reader.files_after(TOPIC, 0, 14, limit=10) == []
    assert await reader.end(TOPIC, 0) == 14
    assert await reader.partitions(TOPIC) == [0]
    assert await reader.strangers(TOPIC) == [f"topic={TOPIC}/partition=0000/{name}"]
    assert store.objects[f"topic={TOPIC}/partition=0000/{name}"].body == b"theirs"


async def test_however_many_they_are(store: MemoryStore, log: RecordLog) -> None:
    await put_strangers(store, [f"{number:019d}.csv" for number in range(2500)])
    log.records += make_records(10, 5)

    await archive_all(store, log)

    reader = ChainReader(store)
    assert await reader.end(TOPIC, 0) == 14
    assert len(await reader.files_after(TOPIC, 0, None, limit=10)) == 5


def theirs(first: int, *, of: str) -> bytes:
    """A body that is gzip of NDJSON and says it is of this partition."""
    line = b'{"topic":"%b","partition":0,"offset":%d,"appended_at":"2026-01-31T12:00:00.000000Z",'
    line += b'"key":null,"poll":{"of":"%b"}}\n'
    return gzip.compress(line % (TOPIC.encode(), first, of.encode()))


@pytest.mark.parametrize("start", [10, 5_000])
@pytest.mark.parametrize("body", [b"PAR1", gzip.compress(b"a,b\n1,2\n")], ids=["binary", "csv.gz"])
async def test_a_file_of_theirs_under_a_key_of_ours_stops_the_partition_and_stays(
    store: MemoryStore, log: RecordLog, start: int, body: bytes
) -> None:
    await store.create(key_of(start), body)
    log.records += make_records(10, 5)
    before = dict(store.objects)

    with pytest.raises(ChainBroken) as raised:
        await archive_of(store, log).open(0)

    assert str(raised.value).startswith(f"reading '{key_of(start)}': ")
    assert "take it away" in str(raised.value)
    assert store.objects == before


async def test_a_file_that_they_put_before_a_running_writer_stops_it_and_stays(
    store: MemoryStore, log: RecordLog
) -> None:
    log.records += make_records(10, 5)
    archive = archive_of(store, log)
    await archive.add(0, log.since(await archive.open(0)))
    await store.create(key_of(10), b"PAR1")

    with pytest.raises(ChainBroken, match="take it away"):
        await flush(archive, 0, RotationReason.WINDOW)
    assert store.objects[key_of(10)].body == b"PAR1"

    # The way out that it says: what the log still has is archived then.
    store.objects.pop(key_of(10))
    await archive_all(store, log)
    assert offsets_in(store) == list(range(15))


@pytest.mark.parametrize("start", [10, 14])
async def test_forged_records_stop_the_partition_before_anything_follows_them(
    store: MemoryStore, log: RecordLog, start: int
) -> None:
    await store.create(key_of(start), theirs(start, of="forger"))
    log.records += make_records(10, 5)
    before = dict(store.objects)

    with pytest.raises(ChainBroken) as raised:
        await archive_of(store, log).open(0)

    assert f"offset {start} is another record in the log than in '{key_of(start)}'" in str(
        raised.value
    )
    assert "though the file before it is of this log; put the file back" in str(raised.value)
    assert store.objects == before


async def test_forged_records_that_the_log_has_not_given_yet_stop_it_too(
    store: MemoryStore, log: RecordLog
) -> None:
    await store.create(key_of(5_000), theirs(5_000, of="forger"))

    with pytest.raises(LogMismatch, match="ends at offset 5000, the log at 9"):
        await archive_of(store, log).open(0)


def test_the_audit_names_strange_files_and_proves_the_rest(way: SmallWay) -> None:
    folder = way.file(0, 0).parent
    (folder / "000.csv").write_bytes(b"a,b")
    (folder / "part-0.parquet").write_bytes(b"PAR1")

    result = audit("--complete")

    assert result.exit_code == 0
    assert "has 2 files of another program, such as 'topic=greenpulse.polls/partition=0000/000" in (
        result.stdout
    )
    assert "give that program a place of its own" in result.stdout


def test_the_loader_passes_strange_files_by(way: SmallWay) -> None:
    (way.file(0, 0).parent / "000.csv").write_bytes(b"a,b")
    way.warehouse.unlink()
    way.append_polls(5, partition=0)
    way.archive()

    way.load()

    assert audit("--complete").exit_code == 0
