"""A log that expired before it was archived: what a worker says to type, and goes on by."""

import asyncio
import re
import shlex
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from support.services.addresses import S3Address
from support.services.kafka import KafkaServer
from support.services.ports import free_port
from support.small_way import SmallWay, poll
from support.worker_process import WorkerProcess

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message
from greenpulse.records import POLLS_TOPIC

_SAYS_SO_WITHIN_SECONDS = 120.0
_GOES_ON_WITHIN_SECONDS = 120.0


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[WorkerProcess]:
    """A worker without an API, on the embedded log: each tick is a poll that failed."""
    worker = worker_on("embedded://", tmp_path)
    yield worker
    await worker.kill()


@pytest.fixture
async def kafka_worker(
    tmp_path: Path, own_kafka: KafkaServer, minio: S3Address
) -> AsyncIterator[WorkerProcess]:
    """As ``worker``, on a real Kafka and a bucket of a real MinIO."""
    worker = worker_on(
        f"kafka://{own_kafka.hosts}",
        tmp_path,
        LAKE=f"s3://expired-log-{uuid4()}/lake",
        S3_ENDPOINT=minio.endpoint,
        S3_ACCESS_KEY=minio.access_key,
        S3_SECRET_KEY=minio.secret_key,
    )
    yield worker
    await worker.kill()


def worker_on(
    broker: str,
    folder: Path,
    *,
    window_seconds: int = 1,
    **settings: Any,  # noqa: ANN401 - as text, whatever it is
) -> WorkerProcess:
    return WorkerProcess(
        folder,
        f"http://127.0.0.1:{free_port()}",
        BROKER=broker,
        POLL_SECONDS=0.5,
        ARCHIVE_WINDOW_SECONDS=window_seconds,
        **settings,
    )


async def test_a_partition_that_stands_still_says_what_to_type_and_goes_on_by_it(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    async def lose_polls() -> None:
        await asyncio.to_thread(lose_all_polls, SmallWay(tmp_path / "data"))

    await assert_the_way_out_works(worker, lose_polls)


async def test_what_a_worker_holds_when_the_log_expires_behind_it_is_archived(
    tmp_path: Path,
) -> None:
    worker = worker_on("embedded://", tmp_path, window_seconds=600)
    try:
        await worker.start()
        before = await holds(worker, records=3)
        worker.send(signal.SIGSTOP)
        await asyncio.to_thread(lose_all_polls, SmallWay(tmp_path / "data"))
        worker.send(signal.SIGCONT)
        _, _, first, last = await command_said(worker)
        code, stdout, _ = await worker.command("accept-gap", "0", first, last)
        await worker.terminate()
        audited, report, _ = await worker.command("audit")
    finally:
        await worker.kill()

    assert int(first) >= before["archived_offset"] + 1 + before["held_records"]
    assert code == 0, stdout
    assert audited == 0, report


async def test_so_it_does_on_kafka_and_minio(
    kafka_worker: WorkerProcess, own_kafka: KafkaServer
) -> None:
    async def lose_polls() -> None:
        log = KafkaLog(KafkaConnection(own_kafka.hosts))
        last = (
            await log.append(POLLS_TOPIC, [Message(b"national", poll(n), 0) for n in range(20)])
        )[-1]
        await log.close()
        admin = AIOKafkaAdminClient(bootstrap_servers=own_kafka.hosts)
        await admin.start()
        place = TopicPartition(POLLS_TOPIC, 0)
        await admin.delete_records({place: RecordsToDelete(last + 1)})
        await admin.close()

    await assert_the_way_out_works(kafka_worker, lose_polls)


def lose_all_polls(way: SmallWay) -> None:
    """Append some national polls, and let the log lose all that it has."""
    way.append_polls(20)
    way.change_log(
        "delete from record where partition_id = (select partition_id from partition"
        " join topic using (topic_id) where name = 'greenpulse.polls' and number = 0)"
    )


async def holds(worker: WorkerProcess, *, records: int) -> dict[str, int]:
    """Wait until that many national polls are in memory only; how the partition is then."""
    async with asyncio.timeout(_GOES_ON_WITHIN_SECONDS):
        while True:
            lane: dict[str, int] = (await worker.json("/api/v1/pipeline"))["partitions"][0]
            if lane["held_records"] >= records:
                return lane
            await asyncio.sleep(0.1)


async def assert_the_way_out_works(
    worker: WorkerProcess, lose_polls: Callable[[], Awaitable[None]]
) -> None:
    """From the sentence that a worker says, by the command in it, to the clean audit."""
    await worker.start()
    await worker.has_loaded()
    await worker.kill()
    await lose_polls()

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
