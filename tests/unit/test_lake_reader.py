"""The chain, as the loader reads it."""

import gzip
import hashlib
from pathlib import Path

import pytest
from support.archiving import TOPIC, archive_in_files
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.errors import ChainBroken
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.store import StoredObject
from greenpulse.records import BronzeFile


def key_of(start: int) -> str:
    return str(BronzeKey(TOPIC, 0, start))


def ranges_of(files: list[BronzeFile]) -> list[tuple[int, int]]:
    return [(file.start_offset, file.end_offset) for file in files]


@pytest.fixture
async def store() -> MemoryStore:
    """A chain of 0..2, 3..3, 4..7, 8..9."""
    store = MemoryStore()
    await archive_in_files(store, RecordLog(make_records(0, 10)), [3, 1, 4, 2])
    return store


async def test_an_empty_lake_has_no_partitions_and_no_files() -> None:
    reader = ChainReader(MemoryStore())

    assert await reader.partitions(TOPIC) == []
    assert await reader.files_after(TOPIC, 0, None, limit=10) == []
    assert await reader.end(TOPIC, 0) is None


async def test_partitions_are_those_with_files_of_this_topic() -> None:
    store = MemoryStore()
    for partition in (0, 3, 12):
        for start in (0, 5):
            await store.create(str(BronzeKey(TOPIC, partition, start)), b"")
    await store.create(str(BronzeKey(f"{TOPIC}-2", 7, 0)), b"")
    await store.create("claims/base/greenpulse.polls/0009", b"{}")

    assert await ChainReader(store).partitions(TOPIC) == [0, 3, 12]


@pytest.mark.parametrize(
    ("end_offset", "limit", "expected"),
    [
        (None, 10, [(0, 2), (3, 3), (4, 7), (8, 9)]),
        (None, 2, [(0, 2), (3, 3)]),
        (2, 10, [(3, 3), (4, 7), (8, 9)]),
        (3, 1, [(4, 7)]),
        (9, 10, []),
    ],
)
async def test_the_next_files_come_oldest_first(
    store: MemoryStore, end_offset: int | None, limit: int, expected: list[tuple[int, int]]
) -> None:
    files = await ChainReader(store).files_after(TOPIC, 0, end_offset, limit=limit)

    assert ranges_of(files) == expected


async def test_a_file_is_described_as_it_was_when_it_was_written(store: MemoryStore) -> None:
    [file] = await ChainReader(store).files_after(TOPIC, 0, 2, limit=1)

    stored = store.objects[key_of(3)]
    assert file.key == key_of(3)
    assert file.sha256 == stored.metadata["sha256"]
    assert file.previous_sha256 == stored.metadata["previous-sha256"]
    assert (file.record_count, file.size_bytes, file.writer) == (1, len(stored.body), "worker-1")


async def test_lines_are_the_uncompressed_body(store: MemoryStore) -> None:
    reader = ChainReader(store)
    [file] = await reader.files_after(TOPIC, 0, 3, limit=1)

    assert await reader.lines(file) == gzip.decompress(store.objects[key_of(4)].body)


async def test_following_a_chain_lists_nothing_but_once(store: MemoryStore) -> None:
    reader = ChainReader(store)
    log = RecordLog(make_records(0, 20))
    await reader.files_after(TOPIC, 0, 9, limit=10)
    await archive_in_files(store, log, [3])
    listings = store.listings

    files = await reader.files_after(TOPIC, 0, 9, limit=10)
    nothing = await reader.files_after(TOPIC, 0, 12, limit=10)

    assert (ranges_of(files), nothing) == ([(10, 12)], [])
    assert store.listings == listings


async def test_the_end_is_the_last_archived_offset(store: MemoryStore) -> None:
    assert await ChainReader(store).end(TOPIC, 0) == 9


async def test_a_chain_that_leaves_an_offset_out_is_not_followed(store: MemoryStore) -> None:
    store.objects.pop(key_of(3))
    reader = ChainReader(store)

    files = await reader.files_after(TOPIC, 0, None, limit=10)

    assert ranges_of(files) == [(0, 2)]
    with pytest.raises(ChainBroken) as raised:
        await reader.files_after(TOPIC, 0, 2, limit=10)
    assert f"reading '{key_of(3)}': there is no such file" in str(raised.value)
    assert f"the chain goes on with '{key_of(4)}'" in str(raised.value)
    assert "'greenpulse audit' tells" in str(raised.value)


async def test_a_chain_without_its_first_file_is_not_followed(store: MemoryStore) -> None:
    store.objects.pop(key_of(0))

    with pytest.raises(ChainBroken, match="does not follow the file before it"):
        await ChainReader(store).files_after(TOPIC, 0, None, limit=10)


async def test_a_forged_file_is_not_followed(store: MemoryStore) -> None:
    body = gzip.compress(gzip.decompress(store.objects[key_of(3)].body).replace(b"grid", b"grit"))
    sha256 = hashlib.sha256(body).hexdigest()
    metadata = {**store.objects[key_of(3)].metadata, "sha256": sha256}
    store.objects[key_of(3)] = StoredObject(body, metadata)

    with pytest.raises(ChainBroken, match="does not follow the file before it"):
        await ChainReader(store).files_after(TOPIC, 0, 2, limit=10)


async def test_lines_of_a_file_that_changed_since_are_refused(store: MemoryStore) -> None:
    reader = ChainReader(store)
    [file] = await reader.files_after(TOPIC, 0, 3, limit=1)

    with pytest.raises(ChainBroken, match="its sha256 is no longer"):
        await reader.lines(BronzeFile(**(file.asdict() | {"sha256": "0" * 64})))


async def test_lines_of_a_file_that_is_gone_are_refused(store: MemoryStore) -> None:
    reader = ChainReader(store)
    [file] = await reader.files_after(TOPIC, 0, 3, limit=1)
    store.objects.pop(file.key)

    with pytest.raises(ChainBroken, match="there is no such file any more"):
        await reader.lines(file)


@pytest.mark.parametrize("loss", ["absent", "torn", "of another body"])
async def test_a_sidecar_that_fails_is_computed_anew_from_body_and_predecessor(
    tmp_path: Path, loss: str
) -> None:
    store = FolderStore(tmp_path)
    await archive_in_files(store, RecordLog(make_records(0, 10)), [3, 1, 4, 2])
    reader = ChainReader(store)
    before = await reader.files_after(TOPIC, 0, None, limit=10)
    for start in (0, 4, 8):
        sidecar = tmp_path / f"{key_of(start)}.json"
        if loss == "absent":
            sidecar.unlink()
        elif loss == "torn":
            sidecar.write_bytes(sidecar.read_bytes()[:40])
        else:
            sidecar.write_bytes((tmp_path / f"{key_of(3)}.json").read_bytes())

    after = await reader.files_after(TOPIC, 0, None, limit=10)

    without_writer = [file.asdict() | {"writer": ""} for file in before]
    assert [file.asdict() | {"writer": ""} for file in after] == without_writer
    await archive_in_files(store, RecordLog(make_records(0, 12)), [2])
    [last] = await reader.files_after(TOPIC, 0, 9, limit=10)
    assert last.previous_sha256 == before[-1].sha256
