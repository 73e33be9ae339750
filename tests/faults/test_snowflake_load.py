"""Loads into Snowflake's stand-in: what is sent, and what a death between two steps leaves."""

import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from snowflake.connector import connect
from support.manual_clock import ManualClock
from support.services.fakesnow import FakesnowServer
from support.snowflakes import stand_in_account, stand_in_warehouse
from support.staging import batch

from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.manifest import stage_file_of
from greenpulse.warehouse.snowflake_load import stage
from greenpulse.warehouse.snowflake_statements import execute
from greenpulse.warehouse.warehouse import Staged

TESTS = Path(__file__).parent.parent

STEPS = (
    "put",
    "begin",
    "update ops.load_lease",
    "insert into ops.load_manifest",
    "copy",
    "insert into silver.poll",
    "insert into silver.national_intensity",
    "insert into silver.forecast_error",
    "insert into ops.hour_to_count",
    "insert into ops.pipeline_hour",
    "select\n    count(*) as row_count",
    "commit",
    "answer",
)
WHOLE = """
    select
        (select count(*) || ' ' || count(distinct v:offset::bigint)
            from bronze.raw_intensity) as raw_rows,
        (select count(*) from bronze.record_to_read) as records_to_read,
        (select count(*) from ops.hour_to_count) as hours_to_count,
        (select sum(ticks_answered) from ops.series_hour)::bigint as ticks,
        (select sum(loads) from ops.pipeline_hour)::bigint as loads,
        (select count(*) || ' ' || count(distinct poll_id) from silver.poll) as polls,
        (select max(revision_number) || ' ' || count(*) from silver.national_intensity) as runs,
        (select sum(record_count) from ops.load_manifest)::bigint as records
"""


@pytest.mark.timeout(600)
async def test_a_loader_that_dies_before_any_step_leaves_all_of_its_load_or_nothing(
    fakesnow: FakesnowServer,
) -> None:
    warehouse = stand_in_warehouse(fakesnow)
    await warehouse.deploy()

    found = {}
    for number, step in enumerate(STEPS):
        start = 5 * number
        arguments = (str(fakesnow.port), str(start), step)
        died = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
            [sys.executable, "-m", "support.dying_snowflake_loader", *arguments],
            cwd=TESTS,
            check=False,
            capture_output=True,
        )
        assert died.returncode == -signal.SIGKILL, died.stderr
        fakesnow.end_idle_sessions()
        ends = await warehouse.manifest_ends(POLLS_TOPIC)
        again = await warehouse.load(batch(start))
        assert (again is None) == (ends.get(0) == start + 4)
        found[step] = again is None

    # Only the one that dies after COMMIT has loaded.
    assert found == {step: step == "answer" for step in STEPS}
    count = 5 * len(STEPS)
    runs = len({130 + offset // 3 for offset in range(count)})
    rows = (await warehouse.query(WHOLE)).rows
    polls = f"{count} {count}"
    assert rows == [(polls, 0, 0, count, len(STEPS), polls, f"{runs} {runs}", count)]
    await warehouse.close()


async def test_between_begin_and_commit_a_load_sends_no_ddl(fakesnow: FakesnowServer) -> None:
    warehouse = stand_in_warehouse(fakesnow)
    await warehouse.deploy()
    before = len(fakesnow.statements())

    await warehouse.load(batch(0))
    await warehouse.close()

    sent = [statement["sql"] for statement in fakesnow.statements()[before:]]
    begin, commit = sent.index("BEGIN"), sent.index("COMMIT")
    verbs = [sql.split()[0].lower() for sql in sent]
    # The connector asks anew for the place of the upload.
    assert set(verbs[:begin]) == {"put"}
    assert verbs[begin : begin + 4] == ["begin", "update", "insert", "copy"]
    assert set(verbs[begin + 1 : commit]) == {"update", "insert", "delete", "select", "copy"}
    assert sent[begin + 3].endswith("ON_ERROR=ABORT_STATEMENT FORCE=TRUE")


def staged_files(server: FakesnowServer) -> list[str]:
    """What lies in the stage; of ours the range alone."""
    with connect(**stand_in_account(server.port).arguments()) as connection:
        rows = execute(connection, "list @bronze.energy_stage")
    names = sorted(row[0].rpartition("/")[2] for row in rows)
    return [re.sub(r"^p0*(\d+)_0*(\d+)_0*(\d+)_.*", r"\1: \2-\3", name) for name in names]


def put(server: FakesnowServer, staged: Staged, name: str | None = None) -> None:
    """Do what a loader has done that dies right behind PUT."""
    with connect(**stand_in_account(server.port).arguments()) as connection:
        stage(connection, staged, name or stage_file_of(staged))


async def test_a_staged_file_is_removed_a_week_after_its_load(
    fakesnow: FakesnowServer, clock: ManualClock
) -> None:
    warehouse = stand_in_warehouse(fakesnow, clock)
    await warehouse.deploy()

    await warehouse.load(batch(0))
    await clock.advance(timedelta(days=6).total_seconds())
    await warehouse.load(batch(5))
    assert staged_files(fakesnow) == ["0: 0-4", "0: 5-9"]
    await clock.advance(timedelta(days=2).total_seconds())
    await warehouse.load(batch(10))
    await warehouse.close()

    assert staged_files(fakesnow) == ["0: 5-9", "0: 10-14"]


async def test_a_staged_file_that_never_had_a_load_goes_once_another_load_took_its_range(
    fakesnow: FakesnowServer, clock: ManualClock
) -> None:
    warehouse = stand_in_warehouse(fakesnow, clock)
    await warehouse.deploy()
    await warehouse.load(batch(0))
    for left in (batch(5), batch(5, record_count=20), batch(0, partition=1)):
        put(fakesnow, left)
    put(fakesnow, batch(0), "other.json.gz")

    await warehouse.load(batch(5, record_count=8))
    await clock.advance(timedelta(days=8).total_seconds())
    await warehouse.load(batch(13))

    # What no load has taken, wholly or yet, may be what one reads that is under way.
    others = ["0: 5-24", "0: 13-17", "1: 0-4", "other.json.gz"]
    assert sorted(staged_files(fakesnow)) == sorted(others)
    assert await warehouse.load(batch(0, partition=1)) is not None
    await warehouse.close()
