"""Which warehouse a lake feeds is claimed in the lake, by the warehouse that is there first."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.loading import opened
from support.memory_store import MemoryStore

from greenpulse.errors import WarehouseMismatch
from greenpulse.lake.claims import Claims
from greenpulse.warehouse.duckdb import DuckDBWarehouse


@pytest.fixture
def lake() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def warehouse(tmp_path: Path) -> AsyncIterator[DuckDBWarehouse]:
    warehouse = DuckDBWarehouse(tmp_path / "warehouse.duckdb")
    yield warehouse
    await warehouse.close()


async def test_a_new_file_beside_a_lake_that_feeds_another_one_is_refused_and_stays_empty(
    lake: MemoryStore, warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    # Another machine's, or a new one for one that was lost.
    await opened(lake, warehouse)
    other = DuckDBWarehouse(tmp_path / "other.duckdb")

    with pytest.raises(WarehouseMismatch, match="it is new, and the lake feeds"):
        await opened(lake, other)

    assert await other.identity() is None
    await other.close()


async def test_a_warehouse_of_another_lake_claims_nothing_in_this_one(
    lake: MemoryStore, warehouse: DuckDBWarehouse
) -> None:
    await opened(MemoryStore(), warehouse)

    with pytest.raises(WarehouseMismatch, match="it holds lake"):
        await opened(lake, warehouse)

    assert await Claims(lake).warehouse() is None


async def test_a_warehouse_of_this_lake_whose_claim_was_lost_is_claimed_again(
    lake: MemoryStore, warehouse: DuckDBWarehouse
) -> None:
    # Or was never made: a worker died between the row in the warehouse and the claim.
    await opened(lake, warehouse)
    before = await warehouse.identity()
    for key in [key for key in lake.objects if key.startswith("claims/warehouse/")]:
        lake.objects.pop(key)

    await opened(lake, warehouse)

    assert await warehouse.identity() == before
    claim = await Claims(lake).warehouse()
    assert claim is not None
    assert before is not None
    assert claim.warehouse_id == before.warehouse_id


async def test_loaders_that_open_a_new_warehouse_at_once_agree(
    lake: MemoryStore, warehouse: DuckDBWarehouse
) -> None:
    await asyncio.gather(*(opened(lake, warehouse) for _ in range(4)))

    claim, identity = await Claims(lake).warehouse(), await warehouse.identity()
    assert claim is not None
    assert identity is not None
    assert claim.warehouse_id == identity.warehouse_id


async def test_a_second_warehouse_for_a_lake_is_refused(
    lake: MemoryStore, warehouse: DuckDBWarehouse, tmp_path: Path
) -> None:
    await opened(lake, warehouse)
    other = DuckDBWarehouse(tmp_path / "other.duckdb")
    await opened(MemoryStore(), other)

    with pytest.raises(WarehouseMismatch):
        await opened(lake, other)
    await other.close()
