"""``audit`` finds each harm that is done to rows and manifest, and names it."""

from support.auditing import audit, differences
from support.small_way import SmallWay


def test_a_deleted_row_is_named(way: SmallWay) -> None:
    way.change_rows(
        "delete from bronze.raw_intensity where partition_id = 0 and log_offset in (3, 17, 18, 39)"
    )

    result = audit()

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "partition 0: warehouse: offsets 3, 17-18, 39 missing",
        "found wrong: 4 offsets in 1 partition",
    ]


def test_an_offset_that_file_and_row_lack_is_counted_once(way: SmallWay) -> None:
    way.take_away(0, 10)
    way.change_rows(
        "delete from bronze.raw_intensity where partition_id = 0 and log_offset in (12, 13)"
    )

    result = audit()

    assert result.stdout.splitlines()[-1] == "found wrong: 10 offsets in 1 partition"


def test_a_doubled_row_is_named(way: SmallWay) -> None:
    way.change_rows(
        """
        insert into bronze.raw_intensity by name
        select * from bronze.raw_intensity where partition_id = 1 and log_offset = 24
        """
    )

    assert differences() == [(1, "warehouse", "doubled", 24, 24)]


def test_an_altered_row_is_named(way: SmallWay) -> None:
    way.change_rows(
        """
        update bronze.raw_intensity set v = replace(v::varchar, '200', '500')::json
        where partition_id = 1 and log_offset = 7
        """
    )

    assert differences() == [(1, "warehouse", "altered", 7, 7)]


def test_rows_of_records_that_never_were_are_named(way: SmallWay) -> None:
    way.change_rows(
        """
        insert into bronze.raw_intensity by name
        select * replace (1000000000000 as log_offset)
        from bronze.raw_intensity where partition_id = 0 and log_offset = 39
        """
    )
    way.change_rows(
        """
        insert into bronze.raw_intensity by name
        select * replace (9 as partition_id)
        from bronze.raw_intensity where partition_id = 0 and log_offset = 5
        """
    )

    assert differences() == [
        (0, "warehouse", "extra", 10**12, 10**12),
        (9, "warehouse", "extra", 5, 5),
    ]


def test_a_row_without_an_offset_is_wrong(way: SmallWay) -> None:
    way.change_rows(
        """
        insert into bronze.raw_intensity by name
        select * replace (null as log_offset)
        from bronze.raw_intensity where partition_id = 0 and log_offset = 5
        """
    )

    result = audit()

    assert result.exit_code == 1
    assert "1 row names no partition or no offset" in result.stdout


def test_a_load_that_is_gone_from_the_manifest_is_found(way: SmallWay) -> None:
    way.append_polls(10, partition=0)
    way.archive()
    way.load()
    way.change_rows("delete from ops.load_manifest where partition_id = 0 and start_offset = 0")

    assert (0, "warehouse", "extra", 0, 39) in differences()
