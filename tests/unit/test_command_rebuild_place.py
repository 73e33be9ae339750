"""``rebuild`` where the file is lost, damaged or another's, or somebody is at work on it."""

import asyncio
import re
import resource
import shutil

import duckdb
import pytest
from support.auditing import audit
from support.loading import opened
from support.rebuilding import files_of, rebuild, refusal_of_rebuild, rows_of, uuid_of
from support.small_way import SmallWay

from greenpulse.errors import WarehouseMismatch
from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.rebuild_duckdb import DuckDBReplacement


def test_a_lost_file_is_made_up_for_as_the_worker_says(way: SmallWay) -> None:
    way.warehouse.unlink()

    async def refused_and_accepted() -> None:
        warehouse = DuckDBWarehouse(way.warehouse)
        with pytest.raises(WarehouseMismatch, match="or 'greenpulse rebuild' where it is lost"):
            await opened(FolderStore(way.lake), warehouse)
        result = await asyncio.to_thread(rebuild)
        assert result.exit_code == 0
        assert "the old" not in result.stdout
        await opened(FolderStore(way.lake), warehouse)
        await warehouse.close()

    asyncio.run(refused_and_accepted())

    assert audit("--complete").exit_code == 0


def test_a_file_that_nobody_made_anew_yet_is_made_up_for_too(way: SmallWay) -> None:
    way.warehouse.unlink()

    result = rebuild()

    assert result.exit_code == 0
    assert "kept as" not in result.stdout
    assert files_of(way) == {"warehouse.duckdb"}
    assert audit("--complete").exit_code == 0


def test_a_file_of_another_program_is_kept(way: SmallWay) -> None:
    way.warehouse.unlink()
    with duckdb.connect(str(way.warehouse)) as theirs:
        theirs.execute("create table theirs as select 1")

    assert "kept as data/warehouse.duckdb.before-2;" in rebuild().stdout

    assert rows_of(way.folder / "warehouse.duckdb.before-2", "from theirs") == [(1,)]


def test_a_damaged_file_is_made_up_for_once_it_is_moved_away(way: SmallWay) -> None:
    way.warehouse.write_bytes(b"no database" * 1000)

    sentence = refusal_of_rebuild()

    assert "the file is damaged" in sentence
    assert sentence.endswith(
        "move it away together with its .wal file, and run 'greenpulse rebuild'"
    )
    way.warehouse.rename(way.folder / "damaged")
    assert rebuild().exit_code == 0
    assert audit("--complete").exit_code == 0


def test_a_wal_without_its_file_spoils_no_new_one(way: SmallWay) -> None:
    wal = way.warehouse.with_name("warehouse.duckdb.wal")
    way.warehouse.rename(wal)

    assert "lies there without its file; move it away" in refusal_of_rebuild()

    wal.unlink()
    assert rebuild().exit_code == 0


def test_a_warehouse_of_another_lake_keeps_its_place(way: SmallWay) -> None:
    way.change_rows("update ops.identity set lake_id = 'another'")

    sentence = refusal_of_rebuild()

    assert sentence.startswith("rebuilding the warehouse: it holds lake 'another', and")
    assert files_of(way) == {"warehouse.duckdb"}


def test_a_second_rebuild_at_the_same_time_is_refused(way: SmallWay) -> None:
    async def second_one() -> None:
        first = DuckDBReplacement(way.warehouse)
        await first.left_over()
        sentence = await asyncio.to_thread(refusal_of_rebuild)
        await first.close()
        assert "another rebuild runs there; let it end" in sentence

    asyncio.run(second_one())

    assert rebuild().exit_code == 0


def test_a_disk_that_is_full_is_one_sentence_and_with_space_it_goes_on(way: SmallWay) -> None:
    way.append_polls(4_000)
    way.archive(file_records=1_000)
    old = uuid_of(way.warehouse)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        sentence = refusal_of_rebuild()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert "warehouse.duckdb.rebuild': no space left" in sentence
    assert uuid_of(way.warehouse) == old
    assert rebuild().exit_code == 0
    assert audit("--complete").exit_code == 0


def test_a_folder_that_cannot_be_written_is_named(way: SmallWay) -> None:
    place = "/proc/warehouse.duckdb"

    sentence = refusal_of_rebuild(environ={"GREENPULSE_WAREHOUSE": f"duckdb://{place}"})

    assert re.fullmatch(rf"creating '{place}\.rebuild': .+; set GREENPULSE_WAREHOUSE", sentence)
    assert files_of(way) == {"warehouse.duckdb"}


def test_a_worker_that_is_ahead_of_the_new_one_lets_it_catch_up(way: SmallWay) -> None:
    # It loaded into the old one between the proof and the swap.
    async def worker() -> None:
        store = FolderStore(way.lake)
        warehouse = DuckDBWarehouse(way.warehouse)
        replacement = DuckDBReplacement(way.warehouse)
        loader = await opened(FolderStore(way.lake), warehouse)
        await asyncio.to_thread(shutil.copy, way.warehouse, f"{way.warehouse}.rebuild")
        await asyncio.to_thread(way.append_polls, 25, 0)
        await asyncio.to_thread(way.archive)
        assert await loader.load_next(0) is not None
        with duckdb.connect(f"{way.warehouse}.rebuild") as successor:
            successor.execute("update ops.identity set warehouse_id = 'the new one'")
        await Claims(store).claim_warehouse("the new one", number=2)
        await replacement.swap("the new one", 2)
        await replacement.close()
        await asyncio.to_thread(way.append_polls, 5, 0)
        await asyncio.to_thread(way.archive)
        while await loader.load_next(0) is not None:
            pass
        assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 69, 1: 24}
        await warehouse.close()

    asyncio.run(worker())

    assert audit("--complete").exit_code == 0
