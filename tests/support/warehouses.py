"""Each kind of warehouse; add one to ``WAREHOUSES`` and it is held to the same as all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.snowflakes import stand_in_warehouse

from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["WAREHOUSES", "Open", "offsets", "select"]

Open = Callable[[], Warehouse]


def duckdb_in(tmp_path: Path, _request: pytest.FixtureRequest) -> Warehouse:
    return DuckDBWarehouse(tmp_path / "warehouse.duckdb")


def snowflake_at_its_stand_in(_tmp_path: Path, request: pytest.FixtureRequest) -> Warehouse:
    return stand_in_warehouse(request.getfixturevalue("fakesnow"))


WAREHOUSES: dict[str, Callable[[Path, pytest.FixtureRequest], Warehouse]] = {
    "duckdb": duckdb_in,
    "snowflake": snowflake_at_its_stand_in,
}


async def offsets(warehouse: Warehouse, partition: int = 0) -> list[tuple[int, int]]:
    """Offset and row count of all that the raw table holds of a partition."""
    found = await warehouse.offsets(partition, None)
    return [(entry.offset, entry.row_count) for entry in found]


async def select(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    return list((await warehouse.query(sql)).rows)
