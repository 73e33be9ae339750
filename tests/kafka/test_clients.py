"""Clients of Kafka: none is left behind by whoever comes and goes."""

import gc
from contextlib import aclosing
from typing import Any, cast
from uuid import uuid4

from aiokafka import AIOKafkaConsumer
from support.services.addresses import KafkaAddress

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message, TopicSpec


def consumers() -> int:
    """How many there are in this process."""
    gc.collect()
    return sum(isinstance(found, AIOKafkaConsumer) for found in gc.get_objects())


async def test_whoever_follows_again_and_again_leaves_no_client_behind(kafka: KafkaAddress) -> None:
    log, topic = KafkaLog(KafkaConnection(kafka.hosts)), f"followed.{uuid4()}"
    await log.ensure_topics([TopicSpec(topic, 1)])
    await log.append(topic, [Message(None, b"value", 0)])
    await log.bounds(topic)
    before = consumers()

    for _ in range(3):
        async with aclosing(cast("Any", log.follow(topic, {}))) as followed:
            _, records = await anext(followed)
            assert [record.value for record in records] == [b"value"]

    assert consumers() == before
    await log.close()
