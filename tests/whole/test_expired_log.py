"""A log that expired before it was archived: what a worker says to type, and goes on by."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.small_way import SmallWay
from support.worker_process import WorkerProcess, free_port

_SAYS_SO_WITHIN_SECONDS = 20.0
_GOES_ON_WITHIN_SECONDS = 15.0


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[WorkerProcess]:
    """A worker without an API: each tick is a poll that failed."""
    worker = WorkerProcess(
        tmp_path, f"http://127.0.0.1:{free_port()}", POLL_SECONDS=0.5, ARCHIVE_WINDOW_SECONDS=1
    )
    yield worker
    await worker.kill()


async def test_a_stopped_partition_says_the_command_and_goes_on_once_it_was_typed(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    await worker.start()
    await worker.has_loaded()
    await worker.kill()
    way = SmallWay(tmp_path / "data")
    await asyncio.to_thread(way.append_polls, 20)
    way.change_log(
        "delete from record where partition_id = (select partition_id from partition"
        " join topic using (topic_id) where name = 'greenpulse.polls' and number = 0)"
    )

    await worker.start(until="/health/live")
    command = await command_said(worker)
    await the_others_are_archived(worker)
    code, stdout, stderr = await worker.command(*command)
    await goes_on_behind(worker, int(command[-1]))
    audited, report, _ = await worker.command("audit")

    _, number, first, last = command
    assert number == "0"
    assert (code, stderr) == (0, ""), stdout
    assert f"partition 0: offsets {first} to {last} are accepted as lost" in stdout
    assert audited == 0, report
    assert f"partition 0: offsets {first}-{last} accepted as lost for ever" in report


async def command_said(worker: WorkerProcess) -> list[str]:
    """What the unready page says to type, without ``greenpulse``."""
    async with asyncio.timeout(_SAYS_SO_WITHIN_SECONDS):
        while True:
            reasons = (await worker.json("/health/ready"))["reasons"]
            if said := re.search(r"run 'greenpulse (accept-gap [^']*)'", " ".join(reasons)):
                assert await worker.status("/health/ready") == 503
                assert said[0] in worker.log()
                return shlex.split(said[1])
            await asyncio.sleep(0.1)


async def the_others_are_archived(worker: WorkerProcess) -> None:
    async with asyncio.timeout(_GOES_ON_WITHIN_SECONDS):
        while [end is not None for end in await archived(worker)] != [False, True, True]:
            await asyncio.sleep(0.1)


async def goes_on_behind(worker: WorkerProcess, offset: int) -> None:
    """Wait until what follows ``offset`` is in a file and in rows, and the worker is ready."""
    async with asyncio.timeout(_GOES_ON_WITHIN_SECONDS):
        while ((await archived(worker))[0] or 0) <= offset:
            await asyncio.sleep(0.1)
    await worker.has_loaded()
    assert await worker.status("/health/ready") == 200


async def archived(worker: WorkerProcess) -> list[int | None]:
    """The last archived offset of each partition; None where it stands still."""
    partitions = (await worker.json("/api/v1/pipeline"))["partitions"]
    return [lane["archived_offset"] for lane in partitions]
