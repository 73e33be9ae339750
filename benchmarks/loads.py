"""How long one piece of loading takes: loads.py [--rounds N] [--most POLLS].

1, 1,000 and 100,000 polls of about 550 bytes go into a new DuckDB file, and 1 and 1,000 into
Snowflake's stand-in through the connector, as the loader does it: 8 MiB of lines a load, with
manifest, silver and the count in its transaction. Shown is the median of some rounds.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from command_line import from_command_line
from heartbeats import heartbeats

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from support.services.fakesnow import FakesnowServer
from support.snowflakes import stand_in_warehouse
from support.staging import staged, value_of_poll

from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.warehouse import Staged, Warehouse

COUNTS = (1, 1_000, 100_000)
MOST_AT_STAND_IN = 1_000
POLLS_A_LOAD = 14_000
"""About 8 MiB of lines."""


def loads_of(count: int) -> list[Staged]:
    """The loads in which the loader brings ``count`` polls."""
    values = [value_of_poll(poll) for poll in heartbeats(count)]
    return [
        staged(values[start : start + POLLS_A_LOAD], start)
        for start in range(0, count, POLLS_A_LOAD)
    ]


async def seconds_of(warehouse: Warehouse, loads: list[Staged]) -> float:
    await warehouse.deploy()
    began = time.perf_counter()
    for load in loads:
        assert await warehouse.load(load) is not None
    return time.perf_counter() - began


async def into_duckdb(loads: list[Staged]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = DuckDBWarehouse(Path(folder) / "warehouse.duckdb")
        try:
            return await seconds_of(warehouse, loads)
        finally:
            await warehouse.close()


@asynccontextmanager
async def stand_in() -> AsyncIterator[Callable[[list[Staged]], Awaitable[float]]]:
    """Loads into a stand-in that is empty each time."""
    with tempfile.TemporaryDirectory() as folder:
        server = FakesnowServer(Path(folder))
        await asyncio.to_thread(server.start)

        async def load(loads: list[Staged]) -> float:
            server.empty()
            warehouse = stand_in_warehouse(server)
            try:
                return await seconds_of(warehouse, loads)
            finally:
                await warehouse.close()

        try:
            yield load
        finally:
            await asyncio.to_thread(server.kill)


async def tell(
    name: str, count: int, rounds: int, load: Callable[[list[Staged]], Awaitable[float]]
) -> None:
    loads = loads_of(count)
    took = statistics.median([await load(loads) for _ in range(rounds)])
    print(
        f"{name:12} {count:>9,} polls in {len(loads)} loads: "
        f"{took:>8.3f} s, {count / took:>10,.0f} a second",
        flush=True,
    )


async def main(rounds: int, most: int) -> None:
    counts = [count for count in COUNTS if count <= most]
    for count in counts:
        await tell("DuckDB", count, rounds, into_duckdb)
    async with stand_in() as load:
        for count in counts:
            if count <= MOST_AT_STAND_IN:
                await tell("stand-in", count, rounds, load)


if __name__ == "__main__":
    asyncio.run(main(**from_command_line(__doc__, rounds=5, most=COUNTS[-1])))
