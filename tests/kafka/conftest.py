"""What every test of Faust as it comes stands on: a topic on a real Kafka, and a worker."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from support.remote_worker import RemoteWorker
from support.services.addresses import KafkaAddress
from support.stock_topic import StartStock, StockTopic

from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import TopicSpec


@pytest.fixture
async def topic(kafka: KafkaAddress) -> AsyncIterator[StockTopic]:
    """A topic with one partition, and the group that reads it."""
    log = KafkaLog(kafka.hosts)
    topic = StockTopic(log, f"test-{uuid4()}")
    await log.ensure_topics([TopicSpec(topic.name, 1)])
    yield topic
    await log.close()


@pytest.fixture
async def start_stock(
    kafka: KafkaAddress, topic: StockTopic, tmp_path: Path
) -> AsyncIterator[StartStock]:
    """Starts Faust as it comes, with that agent and those settings, on ``topic``."""
    started: list[RemoteWorker] = []

    async def start(agent: str, **settings: object) -> RemoteWorker:
        worker = await RemoteWorker.start(
            f"kafka://{kafka.hosts}",
            topic.group,
            tmp_path,
            agent,
            json.dumps(settings),
            program="support.stock_worker",
        )
        started.append(worker)
        return worker

    yield start
    await asyncio.gather(*(worker.kill() for worker in started))
