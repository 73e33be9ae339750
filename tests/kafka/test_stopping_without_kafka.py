"""A worker that is told to stop while its Kafka is away ends in the time that is promised."""

import asyncio
import signal

import pytest
from support.fast_path import FastPath
from support.services.kafka import KafkaServer
from support.worker_process import WorkerProcess

pytestmark = pytest.mark.timeout(240)

_PROMISED_SECONDS = 60.0


async def without_its_kafka(worker: WorkerProcess, kafka: KafkaServer) -> None:
    """Kill Kafka, and wait until the worker has noticed."""
    await asyncio.to_thread(kafka.kill)
    async with asyncio.timeout(_PROMISED_SECONDS):
        while await worker.status("/health/ready") == 200:
            await asyncio.sleep(0.1)


async def test_a_worker_with_something_to_tell_ends_in_time(
    fast_path: FastPath, own_kafka: KafkaServer
) -> None:
    worker = await fast_path.start()
    await fast_path.send(1_000)
    await worker.holds_records()
    await without_its_kafka(worker, own_kafka)

    await worker.end(signal.SIGTERM, within_seconds=_PROMISED_SECONDS)

    await asyncio.to_thread(own_kafka.start)
    await fast_path.start()
    assert await fast_path.arrive() == []


async def test_a_worker_at_rest_ends_well(fast_path: FastPath, own_kafka: KafkaServer) -> None:
    worker = await fast_path.start()
    await fast_path.send(1_000)
    await fast_path.arrive()
    await without_its_kafka(worker, own_kafka)

    # On a machine that is too busy for it the worker cuts its own stop off, which is 3.
    assert await worker.end(signal.SIGTERM, within_seconds=_PROMISED_SECONDS) in {0, 3}
    assert "Traceback" not in worker.log()
