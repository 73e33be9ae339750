"""What tests on a real Kafka stand on: Faust as it comes, workers of ours, all services."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from support.fast_path import FastPath
from support.remote_worker import RemoteWorker
from support.services.addresses import KafkaAddress
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer
from support.stock_topic import StartStock, StockTopic
from support.whole_way import WholeWay

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import TopicSpec


@pytest.fixture
async def topic(kafka: KafkaAddress) -> AsyncIterator[StockTopic]:
    """A topic with one partition, and the group that reads it."""
    log = KafkaLog(KafkaConnection(kafka.hosts))
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


@pytest.fixture
async def fast_path(tmp_path: Path, own_kafka: KafkaServer) -> AsyncIterator[FastPath]:
    """Workers that archive what a test sends into a Kafka of its own."""
    fast_path = FastPath(tmp_path, own_kafka.hosts)
    yield fast_path
    await fast_path.end()


@pytest.fixture
async def whole(
    tmp_path: Path, own_kafka: KafkaServer, own_minio: MinioServer
) -> AsyncIterator[WholeWay]:
    """The same with a MinIO, an API and a warehouse."""
    async with WholeWay.open(tmp_path, own_kafka, own_minio) as whole:
        yield whole
