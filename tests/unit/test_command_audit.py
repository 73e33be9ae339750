"""``audit`` on a real log, lake and warehouse: all is well, and each kind of harm, named."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from support.small_way import SmallWay, poll

from greenpulse.commands.audit import audit_command
from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore
from greenpulse.records import POLLS_TOPIC


@pytest.fixture(scope="module")
def whole_way(tmp_path_factory: pytest.TempPathFactory) -> SmallWay:
    """Partition 0 has four full files of ten, partition 1 two and a half, 2 is empty."""
    way = SmallWay(tmp_path_factory.mktemp("whole") / "data")
    way.append_polls(40, partition=0)
    way.append_polls(23, partition=1)
    way.append([b"no poll", None], partition=1)
    way.archive()
    way.load()
    return way


@pytest.fixture
def way(whole_way: SmallWay, working_directory: Path) -> SmallWay:
    """The same, to do harm to; the default settings find it."""
    shutil.copytree(whole_way.folder, working_directory / "data")
    return SmallWay(working_directory / "data")


def audit(*options: str, environ: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(audit_command, list(options), env=environ)
    assert "Traceback" not in result.output
    return result


def differences() -> list[tuple[int, str, str, int, int]]:
    """What ``audit --json`` finds: partition, place, kind, first and last offset."""
    result = audit("--json")
    report: dict[str, Any] = json.loads(result.stdout)
    found = [
        (part["partition"], d["place"], d["kind"], d["first"], d["last"])
        for part in report["partitions"]
        for d in part["differences"]
    ]
    assert result.exit_code == (1 if found or report["problems"] else 0)
    assert report["agrees"] is (result.exit_code == 0)
    return found


@pytest.mark.usefixtures("way")
def test_where_nothing_was_done_all_agree() -> None:
    result = audit("--complete")

    assert result.exit_code == 0
    assert result.stdout == "nothing is missing, doubled or altered: 65 records in 3 partitions\n"
    assert result.stderr == ""


@pytest.mark.usefixtures("way")
def test_the_report_for_programs_says_where_each_place_stands() -> None:
    report = json.loads(audit("--json").stdout)

    assert report["agrees"] is True
    assert report["partitions"][1] == {
        "partition": 1,
        "log": [0, 24],
        "chain": [0, 24],
        "warehouse": [0, 24],
        "files": 3,
        "records": 25,
        "not_archived": None,
        "not_loaded": None,
        "accepted_gaps": [],
        "differences": [],
    }


def test_an_audit_writes_and_creates_nothing(way: SmallWay) -> None:
    before = {path: path.read_bytes() for path in way.folder.rglob("*") if path.is_file()}

    audit()

    after = {path: path.read_bytes() for path in way.folder.rglob("*") if path.is_file()}
    assert after.keys() - before.keys() <= {
        way.folder / "log.sqlite-shm",
        way.folder / "log.sqlite-wal",
    }
    assert {path: after[path] for path in before} == before


def test_before_anything_began_it_says_so_and_creates_nothing(working_directory: Path) -> None:
    result = audit("--complete")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == (
        "nothing is recorded yet: start 'greenpulse worker', or 'greenpulse demo' for a "
        "simulated grid"
    )
    assert list(working_directory.iterdir()) == []


def test_a_deleted_file_is_named_with_its_offsets(way: SmallWay) -> None:
    way.take_away(0, 10)

    result = audit()

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "partition 0: chain: offsets 10-19 missing: no bronze file holds offsets 10 to 19",
        "found wrong: 10 offsets in 1 partition",
    ]


def test_the_first_file_deleted_is_found(way: SmallWay) -> None:
    way.take_away(0, 0)

    assert differences() == [(0, "chain", "missing", 0, 9)]


def test_the_first_file_deleted_is_found_without_claims_and_log(way: SmallWay) -> None:
    way.take_away(0, 0)
    shutil.rmtree(way.lake / "claims")
    way.expire(0, before=20)

    assert (0, "chain", "missing", 0, 9) in differences()


def test_the_last_file_deleted_is_found_since_it_was_loaded(way: SmallWay) -> None:
    way.take_away(1, 20)

    assert differences() == [(1, "chain", "missing", 20, 24)]


def test_the_last_file_deleted_before_its_load_is_found_since_it_was_acknowledged(
    way: SmallWay,
) -> None:
    way.append_polls(5, partition=0)
    way.archive()
    way.take_away(0, 40)

    result = audit()

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "partition 0: chain: offsets 40-44 missing: the archive has acknowledged them"
    )


def test_all_files_deleted_are_found(way: SmallWay) -> None:
    shutil.rmtree(way.lake / f"topic={POLLS_TOPIC}")

    assert differences() == [(0, "chain", "missing", 0, 39), (1, "chain", "missing", 0, 24)]


@pytest.mark.parametrize("place", [4, 100, -1])
@pytest.mark.parametrize("start", [10, 30])
def test_a_flipped_byte_is_found_wherever_it_is(way: SmallWay, start: int, place: int) -> None:
    file = way.file(0, start)
    body = bytearray(file.read_bytes())
    body[place] ^= 0x10
    file.chmod(0o644)
    file.write_bytes(body)

    found = differences()

    assert {(partition, where) for partition, where, *_ in found} == {(0, "chain")}
    assert {(first, last) for *_, first, last in found} == {(start, start + 9)}


@pytest.mark.parametrize("start", [0, 10, 30])
def test_a_file_forged_with_its_hash_made_to_fit_is_found(way: SmallWay, start: int) -> None:
    way.forge(0, start, lambda lines: lines.replace(f"poll-{start + 4}".encode(), b"poll-x"))

    assert (0, "chain", "altered", start + 4, start + 4) in differences()
    assert {where for _, where, *_ in differences()} == {"chain"}


@pytest.mark.parametrize("start", [0, 10, 30])
def test_a_forged_file_is_found_below_the_start_of_the_log(way: SmallWay, start: int) -> None:
    way.expire(0, before=40)
    way.forge(0, start, lambda lines: lines.replace(f"poll-{start + 4}".encode(), b"poll-x"))

    found = differences()

    assert (0, "chain", "altered", start + 4, start + 4) in found
    assert {where for _, where, *_ in found} == {"chain"}


def test_lines_cut_off_a_file_are_missing(way: SmallWay) -> None:
    way.forge(0, 10, lambda lines: b"".join(lines.splitlines(keepends=True)[:-2]))

    assert (0, "chain", "missing", 18, 19) in differences()


def test_a_file_forged_beside_its_rows_is_found_by_the_manifest_where_the_log_has_expired(
    way: SmallWay,
) -> None:
    way.expire(0, before=40)
    way.forge(0, 30, lambda lines: lines.replace(b"poll-34", b"poll-xx"))
    way.change_rows(
        """
        update bronze.raw_intensity set v = replace(v::varchar, 'poll-34', 'poll-xx')::json
        where partition_id = 0 and log_offset = 34
        """
    )

    result = audit()

    assert result.exit_code == 1
    assert "the manifest has another content_sha256 than the chain's lines" in result.stdout


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


def test_an_altered_record_of_the_log_is_found(way: SmallWay) -> None:
    way.change_log("update record set key = x'00', appended_ms = 0 where log_offset = 12")

    found = differences()

    assert (0, "log", "altered", 12, 12) in found
    assert {where for _, where, *_ in found} == {"log"}


def test_a_log_that_was_made_anew_is_not_of_this_lake(way: SmallWay) -> None:
    for file in way.folder.glob("log.sqlite*"):
        file.unlink()
    way.append_polls(15, partition=0)

    found = differences()

    assert found == [
        (0, "log", "altered", 0, 14),
        (0, "log", "missing", 15, 39),
        (1, "log", "missing", 0, 24),
    ]


def test_what_is_not_archived_and_not_loaded_yet_is_lag_and_no_fault(way: SmallWay) -> None:
    way.append_polls(10, partition=0)
    way.archive()
    way.append_polls(3, partition=0)

    result = audit()

    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [
        "partition 0: offsets 50-52 not archived yet",
        "partition 0: offsets 40-49 not loaded yet",
    ]


def test_with_complete_lag_is_a_fault(way: SmallWay) -> None:
    way.append_polls(10, partition=0)
    way.archive()
    way.append_polls(3, partition=0)

    result = audit("--complete")

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "partition 0: chain: offsets 50-52 missing: not archived yet",
        "partition 0: warehouse: offsets 40-49 missing: not loaded yet",
        "found wrong: 13 offsets in 1 partition",
    ]


def test_records_that_expired_before_they_were_archived_are_named_with_the_way_out(
    way: SmallWay,
) -> None:
    way.append_polls(10, partition=0)
    way.expire(0, before=45)

    result = audit()

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2] == (
        "partition 0: log: offsets 40-44 missing: they expired before they were archived; "
        "run 'greenpulse accept-gap 0 40 44' to declare them lost"
    )


def test_an_accepted_gap_is_listed_and_is_no_fault(way: SmallWay) -> None:
    way.append_polls(10, partition=0)
    way.expire(0, before=45)
    way.accept_gap(0, 40, 44)
    before_archived = audit()
    way.archive()
    way.load()

    result = audit("--complete")

    assert before_archived.exit_code == 0
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "partition 0: offsets 40-44 accepted as lost for ever",
        "nothing is missing, doubled or altered: 70 records in 3 partitions",
    ]


def test_a_gap_that_nobody_accepted_is_a_fault_though_the_file_declares_it(way: SmallWay) -> None:
    way.append_polls(10, partition=0)
    way.expire(0, before=45)
    way.accept_gap(0, 40, 44)
    way.archive()
    way.load()
    shutil.rmtree(way.lake / "claims" / "gaps")

    assert (0, "chain", "missing", 40, 44) in differences()


def test_without_a_warehouse_log_and_chain_are_compared(way: SmallWay) -> None:
    way.warehouse.unlink()
    way.take_away(0, 10)

    result = audit(environ={"GREENPULSE_WAREHOUSE": "none"})

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "GREENPULSE_WAREHOUSE=none: only log and chain are compared"
    )
    assert "chain: offsets 10-19 missing" in result.stdout


def test_a_warehouse_that_has_not_begun_is_lag(way: SmallWay) -> None:
    way.warehouse.unlink()

    result = audit()

    assert result.exit_code == 0
    assert "the warehouse duckdb://data/warehouse.duckdb has not begun" in result.stdout
    assert "partition 0: offsets 0-39 not loaded yet" in result.stdout
    assert not way.warehouse.exists()


def test_the_warehouse_of_another_lake_is_wrong(way: SmallWay) -> None:
    way.change_rows("update ops.identity set lake_id = 'another'")

    result = audit()

    assert result.exit_code == 1
    assert "the warehouse is of lake 'another', and this is lake" in result.stdout


def test_a_warehouse_that_the_lake_does_not_feed_any_more_is_wrong(way: SmallWay) -> None:
    claims = Claims(FolderStore(way.lake))
    asyncio.run(claims.claim_warehouse(str(uuid4()), number=2))

    result = audit()

    assert result.exit_code == 1
    assert "the lake feeds warehouse" in result.stdout


def test_absent_metadata_is_no_fault(way: SmallWay) -> None:
    way.sidecar(0, 10).unlink()
    way.sidecar(1, 20).unlink()

    assert audit("--complete").exit_code == 0


def test_altered_metadata_is_a_fault(way: SmallWay) -> None:
    text = way.sidecar(0, 10).read_text()
    way.sidecar(0, 10).write_text(text.replace('"19"', '"18"'))

    result = audit()

    assert result.exit_code == 1
    assert "its metadata says end-offset 18, its body 19" in result.stdout


def test_many_pieces_and_many_pages_are_compared_as_one(working_directory: Path) -> None:
    way = SmallWay(working_directory / "data", partitions=1)
    way.append([poll(number) for number in range(25_000)])
    way.archive(file_records=3_000)
    way.load()
    way.change_rows("delete from bronze.raw_intensity where log_offset in (0, 9999, 10000, 24999)")
    way.take_away(0, 12_000)

    assert differences() == [
        (0, "warehouse", "missing", 0, 0),
        (0, "warehouse", "missing", 9_999, 10_000),
        (0, "chain", "missing", 12_000, 14_999),
        (0, "warehouse", "missing", 24_999, 24_999),
    ]


def test_settings_that_are_wrong_are_one_sentence_and_exit_code_2() -> None:
    result = audit(environ={"GREENPULSE_PARTITIONS": "many"})

    assert result.exit_code == 2
    assert result.stderr.startswith("GREENPULSE_PARTITIONS='many': want a whole number")


def test_a_damaged_warehouse_is_one_sentence_and_exit_code_2(way: SmallWay) -> None:
    way.warehouse.write_bytes(b"no database")

    result = audit()

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


BUSY = """
import sys
from pathlib import Path
from support.small_way import SmallWay

way = SmallWay(Path(sys.argv[1]))
for _ in sys.stdin:
    for partition in range(3):
        way.append_polls(17, partition)
    way.archive()
    way.load()
"""


def test_beside_a_busy_worker_nothing_is_found_wrong(way: SmallWay) -> None:
    command = [sys.executable, "-c", BUSY, str(way.folder)]
    environ = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=environ) as worker:
        assert worker.stdin is not None
        results = []
        for _ in range(6):
            # Another round of the worker's begins, and an audit beside it.
            worker.stdin.write("\n")
            worker.stdin.flush()
            results.append(audit())

    outcomes = [result.stdout.splitlines()[-1] for result in results]
    assert all(outcome.startswith("nothing is missing") for outcome in outcomes)
    assert len(set(outcomes)) > 1
    assert worker.returncode == 0
    assert audit("--complete").stdout.startswith(
        f"nothing is missing, doubled or altered: {65 + 6 * 3 * 17} records"
    )
