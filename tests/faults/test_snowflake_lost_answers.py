"""A COMMIT at Snowflake whose answer was lost is looked up in the manifest, never repeated."""

from collections.abc import AsyncIterator, Iterator

import pytest
from support.memory_chain import MemoryChain
from support.services.fakesnow import FakesnowServer
from support.services.snowflake_proxy import SnowflakeProxy
from support.snowflakes import stand_in_account

from greenpulse.errors import WarehouseUnavailable
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.load import Loader
from greenpulse.warehouse.snowflake import SnowflakeWarehouse
from greenpulse.warehouse.warehouse import Identity

OURS = Identity("warehouse a", "lake a")


@pytest.fixture
def proxy(fakesnow: FakesnowServer) -> Iterator[SnowflakeProxy]:
    with SnowflakeProxy.before(fakesnow.port) as proxy:
        yield proxy


@pytest.fixture
async def warehouse(proxy: SnowflakeProxy) -> AsyncIterator[SnowflakeWarehouse]:
    warehouse = SnowflakeWarehouse(stand_in_account(proxy.port))
    yield warehouse
    await warehouse.close()


async def ranges(loader: Loader) -> list[tuple[int, int]]:
    """What is loaded until nothing is left."""
    loaded = []
    while (load := await loader.load_next(0)) is not None:
        loaded.append((load.start_offset, load.end_offset))
    return loaded


async def has_each_row_once(warehouse: SnowflakeWarehouse, count: int) -> bool:
    rows = [(entry.offset, entry.row_count) for entry in await warehouse.offsets(0, None)]
    ((polls, records),) = (
        await warehouse.query(
            """
            select (select count(*) from silver.poll),
                (select sum(record_count)::bigint from ops.load_manifest)
            """
        )
    ).rows
    return rows == [(n, 1) for n in range(count)] and polls == records == count


@pytest.mark.parametrize("new_files", [0, 2], ids=["nothing new", "more files since"])
async def test_while_nobody_knows_whether_it_was_committed_the_manifest_is_asked(
    warehouse: SnowflakeWarehouse, proxy: SnowflakeProxy, new_files: int
) -> None:
    chain = MemoryChain(files=2)
    loader = Loader(warehouse, chain, topic=POLLS_TOPIC, identity=OURS)
    await loader.start()
    proxy.loses_answer_of, proxy.stays_away = "COMMIT", True

    with pytest.raises(WarehouseUnavailable):
        await loader.load_next(0)
    proxy.is_away = False
    chain.grow(new_files)
    loaded = await ranges(loader)

    assert loaded == ([(10, 19)] if new_files else [])
    assert await has_each_row_once(warehouse, 10 + 5 * new_files)


async def test_one_lost_answer_of_a_commit_costs_nothing(
    warehouse: SnowflakeWarehouse, proxy: SnowflakeProxy
) -> None:
    loader = Loader(warehouse, MemoryChain(files=2), topic=POLLS_TOPIC, identity=OURS)
    await loader.start()
    proxy.loses_answer_of = "COMMIT"

    loaded = await ranges(loader)

    # The connector asks for the COMMIT's answer once more; no row is sent again.
    assert loaded == [(0, 9)]
    assert sum(sql.startswith("COPY") for sql in proxy.statements) == 1
    assert await has_each_row_once(warehouse, 10)
