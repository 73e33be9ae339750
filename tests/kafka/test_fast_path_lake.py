"""A lake that is away while the log grows, or expires: little is held, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from support.fast_path import PARTITIONS, FastPath
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer
from support.worker_process import WorkerProcess

from greenpulse.records import POLLS_TOPIC

pytestmark = pytest.mark.timeout(600)

_SAYS_SO_WITHIN_SECONDS = 120.0
_CATCHES_UP_WITHIN_SECONDS = 300.0


@pytest.fixture
async def fast_path(
    tmp_path: Path, own_kafka: KafkaServer, own_minio: MinioServer
) -> AsyncIterator[FastPath]:
    fast_path = FastPath(
        tmp_path,
        own_kafka.hosts,
        LAKE="s3://fastpath/lake",
        S3_ENDPOINT=own_minio.endpoint,
        S3_ACCESS_KEY=own_minio.access_key,
        S3_SECRET_KEY=own_minio.secret_key,
    )
    yield fast_path
    await fast_path.end()


async def says(worker: WorkerProcess, words: str) -> None:
    """Wait until the worker is unready for that reason."""
    async with asyncio.timeout(_SAYS_SO_WITHIN_SECONDS):
        while words not in await worker.text("/health/ready"):
            await asyncio.sleep(0.2)


async def catches_up(worker: WorkerProcess) -> None:
    async with asyncio.timeout(_CATCHES_UP_WITHIN_SECONDS):
        while any(await lags(worker)):
            await asyncio.sleep(0.5)


async def lags(worker: WorkerProcess) -> list[int]:
    partitions = (await worker.json("/api/v1/pipeline"))["partitions"]
    return [lane["archive_lag_records"] for lane in partitions]


def peak_memory_mib(worker: WorkerProcess) -> float:
    status = Path(f"/proc/{worker.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


@pytest.mark.long
async def test_a_backlog_of_300_mb_before_a_dead_lake_takes_no_more_than_250_mb(
    fast_path: FastPath, own_minio: MinioServer
) -> None:
    worker = await fast_path.start()
    await asyncio.to_thread(own_minio.kill)
    # 3 kB each, and a hundredth of that in the fetch: what counts is what it unpacks to.
    await fast_path.send(100_000, filler_bytes=3_000)
    await says(worker, "lake: creating 'topic=greenpulse.polls/partition=")
    held = [lane["held_bytes"] for lane in (await worker.json("/api/v1/pipeline"))["partitions"]]

    await asyncio.to_thread(own_minio.start)
    await catches_up(worker)

    assert all(8 << 20 < held_bytes < 17 << 20 for held_bytes in held)
    assert peak_memory_mib(worker) < 250
    code, _, _ = await worker.command("audit")
    assert code == 0


async def test_what_expires_unread_behind_a_dead_lake_is_named_and_never_passed_over(
    fast_path: FastPath, own_kafka: KafkaServer, own_minio: MinioServer
) -> None:
    worker = await fast_path.start(ARCHIVE_MAX_BYTES=100_000, ARCHIVE_MAX_RECORDS=200)
    await asyncio.to_thread(own_minio.kill)
    await fast_path.send(9_000)
    await says(worker, "lake: creating 'topic=greenpulse.polls/partition=")
    admin = AIOKafkaAdminClient(bootstrap_servers=own_kafka.hosts)
    await admin.start()
    await admin.delete_records({TopicPartition(POLLS_TOPIC, 1): RecordsToDelete(2_950)})
    await admin.close()

    await asyncio.to_thread(own_minio.start)
    await says(worker, "run 'greenpulse accept-gap 1 ")
    said = await worker.text("/health/ready")
    _, _, command = said.partition("run 'greenpulse ")
    code, _, errors = await worker.command(*command.partition("'")[0].split())
    await catches_up(worker)

    assert (code, errors) == (0, "")
    assert await lags(worker) == [0] * PARTITIONS
    code, told, _ = await worker.command("audit")
    assert code == 0
    assert "-2949 accepted as lost for ever" in told
