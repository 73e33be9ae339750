"""A warehouse that refuses, is slow, away or only reads: the rest of a worker goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from support.page_words import words
from support.read_only import read_only
from support.services.fakesnow import FakesnowServer
from support.services.snowflake_proxy import SnowflakeProxy
from support.whole_way import SimulatedApi, is_fresh, said_of, works_again
from support.worker_process import WorkerProcess

from greenpulse.clock import SystemClock

pytestmark = pytest.mark.timeout(600)

GOES_ON_WITHIN_SECONDS = 120
NEW_RECORDS = 5
QUIET_SECONDS = 10


@pytest.fixture
async def api() -> AsyncIterator[str]:
    """The address of a simulated API."""
    simulated = SimulatedApi()
    await simulated.come()
    yield simulated.address
    await simulated.go()


@pytest.fixture
def proxy(fakesnow: FakesnowServer) -> Iterator[SnowflakeProxy]:
    with SnowflakeProxy.before(fakesnow.port) as proxy:
        yield proxy


def worker_on_snowflake(
    folder: Path, api: str, proxy: SnowflakeProxy, *, load_seconds: float = 3
) -> WorkerProcess:
    return WorkerProcess(
        folder,
        api,
        POLL_SECONDS=1,
        ARCHIVE_WINDOW_SECONDS=1,
        LOAD_SECONDS=load_seconds,
        WAREHOUSE="snowflake://greenpulse/ENERGY_PROJECT",
        SNOWFLAKE_HOST="127.0.0.1",
        SNOWFLAKE_PORT=proxy.port,
        SNOWFLAKE_PROTOCOL="http",
    )


async def ends(worker: WorkerProcess) -> tuple[int, int]:
    """The last archived and the last loaded offset of the heartbeat's partition."""
    lane = (await worker.json("/api/v1/pipeline"))["partitions"][0]
    archived, loaded = lane["archived_offset"], lane["loaded_offset"]
    return -1 if archived is None else archived, -1 if loaded is None else loaded


async def reaches(worker: WorkerProcess, is_there: Callable[[int, int], bool]) -> None:
    """Wait until archived and loaded offset are as wanted."""
    async with asyncio.timeout(GOES_ON_WITHIN_SECONDS):
        while not is_there(*await ends(worker)):
            await asyncio.sleep(0.2)


async def the_rest_goes_on(worker: WorkerProcess) -> None:
    """See that more is archived, and that the pages are fresh and the worker ready."""
    archived, _ = await ends(worker)
    await reaches(worker, lambda now, _: now >= archived + NEW_RECORDS)
    await is_fresh(worker)
    assert await worker.status("/health/ready") == 200


async def all_is_made_up_for(worker: WorkerProcess) -> None:
    """See that what was archived meanwhile is loaded, each record once."""
    archived, _ = await ends(worker)
    await reaches(worker, lambda _, loaded: loaded >= archived)
    assert await worker.terminate() == 0
    code, found, _ = await worker.command("audit")
    assert code == 0, found
    assert "Traceback" not in worker.log()


def refuses(number: int) -> Callable[[SnowflakeProxy], None]:
    def befall(proxy: SnowflakeProxy) -> None:
        proxy.refusal = number

    return befall


def goes_away(proxy: SnowflakeProxy) -> None:
    proxy.is_away = True


@pytest.mark.parametrize(
    ("befall", "sentence"),
    [
        pytest.param(refuses(3001), "has no right to do it", id="a grant is missing"),
        pytest.param(refuses(3540), "the database only reads", id="it only reads"),
        pytest.param(refuses(90073), "over the quota of its resource monitor", id="no credits"),
        pytest.param(goes_away, "it does not answer", id="it is away"),
    ],
)
async def test_a_snowflake_that_refuses_or_is_away_stops_loads_and_nothing_else(
    tmp_path: Path,
    api: str,
    proxy: SnowflakeProxy,
    befall: Callable[[SnowflakeProxy], None],
    sentence: str,
) -> None:
    worker = worker_on_snowflake(tmp_path, api, proxy)
    await worker.start()
    await reaches(worker, lambda _, loaded: loaded >= 0)

    befall(proxy)
    # A load that was under way may say first that its file cannot be put.
    said = await said_of(worker, "warehouse", sentence)
    await the_rest_goes_on(worker)
    page = words(await worker.text("/stats"))
    proxy.come_back()
    await works_again(worker, "warehouse")

    assert "\n" not in said
    assert sentence in page
    await all_is_made_up_for(worker)


async def test_a_snowflake_that_takes_seconds_for_each_statement_slows_loads_and_nothing_else(
    tmp_path: Path, api: str, proxy: SnowflakeProxy
) -> None:
    worker = worker_on_snowflake(tmp_path, api, proxy)
    await worker.start()
    await reaches(worker, lambda _, loaded: loaded >= 0)

    proxy.delay_seconds = 3
    await the_rest_goes_on(worker)
    archived, loaded = await ends(worker)
    proxy.delay_seconds = 0

    assert archived > loaded
    await all_is_made_up_for(worker)


@pytest.mark.long
async def test_between_two_common_multiples_nothing_wakes_snowflake(
    tmp_path: Path, api: str, proxy: SnowflakeProxy
) -> None:
    period = 60
    worker = worker_on_snowflake(tmp_path, api, proxy, load_seconds=period)
    await worker.start()
    await reaches(worker, lambda _, loaded: loaded >= 0)

    asked_at = [SystemClock().now().timestamp()]
    known = len(proxy.statements)
    for _ in range(4 * 2 * period):
        await asyncio.sleep(0.25)
        for page in ("/", "/stats", "/metrics", "/health/ready"):
            assert await worker.status(page) == 200
        if len(proxy.statements) > known:
            asked_at.append(SystemClock().now().timestamp())
            known = len(proxy.statements)

    # A load has many statements, and on a busy machine some seconds may pass between two.
    woken_at = [at % period for before, at in pairwise(asked_at) if at - before > QUIET_SECONDS]
    assert woken_at
    assert max(woken_at) < period / 3, woken_at
    await worker.kill()


async def test_a_duckdb_file_that_only_reads_stops_loads_and_nothing_else(
    tmp_path: Path, api: str
) -> None:
    worker = WorkerProcess(tmp_path, api, POLL_SECONDS=1, ARCHIVE_WINDOW_SECONDS=1)
    await worker.start()
    await worker.has_loaded()

    file = tmp_path / "data" / "warehouse.duckdb"
    with read_only(file):
        said = await said_of(worker, "warehouse")
        await the_rest_goes_on(worker)
        page = words(await worker.text("/stats"))
    await works_again(worker, "warehouse")

    assert f"writing '{file.relative_to(tmp_path)}': permission denied" in said
    assert said in page
    await all_is_made_up_for(worker)
