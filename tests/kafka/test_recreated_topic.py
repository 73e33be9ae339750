"""A topic that was deleted and made anew under an old chain is found out, and nothing written."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from support.services.kafka import KafkaServer
from support.services.ports import free_port
from support.small_way import poll
from support.worker_process import WorkerProcess

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message
from greenpulse.errors import SettingsError
from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import topic_specs

_SAYS_SO_WITHIN_SECONDS = 120.0
_WAY_OUT = "take a new lake prefix and a new warehouse, then 'greenpulse import' the old"

# Whole workers and a broker on a busy machine.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def worker(tmp_path: Path, own_kafka: KafkaServer) -> AsyncIterator[WorkerProcess]:
    """A worker that polls every hour: what is in the log, the test has put there."""
    worker = WorkerProcess(
        tmp_path,
        f"http://127.0.0.1:{free_port()}",
        BROKER=f"kafka://{own_kafka.hosts}",
        POLL_SECONDS=3600,
        ARCHIVE_WINDOW_SECONDS=1,
    )
    yield worker
    await worker.kill()


async def append(kafka: KafkaServer, first: int, count: int) -> None:
    log = KafkaLog(KafkaConnection(kafka.hosts))
    await log.ensure_topics(topic_specs(3, 1))
    messages = [Message(b"national", poll(n), 0) for n in range(first, first + count)]
    await log.append(POLLS_TOPIC, messages)
    await log.close()


async def recreate(kafka: KafkaServer) -> None:
    log, admin = (
        KafkaLog(KafkaConnection(kafka.hosts)),
        AIOKafkaAdminClient(bootstrap_servers=kafka.hosts),
    )
    await admin.start()
    is_made = False
    while not is_made:
        await admin.delete_topics([POLLS_TOPIC])
        while POLLS_TOPIC in await admin.list_topics():
            await asyncio.sleep(0.1)
        # A worker that runs may ask for the topic first, which makes it as Kafka would.
        with suppress(SettingsError):
            await log.ensure_topics(topic_specs(3, 1))
            is_made = True
    await log.close()
    await admin.close()


async def says(worker: WorkerProcess, text: str) -> str:
    """Wait until the worker is unready for that reason."""
    async with asyncio.timeout(_SAYS_SO_WITHIN_SECONDS):
        while True:
            ready = await worker.text("/health/ready")
            if text in ready:
                return ready
            await asyncio.sleep(0.2)


def files_of(folder: Path) -> dict[str, bytes]:
    lake = folder / "data" / "lake" / f"topic={POLLS_TOPIC}"
    return {str(path): path.read_bytes() for path in lake.rglob("*") if path.is_file()}


@pytest.mark.parametrize("new_records", [3, 200], ids=["shorter", "longer"])
async def test_a_worker_that_starts_on_it_stays_unready_with_the_way_out(
    new_records: int, worker: WorkerProcess, own_kafka: KafkaServer, tmp_path: Path
) -> None:
    await append(own_kafka, 0, 50)
    await worker.start()
    await worker.has_loaded()
    await worker.terminate()
    before = files_of(tmp_path)
    await recreate(own_kafka)
    await append(own_kafka, 1000, new_records)

    await worker.start(until="/health/live")
    ready = await says(worker, "not of one origin")
    status = await worker.status("/health/ready")
    audited, report, _ = await worker.command("audit", "--json")

    assert status == 503
    assert _WAY_OUT in ready
    assert audited == 1, json.loads(report)
    assert files_of(tmp_path).items() >= before.items()
    assert not [name for name in files_of(tmp_path).keys() - before.keys() if "=0000" in name]


@pytest.mark.parametrize("new_records", [3, 200], ids=["shorter", "longer"])
async def test_a_worker_that_runs_meanwhile_says_so_too(
    new_records: int, worker: WorkerProcess, own_kafka: KafkaServer, tmp_path: Path
) -> None:
    await append(own_kafka, 0, 50)
    await worker.start()
    await worker.has_loaded()
    before = files_of(tmp_path)

    await recreate(own_kafka)
    await append(own_kafka, 1000, new_records)
    ready = await says(worker, "not of one origin")

    assert _WAY_OUT in ready
    assert not [name for name in files_of(tmp_path).keys() - before.keys() if "=0000" in name]
