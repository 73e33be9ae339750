"""``rebuild`` of a DuckDB file: what it makes, what it tells of the old one, what it refuses."""

import asyncio
import re
import resource
import shutil
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from support.auditing import audit
from support.rebuilding import rebuild, refusal_of_rebuild
from support.small_way import SmallWay
from support.staging import body_of, item, poll, value_of_poll

from greenpulse.clock import SystemClock
from greenpulse.errors import WarehouseMismatch
from greenpulse.grid.schedule import build_schedule
from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.reader import ChainReader
from greenpulse.preparation import open_loader
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.load import Loader
from greenpulse.warehouse.rebuild_duckdb import DuckDBReplacement

KEPT = (
    "the old one is kept as data/warehouse.duckdb.before-2; 'greenpulse rebuild --drop-old' "
    "removes it"
)
HALF_HOUR = ("2026-02-05T20:30Z", "2026-02-05T21:00Z")
EVERYTHING = (
    "select partition_id, log_offset, v from bronze.raw_intensity order by all",
    "select * from silver.poll order by all",
    "select * exclude (load_id) from silver.national_intensity order by all",
    "select * from ops.schedule order by all",
)


def rows_of(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def uuid_of(path: Path) -> str:
    ((warehouse_id,),) = rows_of(path, "select warehouse_id from ops.identity")
    return str(warehouse_id)


def files(way: SmallWay) -> set[str]:
    """All that lies beside the warehouse, by name."""
    return {path.name for path in way.folder.iterdir()} - {"lake", "log.sqlite"}


def claims_of(way: SmallWay) -> list[str]:
    """Uuids of the warehouses that the lake has fed."""
    claims = asyncio.run(Claims(FolderStore(way.lake)).warehouses())
    assert [claim.number for claim in claims] == list(range(1, len(claims) + 1))
    return [claim.warehouse_id for claim in claims]


async def opened(way: SmallWay, warehouse: DuckDBWarehouse) -> Loader:
    """A loader, as a worker opens it."""
    store = FolderStore(way.lake)
    schedule = build_schedule(10.0)
    return await open_loader(
        warehouse,
        ChainReader(store),
        Claims(store),
        schedule=schedule,
        clock=SystemClock(),
        new_uuid=uuid4,
    )


def test_the_new_one_is_what_bronze_says_and_the_old_one_is_kept(way: SmallWay) -> None:
    old = uuid_of(way.warehouse)

    result = rebuild()

    new = uuid_of(way.warehouse)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "partition 0: 40 records, offsets 0-39, as bronze has them",
        "partition 1: 25 records, offsets 0-24, as bronze has them",
        "the old warehouse had nothing that bronze has not, and nothing otherwise",
        f"duckdb://data/warehouse.duckdb is warehouse '{new}' (number 2) now",
        KEPT,
    ]
    assert files(way) == {"warehouse.duckdb", "warehouse.duckdb.before-2"}
    assert uuid_of(way.folder / "warehouse.duckdb.before-2") == old
    assert claims_of(way) == [old, new]
    assert audit("--complete").exit_code == 0


def test_where_the_old_one_differed_is_told_offset_by_offset(way: SmallWay) -> None:
    way.change_rows(
        """
        delete from bronze.raw_intensity where partition_id = 0 and log_offset in (0, 17, 18);
        update bronze.raw_intensity set v = '{}' where partition_id = 0 and log_offset = 30;
        insert into bronze.raw_intensity
            select * from bronze.raw_intensity where partition_id = 1 and log_offset = 4;
        insert into bronze.raw_intensity select v, 1, 99 from bronze.raw_intensity limit 1;
        insert into bronze.raw_intensity select v, 7, 3 from bronze.raw_intensity limit 1;
        """
    )

    result = rebuild()

    told = [line for line in result.stdout.splitlines() if ": the old" in line]
    assert result.exit_code == 0
    assert told == [
        "partition 0: the old warehouse: offsets 0, 17-18 missing",
        "partition 0: the old warehouse: offset 30 altered",
        "partition 1: the old warehouse: offset 4 doubled",
        "partition 1: the old warehouse: offset 99 extra",
        "partition 7: the old warehouse: offset 3 extra",
    ]
    assert audit("--complete").exit_code == 0


def test_silver_and_the_schedule_are_as_they_were(way: SmallWay) -> None:
    polls = [
        poll(f"p{n}", f"2026-02-05T21:10:{n:02}Z", body_of(item(*HALF_HOUR, 117, 130 + n // 7)))
        for n in range(30)
    ]
    way.append([value_of_poll(fields) for fields in polls])
    way.archive()
    way.load()
    way.change_rows(
        """
        insert into ops.schedule values
            ('intensity', 10, 0, timestamp '2026-01-01'),
            ('window', 300, 0, timestamp '2026-01-01'),
            ('intensity', 20, 0, timestamp '2026-02-01'),
            ('intensity', 10, 0, timestamp '2026-03-01')
        """
    )
    before = [rows_of(way.warehouse, sql) for sql in EVERYTHING]

    assert rebuild().exit_code == 0

    assert [rows_of(way.warehouse, sql) for sql in EVERYTHING] == before
    assert [len(rows) for rows in before] == [95, 70, 5, 4]


def test_what_the_old_one_had_not_loaded_yet_is_no_fault_of_it(way: SmallWay) -> None:
    way.append_polls(10, partition=0)
    way.archive()

    result = rebuild()

    assert "partition 0: the old warehouse had not loaded offsets 40-49 yet" in result.stdout
    assert "the old warehouse had nothing that bronze has not" in result.stdout
    assert audit("--complete").exit_code == 0


def test_old_ones_are_removed_when_told_and_the_one_in_place_never(way: SmallWay) -> None:
    rebuild()
    rebuild()
    new = uuid_of(way.warehouse)

    result = rebuild("--drop-old")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "removed data/warehouse.duckdb.before-2",
        "removed data/warehouse.duckdb.before-3",
    ]
    assert files(way) == {"warehouse.duckdb"}
    assert uuid_of(way.warehouse) == new
    again = rebuild("--drop-old")
    assert (again.exit_code, again.stdout) == (0, "there is nothing to remove\n")


def test_old_ones_stay_where_the_one_in_place_is_not_the_one_that_the_lake_feeds(
    way: SmallWay,
) -> None:
    rebuild()
    way.warehouse.unlink()

    assert "run 'greenpulse rebuild' first" in refusal_of_rebuild("--drop-old")

    assert files(way) == {"warehouse.duckdb.before-2"}


def test_a_lost_file_is_made_up_for_as_the_worker_says(way: SmallWay) -> None:
    way.warehouse.unlink()

    async def refused_and_accepted() -> None:
        warehouse = DuckDBWarehouse(way.warehouse)
        with pytest.raises(WarehouseMismatch, match="or 'greenpulse rebuild' where it is lost"):
            await opened(way, warehouse)
        result = await asyncio.to_thread(rebuild)
        assert result.exit_code == 0
        assert "the old" not in result.stdout
        await opened(way, warehouse)
        await warehouse.close()

    asyncio.run(refused_and_accepted())

    assert audit("--complete").exit_code == 0


def test_a_file_that_nobody_made_anew_yet_is_made_up_for_too(way: SmallWay) -> None:
    way.warehouse.unlink()

    result = rebuild()

    assert result.exit_code == 0
    assert "kept as" not in result.stdout
    assert files(way) == {"warehouse.duckdb"}
    assert audit("--complete").exit_code == 0


def test_a_file_of_another_program_is_kept(way: SmallWay) -> None:
    way.warehouse.unlink()
    with duckdb.connect(str(way.warehouse)) as theirs:
        theirs.execute("create table theirs as select 1")

    assert KEPT in rebuild().stdout

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


def test_a_broken_chain_is_refused_and_once_it_is_mended_the_rebuild_goes_on(
    way: SmallWay,
) -> None:
    old = uuid_of(way.warehouse)
    file = way.file(1, 10)
    whole = file.read_bytes()
    file.chmod(0o644)
    file.write_bytes(whole[:-20])

    sentence = refusal_of_rebuild()

    assert "00000000000000000010.ndjson.gz" in sentence
    assert sentence.endswith("; nothing was swapped, 'greenpulse audit' tells all that is wrong")
    assert uuid_of(way.warehouse) == old
    unfinished = uuid_of(way.folder / "warehouse.duckdb.rebuild")
    file.write_bytes(whole)
    assert rebuild().exit_code == 0
    assert uuid_of(way.warehouse) == unfinished


def test_a_chain_that_breaks_behind_its_back_proves_nothing(way: SmallWay) -> None:
    # All of it was loaded before it broke.
    old = uuid_of(way.warehouse)
    way.file(1, 10).chmod(0o644)
    whole = way.file(1, 10).read_bytes()
    way.file(1, 10).write_bytes(whole[:-20])
    refusal_of_rebuild()
    way.file(1, 10).write_bytes(whole)
    way.forge(0, 10, lambda lines: lines.replace(b"poll-11", b"poll-99"))

    sentence = refusal_of_rebuild()

    assert sentence.startswith("reading partition 0 of the lake: ")
    assert "'greenpulse audit'" in sentence
    assert uuid_of(way.warehouse) == old


def test_a_new_one_that_is_not_what_bronze_says_never_comes_into_force(way: SmallWay) -> None:
    old = uuid_of(way.warehouse)
    way.file(1, 10).chmod(0o644)
    whole = way.file(1, 10).read_bytes()
    way.file(1, 10).write_bytes(b"")
    refusal_of_rebuild()
    way.file(1, 10).write_bytes(whole)
    with duckdb.connect(str(way.folder / "warehouse.duckdb.rebuild")) as unfinished:
        unfinished.execute("delete from bronze.raw_intensity where log_offset = 0")

    result = rebuild()

    assert result.exit_code == 1
    assert "partition 0: the new warehouse: offset 0 missing" in result.stdout
    assert "nothing was swapped" in result.stdout
    assert uuid_of(way.warehouse) == old
    assert claims_of(way) == [old]
    removed = rebuild("--drop-old").stdout
    assert removed == "removed data/warehouse.duckdb.rebuild\n"
    assert rebuild().exit_code == 0


def test_an_empty_lake_is_no_source(working_directory: Path) -> None:
    assert refusal_of_rebuild() == (
        "rebuilding the warehouse: the lake holds no bronze file yet to make it from"
    )
    assert list(working_directory.iterdir()) == []


def test_without_a_warehouse_there_is_nothing_to_rebuild(way: SmallWay) -> None:
    sentence = refusal_of_rebuild(environ={"GREENPULSE_WAREHOUSE": "none"})

    assert sentence.startswith("rebuilding the warehouse: GREENPULSE_WAREHOUSE=none; set it to")
    assert files(way) == {"warehouse.duckdb"}


def test_a_warehouse_of_another_lake_keeps_its_place(way: SmallWay) -> None:
    way.change_rows("update ops.identity set lake_id = 'another'")

    sentence = refusal_of_rebuild()

    assert sentence.startswith("rebuilding the warehouse: it holds lake 'another', and")
    assert files(way) == {"warehouse.duckdb"}


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
    assert files(way) == {"warehouse.duckdb"}


def test_a_worker_that_is_ahead_of_the_new_one_lets_it_catch_up(way: SmallWay) -> None:
    # It loaded into the old one between the proof and the swap.
    async def worker() -> None:
        store = FolderStore(way.lake)
        warehouse = DuckDBWarehouse(way.warehouse)
        replacement = DuckDBReplacement(way.warehouse)
        loader = await opened(way, warehouse)
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
