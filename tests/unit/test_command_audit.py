"""``audit`` on a real log, lake and warehouse: what agrees, what is lag, what is wrong."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from support.auditing import audit, differences
from support.small_way import SmallWay, poll

from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore


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
    shutil.rmtree(way.lake / "claims" / "warehouse")

    result = audit()

    assert result.exit_code == 0
    assert "the warehouse duckdb://data/warehouse.duckdb has not begun" in result.stdout
    assert "partition 0: offsets 0-39 not loaded yet" in result.stdout
    assert not way.warehouse.exists()


def test_a_new_warehouse_beside_a_lake_that_feeds_another_one_is_wrong(way: SmallWay) -> None:
    claim = asyncio.run(Claims(FolderStore(way.lake)).warehouse())
    way.warehouse.unlink()

    result = audit()

    assert result.exit_code == 1
    assert claim is not None
    assert (
        f"the warehouse duckdb://data/warehouse.duckdb is new, and the lake feeds "
        f"'{claim.warehouse_id}' already; set GREENPULSE_WAREHOUSE to that one, or run"
    ) in result.stdout


def test_the_warehouse_of_another_lake_is_wrong(way: SmallWay) -> None:
    way.change_rows("update ops.identity set lake_id = 'another'")

    result = audit()

    assert result.exit_code == 1
    assert "the warehouse is of lake 'another', and this is lake" in result.stdout
    assert "; set GREENPULSE_WAREHOUSE to the lake's own, or to an empty one" in result.stdout


def test_a_warehouse_that_the_lake_does_not_feed_any_more_is_wrong(way: SmallWay) -> None:
    claims = Claims(FolderStore(way.lake))
    asyncio.run(claims.claim_warehouse(str(uuid4()), number=2))

    result = audit()

    assert result.exit_code == 1
    assert "the lake feeds warehouse" in result.stdout
    assert "; set GREENPULSE_WAREHOUSE to that one, or run 'greenpulse rebuild'" in result.stdout


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
