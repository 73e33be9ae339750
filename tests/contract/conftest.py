"""A warehouse of each kind, one after the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.warehouses import WAREHOUSES, Open

from greenpulse.warehouse.warehouse import Warehouse


@pytest.fixture(params=WAREHOUSES)
async def open_warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the same warehouse anew, as another process would."""
    opened: list[Warehouse] = []

    def open_again() -> Warehouse:
        opened.append(WAREHOUSES[request.param](tmp_path, request))
        return opened[-1]

    yield open_again
    for warehouse in opened:
        await warehouse.close()


@pytest.fixture
async def warehouse(open_warehouse: Open) -> Warehouse:
    warehouse = open_warehouse()
    await warehouse.deploy()
    return warehouse
