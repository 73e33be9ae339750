"""What ``rebuild`` keeps to, in DuckDB and at Snowflake's stand-in, and on the way between them.

The stand-in has no swap of its own: ``support/services/fakesnow_app.py`` gives databases other
names. Rights, and locks that DDL might wait for, it cannot show.
"""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import snowflake.connector
from support.auditing import audit
from support.loading import running_desk
from support.rebuilding import rebuild, refusal_of_rebuild
from support.services.fakesnow import FakesnowServer
from support.small_way import SmallWay
from support.snowflakes import stand_in_account

from greenpulse.lake.folder import FolderStore
from greenpulse.parts import open_warehouse
from greenpulse.settings import Settings
from greenpulse.warehouse.dialect import to_duckdb
from greenpulse.warehouse.warehouse import Warehouse

GOLD = "select * from silver.poll order by partition_id, log_offset"


class Place:
    """A warehouse in its place, as the settings name it."""

    def __init__(self, environ: dict[str, str], old_name: str) -> None:
        self.environ = environ
        self.old_name = old_name

    def warehouse(self) -> Warehouse:
        warehouse = open_warehouse(Settings.read(self.environ, {}))
        assert warehouse is not None
        return warehouse

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        async def ask() -> list[tuple[Any, ...]]:
            warehouse = self.warehouse()
            try:
                return list((await warehouse.query(sql)).rows)
            finally:
                await warehouse.close()

        return asyncio.run(ask())

    def uuid(self) -> str:
        ((warehouse_id,),) = self.select("select warehouse_id from ops.identity")
        return str(warehouse_id)

    def change(self, sql: str) -> None:
        """Run a statement behind GreenPulse's back."""
        raise NotImplementedError


class DuckDBPlace(Place):
    def __init__(self, path: Path) -> None:
        super().__init__({"GREENPULSE_WAREHOUSE": f"duckdb://{path}"}, f"{path}.before-{{}}")
        self.path = path

    def change(self, sql: str) -> None:
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(*to_duckdb(sql))


class StandInPlace(Place):
    def __init__(self, server: FakesnowServer) -> None:
        environ = {
            "GREENPULSE_WAREHOUSE": "snowflake://greenpulse/ENERGY_PROJECT",
            "GREENPULSE_SNOWFLAKE_HOST": "127.0.0.1",
            "GREENPULSE_SNOWFLAKE_PORT": str(server.port),
        }
        super().__init__(environ, "ENERGY_PROJECT_BEFORE_{}")
        self._port = server.port

    def change(self, sql: str) -> None:
        arguments = stand_in_account(self._port).arguments()
        with snowflake.connector.connect(**arguments) as connection:
            connection.cursor().execute(sql)


def duckdb_place(request: pytest.FixtureRequest) -> Place:
    return DuckDBPlace(request.getfixturevalue("tmp_path") / "warehouse.duckdb")


def stand_in_place(request: pytest.FixtureRequest) -> Place:
    return StandInPlace(request.getfixturevalue("fakesnow"))


PLACES: dict[str, Callable[[pytest.FixtureRequest], Place]] = {
    "duckdb": duckdb_place,
    "snowflake": stand_in_place,
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, way: SmallWay) -> Place:
    """A place that the lake of ``way`` fed last, after its DuckDB file in ``data``."""
    assert way.folder.exists()
    place = PLACES[request.param](request)
    assert rebuild(environ=place.environ).exit_code == 0
    return place


def loading(way: SmallWay, place: Place, stopped: threading.Event) -> None:
    """What a worker does: poll, archive, load, until it is stopped; then the rest."""

    async def work() -> None:
        async with running_desk(FolderStore(way.lake), place.warehouse(), {0}) as (desk, status):
            archived = 39
            while not stopped.is_set() or status.partitions[0].loaded_offset != archived:
                if not stopped.is_set():
                    await asyncio.to_thread(way.append_polls, 7, 0)
                    await asyncio.to_thread(way.archive)
                    archived += 7
                desk.wake()
                await asyncio.sleep(0.5)

    asyncio.run(work())


def test_the_successor_takes_the_place_and_the_old_one_keeps_a_name(place: Place) -> None:
    old, rows = place.uuid(), place.select(GOLD)
    place.change("delete from bronze.raw_intensity where v:partition::bigint = 0")

    result = rebuild(environ=place.environ)

    kept_as = place.old_name.format(3)
    assert result.exit_code == 0
    assert "partition 0: the old warehouse: offsets 0-39 missing" in result.stdout
    assert f"the old one is kept as {kept_as};" in result.stdout
    assert f"is warehouse '{place.uuid()}' (number 3) now" in result.stdout
    assert place.uuid() != old
    assert place.select(GOLD) == rows
    assert len(rows) == 40
    assert audit("--complete", environ=place.environ).exit_code == 0


def test_old_ones_go_when_they_are_told_to(place: Place) -> None:
    rebuild(environ=place.environ)
    new = place.uuid()

    removed = rebuild("--drop-old", environ=place.environ).stdout.splitlines()

    assert f"removed {place.old_name.format(3)}" in removed
    assert rebuild("--drop-old", environ=place.environ).stdout == "there is nothing to remove\n"
    assert place.uuid() == new
    assert audit("--complete", environ=place.environ).exit_code == 0


def test_where_bronze_is_broken_the_old_one_stays(place: Place, way: SmallWay) -> None:
    old = place.uuid()
    whole = way.file(1, 10).read_bytes()
    way.file(1, 10).chmod(0o644)
    way.file(1, 10).write_bytes(whole[:-20])

    assert "nothing was swapped" in refusal_of_rebuild(environ=place.environ)

    assert place.uuid() == old
    way.file(1, 10).write_bytes(whole)
    assert rebuild(environ=place.environ).exit_code == 0
    assert audit("--complete", environ=place.environ).exit_code == 0


def test_a_worker_that_loads_meanwhile_loses_nothing(place: Place, way: SmallWay) -> None:
    stopped = threading.Event()
    worker = threading.Thread(target=loading, args=(way, place, stopped))
    worker.start()

    try:
        result = rebuild(environ=place.environ)
    finally:
        stopped.set()
        worker.join()

    assert result.exit_code == 0, result.output
    assert audit("--complete", environ=place.environ).exit_code == 0


def test_a_lake_moves_from_duckdb_to_snowflake_and_back(
    way: SmallWay, fakesnow: FakesnowServer
) -> None:
    here, there = DuckDBPlace(Path("data/warehouse.duckdb")), StandInPlace(fakesnow)
    rows = here.select(GOLD)

    assert rebuild(environ=there.environ).exit_code == 0

    assert there.select(GOLD) == rows
    assert audit("--complete", environ=there.environ).exit_code == 0
    assert audit(environ=here.environ).exit_code == 1
    way.append_polls(5, partition=0)
    way.archive()

    result = rebuild(environ=here.environ)

    assert result.exit_code == 0
    assert "partition 0: the old warehouse had not loaded offsets 40-44 yet" in result.stdout
    assert here.select(GOLD)[:40] == rows[:40]
    assert audit("--complete", environ=here.environ).exit_code == 0
    assert audit(environ=there.environ).exit_code == 1


def test_two_rebuilds_at_once_leave_one_new_warehouse(place: Place) -> None:
    # At Snowflake both fill the same successor; a file has one rebuild at a time.
    environment = {**os.environ, **place.environ}  # noqa: TID251 - of a child
    command = [sys.executable, "-m", "greenpulse", "rebuild"]
    both = [
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    said = [process.communicate()[1] for process in both]

    codes = [process.returncode for process in both]
    assert 0 in codes, said
    assert set(codes) <= {0, 2}, said
    assert all(
        len(sentence.splitlines()) == (code == 2)
        for sentence, code in zip(said, codes, strict=True)
    ), said
    audited = audit("--complete", environ=place.environ)
    assert audited.exit_code == 0, (said, audited.output)
