"""What the file system refuses to a rebuild is one sentence with the way out, and costs nothing."""

import asyncio
import os
import re
import sys
from pathlib import Path

import duckdb
import pytest
from support.auditing import audit
from support.own_mounts import with_own_mounts
from support.read_only import read_only
from support.rebuilding import rebuild, refusal_of_rebuild, uuid_of
from support.small_way import SmallWay

from greenpulse.errors import SettingsError
from greenpulse.warehouse.rebuild_duckdb import DuckDBReplacement

TESTS = Path(__file__).parents[1]
RIGHT = r"(Permission denied; let this user write there|Operation not permitted; let this user .+)"


@pytest.fixture
def successor(way: SmallWay) -> Path:
    """The warehouse of ``way``, made and proved, beside a place where nothing is."""
    return way.warehouse.rename(way.folder / "warehouse.duckdb.rebuild")


async def swap(path: Path, warehouse_id: str) -> None:
    replacement = DuckDBReplacement(path)
    try:
        assert await replacement.swap(warehouse_id, 2) is None
    finally:
        await replacement.close()


def test_in_a_folder_that_is_closed_a_successor_waits_for_its_place(
    way: SmallWay, successor: Path
) -> None:
    warehouse_id = uuid_of(successor)

    with read_only(way.folder), pytest.raises(SettingsError) as refused:
        asyncio.run(swap(way.warehouse, warehouse_id))

    place = "'data/warehouse.duckdb.rebuild' in the place of 'data/warehouse.duckdb'"
    assert re.fullmatch(
        f"putting {place}: {RIGHT}, then run it again",
        str(refused.value).replace(f"{way.folder}/", "data/"),
    )
    assert uuid_of(successor) == warehouse_id
    asyncio.run(swap(way.warehouse, warehouse_id))
    assert uuid_of(way.warehouse) == warehouse_id
    assert not successor.exists()


def test_what_lies_in_the_wal_file_of_a_successor_comes_with_it(
    way: SmallWay, successor: Path
) -> None:
    # The one who wrote it last died before it was brought into the file itself.
    with duckdb.connect(str(successor)) as killed:
        killed.execute("pragma disable_checkpoint_on_shutdown")
        killed.execute("update ops.identity set warehouse_id = 'the new one'")
    wal = successor.with_name("warehouse.duckdb.rebuild.wal")
    assert wal.exists()

    asyncio.run(swap(way.warehouse, "the new one"))

    assert uuid_of(way.warehouse) == "the new one"
    assert not wal.exists()


def test_in_a_folder_that_is_closed_a_second_name_stays_until_it_is_open(way: SmallWay) -> None:
    # A run died between the two steps of giving the place to a successor.
    second = way.folder / "warehouse.duckdb.rebuild"
    os.link(way.warehouse, second)

    with read_only(way.folder):
        sentence = refusal_of_rebuild()

    assert re.fullmatch(
        f"removing 'data/warehouse.duckdb.rebuild': {RIGHT}, then run it again", sentence
    )
    assert way.warehouse.samefile(second)
    assert rebuild().exit_code == 0
    assert audit("--complete").exit_code == 0


def test_in_a_folder_that_is_closed_an_old_one_is_kept_where_it_lies(way: SmallWay) -> None:
    old = uuid_of(way.warehouse)
    rebuild()
    successor = way.folder / "warehouse.duckdb.rebuild"
    kept = (way.folder / "warehouse.duckdb.before-2").rename(successor)

    with read_only(way.folder):
        sentence = refusal_of_rebuild()
        drop = refusal_of_rebuild("--drop-old")

    assert re.fullmatch(
        "keeping 'data/warehouse.duckdb.rebuild' as 'data/warehouse.duckdb.before-2': "
        f"{RIGHT}, then run it again",
        sentence,
    )
    assert re.fullmatch(f"removing 'data/warehouse.duckdb.rebuild': {RIGHT}.*", drop)
    assert uuid_of(kept) == old
    assert "is kept as data/warehouse.duckdb.before-2" in rebuild().stdout
    assert uuid_of(way.folder / "warehouse.duckdb.before-2") == old


def test_a_file_that_is_mounted_by_itself_says_to_mount_its_folder(way: SmallWay) -> None:
    # As a container has it whose volume is the file alone.
    old = uuid_of(way.warehouse)

    result = with_own_mounts(
        'mount --bind "$1" "$1"; "$2" -m greenpulse rebuild', way.warehouse, sys.executable
    )

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "keeping 'data/warehouse.duckdb' as 'data/warehouse.duckdb.before-2': Invalid cross-device "
        "link; mount its folder as a whole, not the file alone, then run it again\n"
    )
    assert uuid_of(way.warehouse) == old
    made = uuid_of(way.folder / "warehouse.duckdb.rebuild")
    assert rebuild().exit_code == 0
    assert uuid_of(way.warehouse) == made
    assert audit("--complete").exit_code == 0


def test_where_there_is_no_room_for_another_name_the_successor_waits(
    successor: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()

    result = with_own_mounts(
        'mount -t tmpfs -o nr_inodes=100 tmpfs "$1"; cp "$2" "$1"; cd "$3"; '
        'exec "$4" -m support.crowded_swap "$1" "$5"',
        place,
        successor,
        TESTS,
        sys.executable,
        uuid_of(successor),
    )

    assert result.returncode == 0, result.stderr
    refusal = (
        f"putting '{place}/warehouse.duckdb.rebuild' in the place of '{place}/warehouse.duckdb': "
        "No space left on device; free some space there, then run it again"
    )
    assert result.stdout.splitlines() == [
        refusal,
        "warehouse.duckdb.rebuild",
        "warehouse.duckdb",
    ]


def test_a_name_that_is_too_long_is_refused(way: SmallWay) -> None:
    place = way.folder / ("w" * 300)

    sentence = refusal_of_rebuild(environ={"GREENPULSE_WAREHOUSE": f"duckdb://{place}"})

    assert sentence == f"looking for '{place}': File name too long; set GREENPULSE_WAREHOUSE"
