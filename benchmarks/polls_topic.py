"""Topics of polls in a real Kafka: filled, and how far their consumer groups are."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from heartbeats import heartbeats

from greenpulse.broker.log import Log, Message
from greenpulse.records import POLLS_TOPIC

__all__ = ["TWIN_TOPIC", "append", "create_and_fill", "rewind", "wait_until_assigned"]

TWIN_TOPIC = f"{POLLS_TOPIC}.twin"
"""Holds the same as the polls topic, into which a worker of GreenPulse writes its own polls."""
_APPENDED_AT_ONCE = 5_000
_BATCH_BYTES = 256 * 1024
_LOOK_SECONDS = 0.02
_NO_REPLICA = 1
_KEY = b"national"


async def create_and_fill(
    hosts: str, topic: str, partitions: int, count: int, *, compression: str
) -> None:
    """Create ``topic`` and append ``count`` heartbeats, as many to each partition.

    A worker that starts on it mends its settings; what lies there stays ``compression``.
    """
    settings = {"compression.type": compression, "message.timestamp.type": "LogAppendTime"}
    wanted = NewTopic(topic, partitions, _NO_REPLICA, topic_configs=settings)
    admin = AIOKafkaAdminClient(bootstrap_servers=hosts)
    await admin.start()
    try:
        await admin.create_topics([wanted])
    finally:
        await admin.close()
    async with AIOKafkaProducer(
        bootstrap_servers=hosts, compression_type=compression, max_batch_size=_BATCH_BYTES
    ) as producer:
        for chunk in _chunks(0, count):
            sent = [
                await producer.send(topic, value, _KEY, number % partitions)
                for number, value in chunk
            ]
            await asyncio.gather(*sent)


async def append(log: Log, partitions: int, count: int, *, first: int = 0) -> None:
    """Append the heartbeats from ``first`` on as GreenPulse does, as many to each partition."""
    for chunk in _chunks(first, count):
        messages = [Message(_KEY, value, number % partitions) for number, value in chunk]
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


async def rewind(hosts: str, group: str, topic: str, partitions: int) -> None:
    """Let ``group``, which has no members now, begin with the oldest polls of ``topic`` again."""
    consumer = AIOKafkaConsumer(bootstrap_servers=hosts, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
    finally:
        await consumer.stop()


def _chunks(first: int, count: int) -> Iterator[list[tuple[int, bytes]]]:
    """Numbers and values of heartbeats, some thousand at a time."""
    polls = enumerate(heartbeats(count, first=first), first)
    values = ((n, json.dumps(poll, separators=(",", ":")).encode()) for n, poll in polls)
    while chunk := list(itertools.islice(values, _APPENDED_AT_ONCE)):
        yield chunk
