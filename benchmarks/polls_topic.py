"""The polls topic of a real Kafka: filled, and how far its consumer groups are."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from heartbeats import heartbeats

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message
from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import topic_specs

__all__ = ["append", "create_and_fill", "rewind", "wait_until_assigned"]

_APPENDED_AT_ONCE = 5_000
_RETENTION_SECONDS = 30 * 86_400.0
"""As a worker wants it without a setting."""
_LOOK_SECONDS = 0.02


async def create_and_fill(hosts: str, partitions: int, count: int) -> None:
    """Create GreenPulse's topics as its worker would, and append ``count`` heartbeats."""
    log = KafkaLog(KafkaConnection(hosts))
    try:
        await log.ensure_topics(topic_specs(partitions, _RETENTION_SECONDS))
        await append(log, partitions, count)
    finally:
        await log.close()


async def append(log: KafkaLog, partitions: int, count: int, *, first: int = 0) -> None:
    """Append the heartbeats from ``first`` on, as many to each partition."""
    numbered = enumerate(heartbeats(count, first=first), first)
    while chunk := list(itertools.islice(numbered, _APPENDED_AT_ONCE)):
        messages = [
            Message(b"national", json.dumps(poll, separators=(",", ":")).encode(), n % partitions)
            for n, poll in chunk
        ]
        await log.append(POLLS_TOPIC, messages)


async def wait_until_assigned(
    hosts: str, group: str, members: int, check: Callable[[], object]
) -> float:
    """Wait until so many members of ``group`` have their partitions; return the time.

    The time is in seconds of the clock of this machine. ``check`` is called at each look,
    and raises where there is nothing to wait for.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=hosts)
    await admin.start()
    try:
        while True:
            check()
            for answer in await admin.describe_consumer_groups([group]):
                _, _, state, _, _, found, *_ = answer.groups[0]
                if state == "Stable" and len(found) == members:
                    return time.time()
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        await admin.close()


async def rewind(hosts: str, group: str, partitions: int) -> None:
    """Let ``group``, which has no members now, begin with the oldest polls again."""
    consumer = AIOKafkaConsumer(bootstrap_servers=hosts, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(POLLS_TOPIC, number) for number in range(partitions)]
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
    finally:
        await consumer.stop()
