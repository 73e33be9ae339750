"""Loads as a worker does them: a loader of the warehouse that a lake feeds, and its desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

from greenpulse.agents.load_desk import LoadDesk
from greenpulse.clock import SystemClock
from greenpulse.grid.schedule import build_schedule
from greenpulse.lake.claims import Claims
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.store import Store
from greenpulse.metrics import Metrics
from greenpulse.preparation import open_loader
from greenpulse.status import PartitionStatus, PipelineStatus
from greenpulse.warehouse.load import Loader
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["opened", "running_desk"]


async def opened(store: Store, warehouse: Warehouse) -> Loader:
    """A loader, as a worker opens it."""
    return await open_loader(
        warehouse,
        ChainReader(store),
        Claims(store),
        schedule=build_schedule(10.0),
        clock=SystemClock(),
        new_uuid=uuid4,
    )


@asynccontextmanager
async def running_desk(
    store: Store, warehouse: Warehouse, partitions: set[int]
) -> AsyncIterator[tuple[LoadDesk, PipelineStatus]]:
    """A worker's desk that has these partitions, and what it says of them.

    It takes its first look once the caller waits for something.
    """
    status = PipelineStatus()
    status.partitions = {number: PartitionStatus() for number in partitions}
    opening = partial(opened, store, warehouse)
    desk = LoadDesk(opening, SystemClock(), status, Metrics(), load_seconds=0)
    desk.begin(partitions)
    running = asyncio.create_task(desk.run())
    try:
        yield desk, status
    finally:
        desk.stop()
        await running
        await warehouse.close()
