"""The loader over a chain in memory and a real warehouse."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.memory_chain import MemoryChain
from support.staging import batch

from greenpulse.errors import ChainBroken, StoreUnavailable, WarehouseMismatch
from greenpulse.records import POLLS_TOPIC, BronzeFile, WarehouseLoad
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.load import Loader
from greenpulse.warehouse.warehouse import Identity, Staged

OURS = Identity("warehouse a", "lake a")


class LosesTheFirstAnswer(MemoryChain):
    """A chain whose store does not answer when it is first asked for lines."""

    def __init__(self, *, files: int) -> None:
        super().__init__(files=files)
        self._has_failed = False

    async def lines(self, file: BronzeFile) -> bytes:
        if not self._has_failed:
            self._has_failed = True
            message = "reading a file: no answer"
            raise StoreUnavailable(message)
        return await super().lines(file)


class HasABrokenFile(MemoryChain):
    """A chain of which the second file was altered."""

    async def lines(self, file: BronzeFile) -> bytes:
        if file.start_offset == 5:
            message = "reading a file: its hash is another"
            raise ChainBroken(message)
        return await super().lines(file)


class CountsOpenings(DuckDBWarehouse):
    """Counts what the loader asks of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.calls: list[str] = []

    async def manifest_ends(self, topic: str) -> dict[int, int]:
        self.calls.append("manifest_ends")
        return await super().manifest_ends(topic)

    async def load(self, staged: Staged) -> WarehouseLoad | None:
        self.calls.append("load")
        return await super().load(staged)


@pytest.fixture
async def warehouse(tmp_path: Path) -> AsyncIterator[CountsOpenings]:
    warehouse = CountsOpenings(tmp_path / "warehouse.duckdb")
    yield warehouse
    await warehouse.close()


def loader_of(
    warehouse: DuckDBWarehouse, chain: MemoryChain, *, max_bytes: int = 1 << 20, max_files: int = 4
) -> Loader:
    return Loader(
        warehouse,
        chain,
        topic=POLLS_TOPIC,
        identity=OURS,
        max_bytes=max_bytes,
        max_files=max_files,
    )


async def ranges(loader: Loader) -> list[tuple[int, int]]:
    """What is loaded until nothing is left."""
    loaded = []
    while (load := await loader.load_next(0)) is not None:
        loaded.append((load.start_offset, load.end_offset))
    return loaded


async def test_many_small_files_become_few_loads(warehouse: CountsOpenings) -> None:
    loader = loader_of(warehouse, MemoryChain(files=10))
    await loader.start()

    assert await ranges(loader) == [(0, 19), (20, 39), (40, 49)]
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 49}
    assert [o.offset for o in await warehouse.offsets(0, None)] == list(range(50))


async def test_a_load_is_bounded_in_bytes_but_takes_a_file_at_least(
    warehouse: CountsOpenings,
) -> None:
    chain = MemoryChain(files=4)
    two_files = len(chain.bodies[2]) + len(chain.bodies[3])

    two_at_once = loader_of(warehouse, chain, max_bytes=two_files)
    await two_at_once.start()
    assert await ranges(two_at_once) == [(0, 9), (10, 19)]

    chain.grow(2)
    one_at_once = loader_of(warehouse, chain, max_bytes=1)
    assert await ranges(one_at_once) == [(20, 24), (25, 29)]


async def test_waking_up_for_nothing_opens_no_warehouse(warehouse: CountsOpenings) -> None:
    chain = MemoryChain(files=1)
    loader = loader_of(warehouse, chain)
    await loader.start()
    await loader.load_next(0)
    await loader.load_next(0)
    warehouse.calls.clear()

    assert await loader.load_next(0) is None
    assert await loader.load_next(1) is None
    assert warehouse.calls == []

    chain.grow(1)
    assert await ranges(loader) == [(5, 9)]
    assert warehouse.calls == ["load"]


async def test_another_loader_went_on_in_the_meantime(warehouse: CountsOpenings) -> None:
    chain = MemoryChain(files=1)
    first, second = loader_of(warehouse, chain), loader_of(warehouse, chain)
    await first.start()
    await first.load_next(0)
    await second.load_next(0)

    chain.grow(1)
    assert await ranges(first) == [(5, 9)]
    chain.grow(1)
    # What second wants to load, 5 to 14, overlaps what first did.
    assert await ranges(second) == [(10, 14)]
    assert await ranges(first) == []
    assert [o.row_count for o in await warehouse.offsets(0, None)] == [1] * 15


async def test_a_store_that_does_not_answer_costs_nothing(warehouse: CountsOpenings) -> None:
    loader = loader_of(warehouse, LosesTheFirstAnswer(files=3))
    await loader.start()

    with pytest.raises(StoreUnavailable):
        await loader.load_next(0)

    assert await ranges(loader) == [(0, 14)]


async def test_a_broken_file_stops_its_partition_before_it(warehouse: CountsOpenings) -> None:
    loader = loader_of(warehouse, HasABrokenFile(files=3), max_files=1)
    await loader.start()

    with pytest.raises(ChainBroken):
        await ranges(loader)

    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}


async def test_a_chain_that_does_not_reach_the_manifest_is_refused(
    warehouse: CountsOpenings,
) -> None:
    class SkipsAFile(MemoryChain):
        async def files_after(
            self, topic: str, partition: int, end_offset: int | None, *, limit: int
        ) -> list[BronzeFile]:
            return (await super().files_after(topic, partition, end_offset, limit=limit))[1:]

    chain = SkipsAFile(files=1)
    loader = loader_of(warehouse, chain)
    await loader.start()
    await warehouse.load(batch(0))
    chain.grow(2)

    with pytest.raises(WarehouseMismatch, match="10 to 14"):
        await loader.load_next(0)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (replace(OURS, lake_id="lake b"), "holds lake 'lake b'.*set GREENPULSE_WAREHOUSE"),
        (replace(OURS, warehouse_id="warehouse b"), "is 'warehouse b'.*set GREENPULSE_WAREHOUSE"),
    ],
)
async def test_a_warehouse_of_another_lake_is_refused(
    warehouse: CountsOpenings, found: Identity, words: str
) -> None:
    await warehouse.deploy()
    await warehouse.claim_identity(found)

    with pytest.raises(WarehouseMismatch, match=words):
        await loader_of(warehouse, MemoryChain()).start()


async def test_the_same_lake_may_start_again(warehouse: CountsOpenings) -> None:
    await loader_of(warehouse, MemoryChain()).start()

    await loader_of(warehouse, MemoryChain()).start()

    assert await warehouse.identity() == OURS
