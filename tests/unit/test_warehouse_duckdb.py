"""The DuckDB file among other programs, on bad disks, and damaged."""

import asyncio
import contextlib
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import duckdb
import pytest
from support.staging import batch

from greenpulse.clock import SystemClock
from greenpulse.errors import SettingsError, WarehouseUnavailable
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.warehouse import Identity

HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "to read")
print("open", flush=True)
sys.stdin.read()
"""


class TellsOfItsWait(SystemClock):
    """Real time; an event says that somebody waits."""

    def __init__(self) -> None:
        self.waited = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.waited.set()
        await super().sleep(seconds)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "warehouse.duckdb"


@pytest.fixture
async def warehouse(path: Path) -> AsyncIterator[DuckDBWarehouse]:
    warehouse = DuckDBWarehouse(path)
    await warehouse.deploy()
    yield warehouse
    await warehouse.close()


@contextlib.contextmanager
def held(path: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open, "to read" or "to write"."""
    arguments = [sys.executable, "-c", HOLD, str(path), how]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            yield holder
        finally:
            holder.kill()


@contextlib.contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """A disk with little space left: no file of this process grows beyond this size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def until_in_use(path: Path) -> None:
    """Wait until another connection of this process has the file open."""
    while True:
        try:
            duckdb.connect(path).close()
        except duckdb.OperationalError:
            return
        await asyncio.sleep(0.01)


def bytes_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def files_beside(path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir()]


def damage_to(path: Path, kind: str) -> bytes:
    """Damage the file; return what it holds then."""
    whole = path.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "overwritten": b"not a database" * 1000,
        "cut": whole[:middle],
        "empty": b"",
        "flipped": whole[:middle] + bytes(byte ^ 0xFF for byte in whole[middle:]),
    }[kind]
    path.write_bytes(damaged)
    return damaged


@pytest.mark.parametrize("how", ["to read", "to write"])
async def test_who_holds_the_file_is_named(
    warehouse: DuckDBWarehouse, path: Path, how: str
) -> None:
    impatient = DuckDBWarehouse(path, busy_seconds=0.2)

    with held(path, how) as holder, pytest.raises(WarehouseUnavailable) as error:
        await impatient.load(batch(0))

    assert f"process {holder.pid} (" in str(error.value)
    assert str(path) in str(error.value)
    assert await warehouse.load(batch(0)) is not None
    await impatient.close()


async def test_a_load_waits_until_the_file_is_free(warehouse: DuckDBWarehouse, path: Path) -> None:
    clock = TellsOfItsWait()
    patient = DuckDBWarehouse(path, clock=clock)

    with held(path, "to read") as holder:
        load = asyncio.create_task(patient.load(batch(0)))
        await clock.waited.wait()
        holder.communicate("")

    assert await load is not None
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}
    await patient.close()


async def test_others_read_the_file_between_loads(warehouse: DuckDBWarehouse, path: Path) -> None:
    await warehouse.load(batch(0))

    with held(path, "to read"):
        rows = (await warehouse.query("select count(*) from silver.poll")).rows

    assert list(rows) == [(5,)]


async def test_the_views_can_be_read_by_the_name_that_duckdb_gives_the_file(
    warehouse: DuckDBWarehouse, path: Path
) -> None:
    await warehouse.load(batch(0))

    with duckdb.connect(path, read_only=True) as connection:
        rows = connection.execute("select actual_status from gold.half_hourly_intensity").fetchall()

    assert rows == [("provisional",)]


async def test_queries_and_loads_of_one_process_do_not_collide(path: Path) -> None:
    warehouses = [DuckDBWarehouse(path) for _ in range(2)]
    await warehouses[0].deploy()

    answers = await asyncio.gather(
        warehouses[0].load(batch(0)),
        warehouses[1].query("select 1"),
        warehouses[0].query("select 2"),
        warehouses[1].manifest_ends(POLLS_TOPIC),
    )

    assert answers[0] is not None
    for warehouse in warehouses:
        await warehouse.close()


@pytest.mark.parametrize("damage", ["overwritten", "cut", "empty", "flipped"])
async def test_a_damaged_file_is_told_of_and_left_as_it_is(
    warehouse: DuckDBWarehouse, path: Path, damage: str
) -> None:
    await warehouse.load(batch(0, record_count=2000))
    damaged = damage_to(path, damage)

    with pytest.raises(SettingsError) as error:
        await warehouse.load(batch(2000))

    assert str(path) in str(error.value)
    assert "damaged" in str(error.value)
    assert "move it" in str(error.value)
    assert "\n" not in str(error.value)
    assert bytes_of(path) == damaged


async def test_a_full_disk_fails_a_load_that_succeeds_later(
    warehouse: DuckDBWarehouse, path: Path
) -> None:
    await warehouse.load(batch(0))

    with files_limited_to(len(bytes_of(path) or b"")), pytest.raises(WarehouseUnavailable) as error:
        await warehouse.load(batch(5, record_count=4000))

    assert "no space left" in str(error.value)
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}
    assert await warehouse.load(batch(5, record_count=4000)) is not None


async def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").mkdir()
    warehouse = DuckDBWarehouse(tmp_path / "warehouse.duckdb")

    with pytest.raises(SettingsError, match=r"warehouse\.duckdb.*GREENPULSE_WAREHOUSE"):
        await warehouse.deploy()

    await warehouse.close()


async def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    warehouse = DuckDBWarehouse(tmp_path / "data" / "warehouse.duckdb")

    with pytest.raises(SettingsError, match=r"warehouse\.duckdb.*GREENPULSE_WAREHOUSE"):
        await warehouse.deploy()

    await warehouse.close()


async def test_a_query_before_there_is_a_warehouse_says_how_to_get_one(path: Path) -> None:
    warehouse = DuckDBWarehouse(path)

    with pytest.raises(SettingsError, match="greenpulse worker"):
        await warehouse.query("select 1")

    assert bytes_of(path) is None
    await warehouse.close()


async def test_reading_makes_no_file(warehouse: DuckDBWarehouse, path: Path) -> None:
    await warehouse.claim_identity(Identity("a", "b"))
    before = bytes_of(path)

    await warehouse.query("select * from gold.pipeline_health")
    await warehouse.identity()
    await warehouse.offsets(0, None)

    assert bytes_of(path) == before
    assert files_beside(path) == [path.name]


async def test_a_path_may_have_quotes_and_blanks(tmp_path: Path) -> None:
    warehouse = DuckDBWarehouse(tmp_path / "it's a folder" / 'w"h.duckdb')

    await warehouse.deploy()

    assert await warehouse.load(batch(0)) is not None
    await warehouse.close()


async def test_work_that_nobody_waits_for_ends(warehouse: DuckDBWarehouse, path: Path) -> None:
    endless = "select max(random()) from table(generator(rowcount => 1000000000000))"
    query = asyncio.create_task(warehouse.query(endless))
    await until_in_use(path)

    query.cancel()

    with pytest.raises(asyncio.CancelledError):
        await query
    assert await warehouse.load(batch(0)) is not None


async def test_work_that_waits_for_its_turn_can_be_given_up(
    warehouse: DuckDBWarehouse, path: Path
) -> None:
    with held(path, "to write"):
        load = asyncio.create_task(warehouse.load(batch(0)))
        queued = asyncio.create_task(warehouse.query("select 1"))
        await asyncio.sleep(0)
        queued.cancel()
        load.cancel()

        outcomes = await asyncio.gather(load, queued, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {}
