"""What every warehouse keeps to: each range is loaded once, wholly or not at all.

Each test runs on each warehouse of ``support/warehouses.py``.
"""

import asyncio
from dataclasses import replace

import pytest
from support.staging import batch, staged
from support.warehouses import Open, offsets, select

from greenpulse.errors import WarehouseMismatch
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.warehouse import Staged, Warehouse


async def test_a_load_brings_rows_silver_and_its_manifest_row(warehouse: Warehouse) -> None:
    lines = batch(3, partition=2)

    load = await warehouse.load(lines)

    assert load is not None
    assert (load.topic, load.partition) == (POLLS_TOPIC, 2)
    assert (load.start_offset, load.end_offset, load.record_count) == (3, 7, 5)
    assert load.unreadable_count == 0
    assert await offsets(warehouse, 2) == [(n, 1) for n in range(3, 8)]
    assert await warehouse.raw_partitions() == [2]
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {2: 7}
    assert await warehouse.manifest_ends("another.topic") == {}
    manifest = "select content_sha256, load_id, record_count from ops.load_manifest"
    assert await select(warehouse, manifest) == [(lines.content_sha256, load.load_id, 5)]
    polls = "select log_offset from silver.poll where partition_id = 2 order by log_offset"
    assert await select(warehouse, polls) == [(n,) for n in range(3, 8)]


async def test_each_row_has_the_digest_of_its_bronze_line(warehouse: Warehouse) -> None:
    odd = '{"poll_id":"ä\u2028","n":[1.0,1e2,-0],"empty":{} , "x":"\\u00e4\\/"}'.encode()
    lines = staged([odd, None, b"", b"\xff\n"], 7)

    await warehouse.load(lines)

    expected = [warehouse.digest_of(line) for line in lines.ndjson.split(b"\n")[:-1]]
    assert len(set(expected)) == len(expected)
    assert [entry.digest for entry in await warehouse.offsets(0, None)] == expected


async def test_offsets_come_in_pages(warehouse: Warehouse) -> None:
    await warehouse.load(batch(10))

    pages = [
        [entry.offset for entry in await warehouse.offsets(0, after, limit=2)]
        for after in (None, 11, 13, 14)
    ]

    assert pages == [[10, 11], [12, 13], [14], []]


async def test_the_same_load_twice_is_one_load(warehouse: Warehouse, open_warehouse: Open) -> None:
    await warehouse.load(batch(0))
    await warehouse.load(batch(5))

    assert await warehouse.load(batch(5)) is None
    assert await open_warehouse().load(batch(0)) is None
    assert await warehouse.load(batch(2, record_count=6)) is None
    assert await offsets(warehouse) == [(n, 1) for n in range(10)]
    assert await select(warehouse, "select count(*) from ops.load_manifest") == [(2,)]


@pytest.mark.parametrize(
    "wrong",
    [
        batch(6),  # a gap
        batch(3),  # an overlap
        batch(4, record_count=1_000),
    ],
    ids=["gap", "overlap", "long overlap"],
)
async def test_a_range_that_does_not_follow_is_refused(warehouse: Warehouse, wrong: Staged) -> None:
    await warehouse.load(batch(0))

    with pytest.raises(WarehouseMismatch, match="partition 0"):
        await warehouse.load(wrong)

    assert await offsets(warehouse) == [(n, 1) for n in range(5)]
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}


async def test_each_partition_has_a_sequence_of_its_own(warehouse: Warehouse) -> None:
    for partition, start in ((0, 0), (1, 100), (0, 5), (1, 105)):
        await warehouse.load(batch(start, partition=partition))

    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 9, 1: 109}


async def test_a_hole_that_was_accepted_is_part_of_its_range(warehouse: Warehouse) -> None:
    first, second = staged([b"{}"], 0), staged([b"{}"], 5)
    both = first.ndjson + second.ndjson
    holed = replace(first, end_offset=5, record_count=2, ndjson=both, content_sha256="0" * 64)

    await warehouse.load(holed)

    assert await offsets(warehouse) == [(0, 1), (5, 1)]
    assert await warehouse.load(batch(6)) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        replace(batch(5), record_count=4),
        replace(batch(5), record_count=6),
        replace(batch(5), ndjson=batch(5).ndjson * 2, record_count=10),
        replace(batch(5), ndjson=batch(5, record_count=6).ndjson),
        replace(batch(5), ndjson=batch(5, partition=1).ndjson),
        replace(batch(5), ndjson=batch(50).ndjson),
        replace(batch(5), ndjson=b"no line\n" * 5),
        replace(batch(5), ndjson=b"\xff\n" * 5),
        replace(batch(5), ndjson=b""),
    ],
    ids=[
        "a line too many",
        "a line too few",
        "doubled",
        "behind its end",
        "of another partition",
        "of another range",
        "no JSON",
        "no UTF-8",
        "nothing",
    ],
)
async def test_lines_that_do_not_make_up_the_range_leave_nothing(
    warehouse: Warehouse, wrong: Staged
) -> None:
    await warehouse.load(batch(0))

    with pytest.raises(WarehouseMismatch):
        await warehouse.load(wrong)

    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}
    assert await select(warehouse, "select count(*) from bronze.raw_intensity") == [(5,)]
    assert await select(warehouse, "select count(*) from silver.poll") == [(5,)]
    assert await warehouse.load(batch(5)) is not None


async def test_two_loaders_at_once_load_each_range_once(
    warehouse: Warehouse, open_warehouse: Open
) -> None:
    async def load_all(loader: Warehouse) -> list[int]:
        loads = [await loader.load(batch(start)) for start in range(0, 25, 5)]
        return [load.start_offset for load in loads if load is not None]

    loaded = await asyncio.gather(*(load_all(open_warehouse()) for _ in range(3)))

    assert sorted(start for starts in loaded for start in starts) == [0, 5, 10, 15, 20]
    assert await offsets(warehouse) == [(n, 1) for n in range(25)]
    assert await select(warehouse, "select count(*) from ops.load_manifest") == [(5,)]
