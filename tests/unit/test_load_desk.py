"""The loads of a worker's partitions: what holds one up holds up no other."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from support.loading import running_desk
from support.small_way import SmallWay

from greenpulse.lake.folder import FolderStore
from greenpulse.status import PipelineStatus
from greenpulse.warehouse.duckdb import DuckDBWarehouse

RECORDS = 25


async def load_until(
    is_over: Callable[[PipelineStatus], bool],
    way: SmallWay,
    *,
    given_up: frozenset[int] = frozenset(),
) -> PipelineStatus:
    """Run a desk on all partitions, of which some are given up at once."""
    store, warehouse = FolderStore(way.lake), DuckDBWarehouse(way.warehouse)
    async with running_desk(store, warehouse, set(range(way.partitions))) as (desk, status):
        desk.give_up(set(given_up))
        async with asyncio.timeout(60):
            while not is_over(status):
                await asyncio.sleep(0.01)
    return status


def is_waiting(status: PipelineStatus) -> bool:
    return status.parts["warehouse"].reason not in {"", "starting"}


def loaded(status: PipelineStatus) -> list[int | None]:
    return [partition.loaded_offset for _, partition in sorted(status.partitions.items())]


def test_a_broken_file_stops_the_loads_of_its_own_partition_alone(tmp_path: Path) -> None:
    way = SmallWay(tmp_path)
    for number in range(way.partitions):
        way.append_polls(RECORDS, number)
    way.archive()
    way.file(0, 0).write_bytes(b"no gzip")

    status = asyncio.run(load_until(is_waiting, way))

    assert loaded(status) == [None, RECORDS - 1, RECORDS - 1]
    assert "partition=0000/00000000000000000000" in status.parts["warehouse"].reason


def test_a_partition_that_was_given_up_is_left_to_others(tmp_path: Path) -> None:
    way = SmallWay(tmp_path)
    for number in range(way.partitions):
        way.append_polls(RECORDS, number)
    way.archive()

    status = asyncio.run(
        load_until(lambda status: loaded(status)[2] == RECORDS - 1, way, given_up=frozenset({1}))
    )

    assert loaded(status) == [RECORDS - 1, None, RECORDS - 1]
