"""Topics on Kafka: which there are, and how GreenPulse creates its own."""

import asyncio
from collections.abc import Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from greenpulse.broker.kafka_records import MAX_BATCH_BYTES
from greenpulse.broker.log import TopicSpec
from greenpulse.broker.refusals import other_partition_count
from greenpulse.errors import SettingsError

__all__ = ["create_topics", "partition_counts"]

_BROKERS_DEFAULT = -1
_FOR_EVER = -1
_PROPAGATION_SECONDS = 0.1


async def partition_counts(admin: AIOKafkaAdminClient) -> dict[str, int]:
    """The partitions of every topic.

    All topics are asked for: to ask for one that is missing would create it, with the
    broker's defaults.
    """
    topics = await admin.describe_topics()
    return {topic["topic"]: len(topic["partitions"]) for topic in topics}


async def create_topics(admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec]) -> None:
    """Create the topics that are absent, and wait until every one is there.

    Raises:
        SettingsError: a topic exists with another partition count, or Kafka refuses it.
    """
    found = await partition_counts(admin)
    missing = [spec for spec in specs if spec.name not in found]
    if missing:
        response = await admin.create_topics([_new_topic(spec) for spec in missing])
        for name, code, reason in response.topic_errors:
            error = for_code(code)
            # Another worker that starts at the same time may have been faster.
            if error not in {NoError, TopicAlreadyExistsError}:
                message = f"creating topic {name!r}: Kafka refuses it: {reason or error.__name__}"
                raise SettingsError(message)
    while any(spec.name not in found for spec in specs):
        await asyncio.sleep(_PROPAGATION_SECONDS)
        found = await partition_counts(admin)
    for spec in specs:
        if found[spec.name] != spec.partitions:
            raise other_partition_count(
                spec.name,
                found[spec.name],
                spec.partitions,
                "delete the greenpulse topics and the consumer group",
            )


def _new_topic(spec: TopicSpec) -> NewTopic:
    return NewTopic(
        spec.name,
        spec.partitions,
        _BROKERS_DEFAULT,
        replica_assignments={},
        topic_configs=_configs(spec),
    )


def _configs(spec: TopicSpec) -> Mapping[str, str]:
    retention_ms = _FOR_EVER
    if spec.retention_seconds is not None:
        retention_ms = round(spec.retention_seconds * 1000)
    return {
        "cleanup.policy": "compact" if spec.is_compacted else "delete",
        "compression.type": "gzip",
        "max.message.bytes": str(MAX_BATCH_BYTES),
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(retention_ms),
    }
