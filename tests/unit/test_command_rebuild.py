"""``rebuild`` of a DuckDB file: what it makes, and what it tells of the old one, which is kept."""

from support.auditing import audit
from support.rebuilding import claims_of, files_of, rebuild, refusal_of_rebuild, rows_of, uuid_of
from support.small_way import SmallWay
from support.staging import body_of, item, poll, value_of_poll

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
    assert files_of(way) == {"warehouse.duckdb", "warehouse.duckdb.before-2"}
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
    assert files_of(way) == {"warehouse.duckdb"}
    assert uuid_of(way.warehouse) == new
    again = rebuild("--drop-old")
    assert (again.exit_code, again.stdout) == (0, "there is nothing to remove\n")


def test_old_ones_stay_where_the_one_in_place_is_not_the_one_that_the_lake_feeds(
    way: SmallWay,
) -> None:
    rebuild()
    way.warehouse.unlink()

    assert "run 'greenpulse rebuild' first" in refusal_of_rebuild("--drop-old")

    assert files_of(way) == {"warehouse.duckdb.before-2"}
