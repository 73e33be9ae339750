"""kill -9 at any moment, start again: each offset is there once, in log, files and rows."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.recorded_api import serve_recorded
from support.three_readings import read_files, read_log, read_rows
from support.worker_process import WorkerProcess

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
async def worker(tmp_path: Path, recorded: Path) -> AsyncIterator[WorkerProcess]:
    """A worker that polls ten times a second, whose files close twice a second."""
    async with serve_recorded(recorded) as api:
        process = WorkerProcess(tmp_path, api.address, POLL_SECONDS=0.1, ARCHIVE_WINDOW_SECONDS=0.5)
        try:
            yield process
        finally:
            await process.kill()


@pytest.mark.parametrize(
    "kills", [5, pytest.param(20, marks=pytest.mark.long)], ids="{}-kills".format
)
async def test_no_kill_loses_or_doubles_an_offset(
    worker: WorkerProcess, tmp_path: Path, kills: int
) -> None:
    seed = random.randrange(1_000_000)
    moments = random.Random(seed)
    print(f"seed {seed}")

    for _ in range(kills):
        await worker.start(until="/health/live")
        await asyncio.sleep(moments.uniform(0.0, 4.0))
        await worker.kill()
    await worker.start()
    await asyncio.sleep(3.0)
    code = await worker.terminate()
    await worker.start()
    await worker.has_loaded()
    await worker.terminate()

    assert code == 0
    log = read_log(tmp_path / "data" / "log.sqlite")
    files = read_files(tmp_path / "data" / "lake")
    rows = read_rows(tmp_path / "data" / "warehouse.duckdb")
    assert len(log) > 10 * kills
    _assert_each_once(log)
    assert {place: log[place] for place in files} == files
    assert {place: log[place] for place in rows} == rows
    assert len(rows) >= len(log) - 200


async def test_the_audit_is_clean_after_a_kill_and_one_window(worker: WorkerProcess) -> None:
    await worker.start()
    await asyncio.sleep(2.0)
    await worker.kill()
    await worker.start()
    await asyncio.sleep(3.0)

    code, stdout, stderr = await worker.command("audit")

    assert (code, stderr) == (0, ""), stdout


def _assert_each_once(contents: dict[tuple[int, int], list[str]]) -> None:
    assert all(len(found) == 1 for found in contents.values())
    for partition in {partition for partition, _ in contents}:
        offsets = sorted(offset for p, offset in contents if p == partition)
        assert offsets == list(range(offsets[0], offsets[-1] + 1))
