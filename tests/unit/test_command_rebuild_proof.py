"""``rebuild`` swaps nothing that is not what bronze says, nor where bronze cannot say it."""

from pathlib import Path

import duckdb
from support.rebuilding import claims_of, files_of, rebuild, refusal_of_rebuild, uuid_of
from support.small_way import SmallWay


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
    assert files_of(way) == {"warehouse.duckdb"}
