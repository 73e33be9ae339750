"""A rebuild that dies at any step leaves a whole warehouse in the place; run again, it goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from support.auditing import audit
from support.rebuilding import rebuild
from support.services.fakesnow import FakesnowServer
from support.small_way import SmallWay
from support.snowflakes import stand_in_warehouse

from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # noqa: TID251 - of a child
ALL = {0: 39, 1: 24}
LONG = pytest.mark.long
SWAP = ("alter database energy_project swap", "answer alter database energy_project swap")
OTHERS = (
    "create database",
    "insert into ops.identity",
    "put",
    "copy",
    "commit",
    "answer commit",
    "delete from ops.load_lease",
    "answer delete from ops.load_lease",
    "answer alter database energy_project_rebuild rename",
)


def ends_of(path: Path) -> tuple[str, dict[int, int]]:
    """Who a DuckDB file is, and the last loaded offset of each partition."""
    with duckdb.connect(str(path), read_only=True) as connection:
        ((warehouse_id,),) = connection.execute("select warehouse_id from ops.identity").fetchall()
        ends = connection.execute(
            "select partition_id, max(end_offset) from ops.load_manifest group by all"
        )
        return warehouse_id, dict(ends.fetchall())


def fed(folder: Path) -> str:
    """Uuid of the warehouse that the lake feeds."""
    claim = asyncio.run(Claims(FolderStore(folder / "data" / "lake")).warehouse())
    assert claim is not None
    return claim.warehouse_id


@LONG
@pytest.mark.timeout(600)
def test_a_rebuild_of_a_file_that_dies_at_any_step(
    whole_way: SmallWay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = ends_of(whole_way.warehouse)

    outcome = subprocess.run(
        [sys.executable, "-m", "support.dying_rebuild", whole_way.folder, tmp_path],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )

    deaths = int(outcome.stdout)
    assert deaths > 30
    for number in range(1, deaths + 1):
        folder = tmp_path / str(number)
        monkeypatch.chdir(folder)
        assert ends_of(folder / "data" / "warehouse.duckdb")[1] == ALL, number
        assert rebuild().exit_code == 0, number
        in_place, ends = ends_of(folder / "data" / "warehouse.duckdb")
        assert (in_place, ends) == (fed(folder), ALL), number
        beside = set((folder / "data").glob("warehouse.duckdb.*"))
        # It went on, or, behind the swap, began anew: the first one is kept all the same.
        assert old in {ends_of(path)[0] for path in beside}, number
        assert all(".before-" in path.name for path in beside), number
    assert audit("--complete").exit_code == 0


@pytest.mark.timeout(600)
def test_a_rebuild_of_a_lost_file_that_dies_at_any_step(
    whole_way: SmallWay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = whole_way.warehouse.rename(tmp_path / "lost")

    try:
        outcome = subprocess.run(
            [sys.executable, "-m", "support.dying_rebuild", whole_way.folder, tmp_path],
            check=True,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
        )
    finally:
        lost.rename(whole_way.warehouse)

    deaths = int(outcome.stdout)
    assert deaths > 20
    for number in range(1, deaths + 1):
        folder = tmp_path / str(number)
        monkeypatch.chdir(folder)
        assert rebuild().exit_code == 0, number
        assert ends_of(folder / "data" / "warehouse.duckdb") == (fed(folder), ALL), number
        assert not (folder / "data" / "warehouse.duckdb.rebuild").exists(), number
    assert audit("--complete").exit_code == 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "steps", [pytest.param(SWAP, id="swap"), pytest.param(OTHERS, id="others", marks=LONG)]
)
def test_a_rebuild_at_snowflakes_stand_in_that_dies_at_any_step(
    way: SmallWay, fakesnow: FakesnowServer, steps: tuple[str, ...]
) -> None:
    environ = {
        "GREENPULSE_WAREHOUSE": "snowflake://greenpulse/ENERGY_PROJECT",
        "GREENPULSE_SNOWFLAKE_HOST": "127.0.0.1",
        "GREENPULSE_SNOWFLAKE_PORT": str(fakesnow.port),
    }
    assert rebuild(environ=environ).exit_code == 0

    for step in steps:
        died = subprocess.run(
            [sys.executable, "-m", "support.dying_rebuild", str(fakesnow.port), step],
            check=False,
            capture_output=True,
            env=ENVIRONMENT,
        )
        assert died.returncode == -signal.SIGKILL, (step, died.stderr)
        fakesnow.end_idle_sessions()

        in_place = asyncio.run(stand_in_ends(fakesnow))
        assert in_place == ALL, step
        again = rebuild(environ=environ)
        assert again.exit_code == 0, (step, again.output)
        assert audit("--complete", environ=environ).exit_code == 0, step
        assert "_REBUILD" not in rebuild("--drop-old", environ=environ).stdout, step
    assert way.warehouse.exists()


async def stand_in_ends(server: FakesnowServer) -> dict[int, int]:
    warehouse = stand_in_warehouse(server)
    ends = await warehouse.manifest_ends("greenpulse.polls")
    await warehouse.close()
    return ends
