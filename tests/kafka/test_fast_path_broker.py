"""Kafka dies or is restarted under load: the worker lives on and catches up by itself."""

import asyncio
from collections.abc import Callable

import pytest
from support.fast_path import FastPath
from support.services.kafka import KafkaServer

pytestmark = pytest.mark.timeout(600)

_SAYS_SO_WITHIN_SECONDS = 120.0
"""A look that is under way when Kafka goes away has 10 s by itself."""


@pytest.mark.parametrize("end", [KafkaServer.kill, KafkaServer.stop], ids=["kill -9", "SIGTERM"])
async def test_a_worker_outlives_its_kafka(
    fast_path: FastPath, own_kafka: KafkaServer, end: Callable[[KafkaServer], None]
) -> None:
    worker = await fast_path.start()
    load = asyncio.create_task(fast_path.send(40_000, a_second=2_000))
    await worker.holds_records()

    await asyncio.to_thread(end, own_kafka)
    async with asyncio.timeout(_SAYS_SO_WITHIN_SECONDS):
        while await worker.status("/health/ready") == 200:
            await asyncio.sleep(0.1)
    said = await worker.text("/health/ready")
    await asyncio.to_thread(own_kafka.start)
    await load
    differences = await fast_path.arrive()

    assert "broker: looking up 'greenpulse.polls' on Kafka" in said
    assert differences == []
    async with asyncio.timeout(_SAYS_SO_WITHIN_SECONDS):
        while await worker.status("/health/ready") != 200:
            await asyncio.sleep(0.1)
    assert await worker.terminate() == 0
    # A client of Kafka has much to say of it; people are told once.
    assert len(worker.log().splitlines()) < 200
