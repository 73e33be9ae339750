"""A group whose offset ran ahead of the chain: it is sought back, said, and loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.bronze import offsets_and_values, plain_files_of_folder
from support.services.ports import free_port
from support.small_way import SmallWay
from support.worker_process import WorkerProcess

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import GROUP


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(
        tmp_path, f"http://127.0.0.1:{free_port()}", POLL_SECONDS=0.5, ARCHIVE_WINDOW_SECONDS=1
    )
    yield worker
    await worker.kill()


async def commit(log_path: Path, offset: int) -> None:
    log = EmbeddedLog(log_path)
    await log.commit(GROUP, {(POLLS_TOPIC, 0): offset})
    await log.close()


async def healed(worker: WorkerProcess, partition: str) -> float:
    """How often the group's offset of a partition was sought back, as Prometheus reads it."""
    [value] = [
        sample.value
        for family in text_string_to_metric_families(await worker.text("/metrics"))
        for sample in family.samples
        if sample.name == "greenpulse_healed_commits_total"
        and sample.labels == {"partition": partition}
    ]
    return value


async def test_offsets_that_were_committed_too_early_are_archived_all_the_same(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    way = SmallWay(tmp_path / "data")
    await asyncio.to_thread(way.append_polls, 20)
    await commit(way.log, 15)

    await worker.start()
    await worker.has_loaded()
    counts = [await healed(worker, "0"), await healed(worker, "1")]
    await worker.terminate()
    code, report, _ = await worker.command("audit")

    assert counts == [1, 0]
    assert code == 0, report
    files = [f for f in plain_files_of_folder(way.lake) if "partition=0000" in f.key]
    offsets = [offset for offset, _ in offsets_and_values(files)]
    assert offsets[:20] == list(range(20))
