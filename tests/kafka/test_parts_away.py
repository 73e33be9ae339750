"""API, broker, lake and warehouse are away under load, each alone: no other part stops.

Twenty seconds in the usual run, three minutes where the long tests run; docs/failures.md
has the bound for an hour.
"""

import asyncio
import os
import signal
from contextlib import suppress

import pytest
from support.fast_path import count_of
from support.memory_watch import MemoryWatch
from support.page_words import words
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer
from support.whole_way import (
    HEARTBEAT_SECONDS,
    WholeWay,
    is_ready,
    lost_ticks,
    notebook_on,
    said_of,
    scheduled_between,
    works_again,
)
from support.worker_process import WorkerProcess

from greenpulse.clock import SystemClock

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.parametrize("away_seconds", [20, pytest.param(180, marks=pytest.mark.long)]),
]

LOAD_RECORDS = 40_000
FILLER_BYTES = 2_000
MOST_MIB = 600
"""Of a worker: 150 as it is, 80 for what waits for the lake, the rest for DuckDB and its loads."""
_CURRENT_WITHIN_SECONDS = 120
"""On a busy machine; what is away stays away meanwhile."""


async def load_while(whole: WholeWay, seconds: float) -> None:
    """A load that takes as long as the part is away, and more than a worker may hold."""
    await whole.path.send(LOAD_RECORDS, a_second=LOAD_RECORDS / seconds, filler_bytes=FILLER_BYTES)


async def is_current(worker: WorkerProcess) -> bool:
    """Whether page and API come to show a number that is fresh."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_CURRENT_WITHIN_SECONDS):
            while not await _is_current_now(worker):
                await asyncio.sleep(1)
            return True
    return False


async def _is_current_now(worker: WorkerProcess) -> bool:
    now = await worker.json("/api/v1/now")
    page = words(await worker.text("/"))
    is_stale = "the numbers are from then" in page
    return now["is_fresh"] and now["data_age_seconds"] < 15 and not is_stale


async def held_to_the_bound(worker: WorkerProcess) -> list[int]:
    """Wait until each partition holds as much as it may; how many bytes."""
    async with asyncio.timeout(_CURRENT_WITHIN_SECONDS):
        while True:
            lanes = (await worker.json("/api/v1/pipeline"))["partitions"]
            held = [lane["held_bytes"] for lane in lanes]
            if min(held) > 8 << 20:
                return held
            await asyncio.sleep(1)


def told(part: str, away_seconds: float, memory: MemoryWatch, caught_up: float, said: str) -> None:
    peaks = ", ".join(f"{phase} {mib:.0f} MiB" for phase, mib in memory.peaks_mib.items())
    print(f"{part} away for {away_seconds} s: {peaks}; caught up in {caught_up:.1f} s\n  {said}")


async def test_while_the_api_is_away_each_tick_says_so_and_the_rest_goes_on(
    whole: WholeWay, away_seconds: float
) -> None:
    worker = await whole.start()
    async with MemoryWatch(worker.pid, "before") as memory:
        load = asyncio.create_task(load_while(whole, away_seconds))
        await whole.api.go()
        away_at = SystemClock().now()
        memory.begin("away")
        said = await said_of(worker, "source")
        await load
        caught_up_meanwhile = await whole.caught_up(worker)
        status_away = await worker.status("/health/ready")
        page = words(await worker.text("/"))
        is_fresh_away = (await worker.json("/api/v1/now"))["is_fresh"]
        back_at = SystemClock().now()
        await whole.api.come()
        memory.begin("after")
        await works_again(worker, "source")
        await whole.caught_up(worker)

    polls = await whole.polls()
    told("API", away_seconds, memory, caught_up_meanwhile, said)
    assert said.startswith("Cannot reach the Carbon Intensity API at http://127.0.0.1:")
    assert status_away == 200
    if away_seconds > 60:
        assert not is_fresh_away
        assert "The Carbon Intensity API was last heard" in page
        assert "Cannot reach the Carbon Intensity API" in page
    assert lost_ticks(polls) == []
    failed = [p for p in scheduled_between(polls, away_at, back_at) if p["error"]]
    assert len(failed) >= 0.8 * away_seconds / HEARTBEAT_SECONDS
    assert await is_current(worker)
    assert max(memory.peaks_mib.values()) < MOST_MIB
    code, *audited = await whole.audited(worker)
    assert code == 0, audited


@pytest.mark.parametrize("how", ["kill -9", "SIGSTOP"])
async def test_while_the_broker_is_away_polls_wait_in_memory_and_none_is_lost(
    whole: WholeWay, own_kafka: KafkaServer, away_seconds: float, how: str
) -> None:
    worker = await whole.start()
    async with MemoryWatch(worker.pid, "before") as memory:
        # Nobody can append meanwhile: the load comes just before and just after.
        await whole.path.send(LOAD_RECORDS // 2, filler_bytes=FILLER_BYTES)
        if how == "SIGSTOP":
            # It still takes connections, and answers nothing.
            os.kill(own_kafka.pid, signal.SIGSTOP)
        else:
            await asyncio.to_thread(own_kafka.kill)
        away_at = SystemClock().now()
        memory.begin("away")
        said = await said_of(worker, "broker")
        status_away = await worker.status("/health/ready")
        await asyncio.sleep(away_seconds - (SystemClock().now() - away_at).total_seconds())
        waiting_bytes = await count_of(worker, "greenpulse_waiting_polls_bytes")
        page = words(await worker.text("/"))
        is_fresh_away = (await worker.json("/api/v1/now"))["is_fresh"]
        back_at = SystemClock().now()
        if how == "SIGSTOP":
            os.kill(own_kafka.pid, signal.SIGCONT)
        else:
            await asyncio.to_thread(own_kafka.start)
        memory.begin("after")
        await whole.path.send(LOAD_RECORDS // 2, filler_bytes=FILLER_BYTES)
        await works_again(worker, "broker")
        caught_up = await whole.caught_up(worker)
        await is_ready(worker)

    polls = await whole.polls()
    told(
        f"broker ({how})",
        away_seconds,
        memory,
        caught_up,
        f"{said}; {waiting_bytes} bytes of polls",
    )
    assert "looking up 'greenpulse.polls' on Kafka" in said
    assert any(reason in said for reason in ("no broker answers there", "no answer in time"))
    assert status_away == 503
    if away_seconds > 60:
        assert not is_fresh_away
        assert "the numbers are from then" in page
        assert "on Kafka" in page
    assert lost_ticks(polls) == []
    answered = [p for p in scheduled_between(polls, away_at, back_at) if p["status"] == 200]
    assert len(answered) >= 0.8 * away_seconds / HEARTBEAT_SECONDS
    assert 1_000 * away_seconds / HEARTBEAT_SECONDS < waiting_bytes < 64 << 20
    assert await count_of(worker, "greenpulse_dropped_polls_total") == 0
    assert await is_current(worker)
    assert max(memory.peaks_mib.values()) < MOST_MIB
    code, *audited = await whole.audited(worker)
    assert code == 0, audited


async def test_while_the_lake_is_away_polling_and_pages_go_on_in_bounded_memory(
    whole: WholeWay, own_minio: MinioServer, away_seconds: float
) -> None:
    worker = await whole.start()
    async with MemoryWatch(worker.pid, "before") as memory:
        await asyncio.to_thread(own_minio.kill)
        memory.begin("away")
        load = asyncio.create_task(load_while(whole, away_seconds))
        said = await said_of(worker, "lake")
        status_away = await worker.status("/health/ready")
        await load
        is_current_away = await is_current(worker)
        held = await held_to_the_bound(worker)
        await asyncio.to_thread(own_minio.start)
        memory.begin("after")
        await works_again(worker, "lake")
        caught_up = await whole.caught_up(worker)
        await is_ready(worker)

    told("lake", away_seconds, memory, caught_up, f"{said}; held {held} bytes")
    assert "creating 'topic=greenpulse.polls/partition=" in said
    assert status_away == 503
    assert is_current_away
    assert all(held_bytes < 14 << 20 for held_bytes in held)
    assert lost_ticks(await whole.polls()) == []
    assert max(memory.peaks_mib.values()) < MOST_MIB
    code, *audited = await whole.audited(worker)
    assert code == 0, audited


async def test_while_the_warehouse_is_away_the_archive_goes_on_and_the_worker_stays_ready(
    whole: WholeWay, away_seconds: float
) -> None:
    worker = await whole.start()
    await whole.caught_up(worker)
    async with MemoryWatch(worker.pid, "before") as memory:
        async with notebook_on(whole.warehouse) as notebook:
            memory.begin("away")
            load = asyncio.create_task(load_while(whole, away_seconds))
            said = await said_of(worker, "warehouse")
            await load
            await whole.caught_up(worker, is_loaded=False)
            status_away = await worker.status("/health/ready")
            is_current_away = await is_current(worker)
        memory.begin("after")
        await works_again(worker, "warehouse")
        caught_up = await whole.caught_up(worker)

    told("warehouse", away_seconds, memory, caught_up, said)
    assert str(whole.warehouse) in said
    assert str(notebook) in said
    assert status_away == 200
    assert is_current_away
    assert lost_ticks(await whole.polls()) == []
    assert max(memory.peaks_mib.values()) < MOST_MIB
    code, *audited = await whole.audited(worker)
    assert code == 0, audited
