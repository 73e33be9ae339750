"""Several workers of one group: pages, polls and rows are those of one."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from support.fast_path import PARTITIONS
from support.page_words import words
from support.whole_way import WholeWay, lost_ticks, said_of
from support.worker_process import WorkerProcess

from greenpulse.clock import SystemClock, from_rfc3339

pytestmark = pytest.mark.timeout(600)

SESSION_SECONDS = 15
"""After so long without a heartbeat, Kafka gives a worker's partitions to others."""
NOTICED_SECONDS = 30
"""For the new generation to agree, and the new leader to begin, on a busy machine."""

TICKS = """
select sum(ticks_answered) + sum(ticks_failed) as counted,
    (select count(distinct series || scheduled_at) from silver.poll) as known
from gold.pipeline_health
"""


async def each_has_one_partition(workers: list[WorkerProcess]) -> None:
    async with asyncio.timeout(180):
        while await partitions_of(workers) != [[0], [1], [2]]:
            await asyncio.sleep(0.5)


async def partitions_of(workers: list[WorkerProcess]) -> list[list[int]]:
    pipelines = [await worker.json("/api/v1/pipeline") for worker in workers]
    return sorted([lane["partition"] for lane in p["partitions"]] for p in pipelines)


async def leader_of(workers: list[WorkerProcess]) -> WorkerProcess:
    """Wait until there is one."""
    async with asyncio.timeout(180):
        while True:
            leaders = [w for w in workers if (await w.json("/api/v1/pipeline"))["is_leader"]]
            if len(leaders) == 1:
                return leaders[0]
            await asyncio.sleep(0.25)


async def test_three_workers_share_partitions_and_one_file_and_each_shows_whole_pages(
    whole: WholeWay,
) -> None:
    workers = [await whole.start() for _ in range(3)]
    await each_has_one_partition(workers)
    await whole.path.send(3_000)
    await whole.caught_up(*workers)

    for worker in workers:
        now = await worker.json("/api/v1/now")
        assert now["is_fresh"]
        assert now["forecast_gco2_per_kwh"] is not None
        half_hours = (await worker.json("/api/v1/half-hours"))["half_hours"]
        # One less for a moment after a half hour has begun.
        assert len(half_hours) >= 143
        assert "are from then" not in words(await worker.text("/"))
        assert await worker.status("/stats") == 200
    shown = [await worker.text("/api/v1/half-hours") for worker in workers]
    known = [
        [(h["period_start_at"], h["forecast_gco2_per_kwh"]) for h in json.loads(text)["half_hours"]]
        for text in shown
    ]
    assert known[0] == known[1] == known[2]
    leader = await leader_of(workers)
    assert {poll["worker"].rpartition("-")[2] for poll in (await whole.polls())[-5:]} == {
        str(leader.pid)
    }
    for worker in workers[1:]:
        assert await worker.terminate() == 0
    code, *audited = await whole.audited(workers[0])
    assert code == 0, audited


async def test_a_new_leader_polls_within_the_session_time_out_and_ticks_count_once(
    whole: WholeWay,
) -> None:
    workers = [await whole.start() for _ in range(2)]
    leader = await leader_of(workers)
    [other] = [worker for worker in workers if worker is not leader]
    await leader.kill()
    killed_at = SystemClock().now()
    await leader_of([other])
    taken_over = (SystemClock().now() - killed_at).total_seconds()
    async with asyncio.timeout(180):
        while (await other.json("/api/v1/now"))["data_age_seconds"] > 3:
            await asyncio.sleep(0.25)
    await whole.caught_up(other)

    polls = await whole.polls()
    of_other = [p for p in polls if p["worker"].endswith(f"-{other.pid}") and p["requested_at"]]
    first_at = min(from_rfc3339(poll["requested_at"]) for poll in of_other)
    waited = (first_at - killed_at).total_seconds()
    print(f"killed leader: the other one leads after {taken_over:.1f} s, polls after {waited:.1f}")
    assert timedelta(0) < first_at - killed_at
    assert waited < SESSION_SECONDS + NOTICED_SECONDS
    code, *audited = await whole.audited(other)
    assert code == 0, audited
    code, told, _ = await other.command("query", TICKS, "--format", "json")
    assert code == 0
    [ticks] = json.loads(told)
    assert ticks["counted"] == ticks["known"]
    assert len(lost_ticks(await whole.polls())) < SESSION_SECONDS + NOTICED_SECONDS


async def test_a_second_machine_with_a_file_of_its_own_is_told_so_and_archives_on(
    whole: WholeWay, tmp_path: Path
) -> None:
    first = await whole.start()
    await whole.caught_up(first)
    second = await whole.start(WAREHOUSE=f"duckdb://{tmp_path / 'second.duckdb'}")
    said = await said_of(second, "warehouse")
    await whole.path.send(3_000)
    await whole.caught_up(first, second, is_loaded=False)
    pipeline = await second.json("/api/v1/pipeline")

    assert said.startswith("opening the warehouse: it is new, and the lake feeds '")
    assert "run all workers where that one is" in said
    assert len(pipeline["partitions"]) in range(1, PARTITIONS)
    assert all(lane["archive_lag_records"] < 100 for lane in pipeline["partitions"])
    assert await second.status("/health/ready") == 200
    assert await second.terminate() == 0
    code, *audited = await whole.audited(first)
    assert code == 0, audited
