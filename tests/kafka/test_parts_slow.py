"""Slow parts, and one that is not there at the start, keep no other part waiting."""

import asyncio
from typing import Any

import pytest
from support.page_words import words
from support.services.minio import MinioServer
from support.whole_way import (
    WholeWay,
    is_fresh,
    is_ready,
    lost_ticks,
    notebook_on,
    parts_of,
    said_of,
    works_again,
)

pytestmark = pytest.mark.timeout(600)

_POLLS_WITHIN_SECONDS = 120


async def test_a_lake_that_needs_5_s_for_each_answer_slows_neither_polls_nor_pages(
    whole: WholeWay,
) -> None:
    worker = await whole.start()
    whole.store_faults.least_delay_seconds = whole.store_faults.delay_seconds = 5
    whole.store_faults.delayed = 1
    load = asyncio.create_task(whole.path.send(20_000, a_second=1_000))
    ages = []
    while not load.done():
        ages.append((await worker.json("/api/v1/now"))["data_age_seconds"])
        await asyncio.sleep(0.5)
    await load
    archived = await whole.caught_up(worker, is_loaded=False)
    status = await worker.status("/health/ready")
    # Each file is read for the warehouse by two requests, one after the other.
    whole.store_faults.delayed = 0
    caught_up = await whole.caught_up(worker)

    print(
        f"lake of 5 s an answer: data at most {max(ages):.1f} s old; archived {archived:.1f} s"
        f" after the load, loaded {caught_up:.1f} s after it is fast again"
    )
    assert status == 200
    assert archived < 60
    assert max(ages) < 15
    assert lost_ticks(await whole.polls()) == []
    code, *audited = await whole.audited(worker)
    assert code == 0, audited


async def test_an_api_that_answers_after_7_s_loses_no_tick_and_is_fresh(whole: WholeWay) -> None:
    whole.api_faults.least_delay_seconds = whole.api_faults.delay_seconds = 7
    whole.api_faults.delayed = 1
    worker = await whole.start(POLL_SECONDS=10)

    async with asyncio.timeout(120):
        while len(answered_of(polls := await whole.polls())) < 3:
            await asyncio.sleep(1)

    assert lost_ticks(polls, 10) == []
    assert polls[-1]["status"] == 200
    now = await worker.json("/api/v1/now")
    assert now["is_fresh"]
    assert (await parts_of(worker))["source"]["is_ready"]


def answered_of(polls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [poll for poll in polls if poll["status"] == 200]


async def test_a_lake_that_was_never_there_has_the_first_answers_wait_in_memory(
    whole: WholeWay, own_minio: MinioServer
) -> None:
    # Only the lake can say whether it takes simulated answers.
    await asyncio.to_thread(own_minio.kill)
    worker = await whole.spawn()
    said, source_said = await said_of(worker, "lake"), await said_of(worker, "source")
    page = words(await worker.text("/"))
    await asyncio.to_thread(own_minio.start)
    await is_ready(worker)
    await is_fresh(worker)
    caught_up = await whole.caught_up(worker)

    print(f"lake never there: caught up in {caught_up:.1f} s\n  {said}\n  {source_said}")
    assert "in the lake 's3://whole/lake' at 'http://" in said
    assert source_said.startswith("The answers of the API wait in memory: ")
    assert "The answers of the API wait in memory: " in page
    assert lost_ticks(await whole.polls()) == []
    code, *audited = await whole.audited(worker)
    assert code == 0, audited


async def test_a_worker_that_starts_while_the_lake_is_away_polls_and_shows_what_is_new(
    whole: WholeWay, own_minio: MinioServer
) -> None:
    before = await whole.start()
    assert await before.terminate() == 0
    await asyncio.to_thread(own_minio.kill)
    worker = await whole.spawn()
    said = await said_of(worker, "lake")
    await is_fresh(worker)
    async with asyncio.timeout(_POLLS_WITHIN_SECONDS):
        while not any(p["worker"].endswith(f"-{worker.pid}") for p in await whole.polls()):
            await asyncio.sleep(1)
    await asyncio.to_thread(own_minio.start)
    await is_ready(worker)
    caught_up = await whole.caught_up(worker)

    print(f"lake away at the start: caught up in {caught_up:.1f} s\n  {said}")
    # Each line once, not every five seconds.
    assert worker.log().count("partition 0: listing ") < 4
    code, *audited = await whole.audited(worker)
    assert code == 0, audited


async def test_a_warehouse_that_is_held_at_the_start_keeps_nothing_else_waiting(
    whole: WholeWay,
) -> None:
    async with notebook_on(whole.warehouse) as notebook:
        worker = await whole.start()
        said = await said_of(worker, "warehouse")
        await whole.caught_up(worker, is_loaded=False)
        status = await worker.status("/health/ready")
    await works_again(worker, "warehouse")
    caught_up = await whole.caught_up(worker)

    print(f"warehouse held at the start: caught up in {caught_up} s\n  {said}")
    assert str(notebook) in said
    assert status == 200
    code, *audited = await whole.audited(worker)
    assert code == 0, audited


async def test_an_api_that_is_absent_at_the_start_is_named_and_polled_once_it_is_there(
    whole: WholeWay,
) -> None:
    await whole.api.go()
    worker = await whole.spawn()
    await is_ready(worker)
    said = await said_of(worker, "source")
    await whole.api.come()
    await is_fresh(worker)
    await works_again(worker, "source")

    assert said.startswith("Cannot reach the Carbon Intensity API at ")
    polls = await whole.polls()
    assert lost_ticks(polls) == []
    assert {poll["status"] for poll in polls} == {None, 200}
