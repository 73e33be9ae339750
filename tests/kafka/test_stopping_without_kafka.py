"""A worker that is told to stop while its Kafka is away, or hangs, ends by itself and soon."""

import asyncio
import os
import signal

import pytest
from support.fast_path import FastPath
from support.services.kafka import KafkaServer
from support.worker_process import WorkerProcess

pytestmark = pytest.mark.timeout(600)

_NOTICES_WITHIN_SECONDS = 120.0
_ENDS_WITHIN_SECONDS = 60.0
"""As promised; its watchdog would end it, with another code, after 50."""


async def without_its_kafka(worker: WorkerProcess, kafka: KafkaServer) -> None:
    """Kill Kafka, and wait until the worker has noticed."""
    await asyncio.to_thread(kafka.kill)
    await notices(worker)


async def notices(worker: WorkerProcess) -> None:
    async with asyncio.timeout(_NOTICES_WITHIN_SECONDS):
        while await worker.status("/health/ready") == 200:
            await asyncio.sleep(0.1)


async def test_a_worker_with_something_to_tell_ends_well_and_nothing_is_lost(
    fast_path: FastPath, own_kafka: KafkaServer
) -> None:
    worker = await fast_path.start()
    await fast_path.send(1_000)
    await worker.holds_records()
    await without_its_kafka(worker, own_kafka)

    assert await worker.end(signal.SIGTERM, within_seconds=_ENDS_WITHIN_SECONDS) == 0
    assert "Traceback" not in worker.log()

    await asyncio.to_thread(own_kafka.start)
    await fast_path.start()
    assert await fast_path.arrive() == []


async def test_a_worker_at_rest_ends_well(fast_path: FastPath, own_kafka: KafkaServer) -> None:
    worker = await fast_path.start()
    await fast_path.send(1_000)
    await fast_path.arrive()
    await without_its_kafka(worker, own_kafka)

    assert await worker.end(signal.SIGTERM, within_seconds=_ENDS_WITHIN_SECONDS) == 0
    assert "Traceback" not in worker.log()


async def test_a_worker_whose_kafka_hangs_ends_well(
    fast_path: FastPath, own_kafka: KafkaServer
) -> None:
    worker = await fast_path.start()
    await fast_path.send(1_000)
    await fast_path.arrive()
    os.kill(own_kafka.pid, signal.SIGSTOP)
    await notices(worker)

    assert await worker.end(signal.SIGTERM, within_seconds=_ENDS_WITHIN_SECONDS) == 0
    assert "Traceback" not in worker.log()
