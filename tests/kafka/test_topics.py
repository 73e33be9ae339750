"""Topics on Kafka: made as they are wanted, mended, refused, or only spoken of."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from support.services.addresses import KafkaAddress, SecureKafkaAddress
from support.services.secure_kafka import PASSWORD, Operation, Resource, allow

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Consequence, TopicSpec
from greenpulse.errors import SettingsError

DAY = 86_400


class Topic:
    """One topic, looked at and changed behind the back of GreenPulse."""

    def __init__(self, admin: AIOKafkaAdminClient) -> None:
        self.name = f"topics.{uuid4()}"
        self._admin = admin

    async def make(self, partitions: int = 1, **settings: str) -> None:
        """By hand, with the broker's defaults for what is not named."""
        named = {name.replace("_", "."): value for name, value in settings.items()}
        await self._admin.create_topics([NewTopic(self.name, partitions, 1, topic_configs=named)])
        while self.name not in await self._admin.list_topics():
            await asyncio.sleep(0.05)

    async def settings(self) -> dict[str, str]:
        resource = ConfigResource(ConfigResourceType.TOPIC, self.name)
        (response,) = await self._admin.describe_configs([resource])
        return {entry[0]: entry[1] for entry in response.resources[0][4]}


@pytest.fixture
async def topic(kafka: KafkaAddress) -> AsyncIterator[Topic]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.hosts)
    await admin.start()
    yield Topic(admin)
    await admin.close()


@pytest.fixture
async def log(kafka: KafkaAddress) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(KafkaConnection(kafka.hosts))
    yield log
    await log.close()


async def test_a_topic_is_made_with_all_that_is_promised(log: KafkaLog, topic: Topic) -> None:
    await log.ensure_topics([TopicSpec(topic.name, 3, retention_seconds=30 * DAY)])

    settings = await topic.settings()
    assert settings["cleanup.policy"] == "delete"
    assert settings["compression.type"] == "zstd"
    assert settings["max.message.bytes"] == str(16 * 1024 * 1024 + 64 * 1024)
    assert settings["message.timestamp.type"] == "LogAppendTime"
    assert settings["min.insync.replicas"] == "1"
    assert settings["retention.bytes"] == "-1"
    assert settings["retention.ms"] == str(30 * DAY * 1000)
    assert settings["segment.ms"] == str(5 * DAY * 1000)
    assert await log.compare_topics([TopicSpec(topic.name, 3, 30 * DAY)]) == []


async def test_a_table_of_faust_is_compacted_and_takes_large_messages(
    log: KafkaLog, topic: Topic
) -> None:
    await log.ensure_topics([TopicSpec(topic.name, 3, is_compacted=True)])

    settings = await topic.settings()
    assert settings["cleanup.policy"] == "compact"
    assert int(settings["max.message.bytes"]) > 16 * 1024 * 1024


async def test_a_topic_made_by_hand_is_mended_and_each_change_is_said(
    log: KafkaLog, topic: Topic, caplog: pytest.LogCaptureFixture
) -> None:
    await topic.make(retention_ms="3600000", flush_ms="5000")

    with caplog.at_level(logging.WARNING):
        await log.ensure_topics([TopicSpec(topic.name, 1, retention_seconds=DAY)])

    settings = await topic.settings()
    assert settings["message.timestamp.type"] == "LogAppendTime"
    assert settings["retention.ms"] == str(DAY * 1000)
    assert int(settings["max.message.bytes"]) > 16 * 1024 * 1024
    assert settings["flush.ms"] == "5000", "what nobody asked about is gone"
    said = "\n".join(caplog.messages)
    assert f"{topic.name} setting=retention.ms was=3600000 is=86400000" in said
    assert f"{topic.name} setting=message.timestamp.type was=CreateTime is=LogAppendTime" in said


async def test_retention_is_never_shortened_by_itself(
    log: KafkaLog, topic: Topic, caplog: pytest.LogCaptureFixture
) -> None:
    await log.ensure_topics([TopicSpec(topic.name, 1, retention_seconds=90 * DAY)])

    with caplog.at_level(logging.WARNING):
        await log.ensure_topics([TopicSpec(topic.name, 1, retention_seconds=30 * DAY)])

    assert (await topic.settings())["retention.ms"] == str(90 * DAY * 1000)
    (said,) = [m for m in caplog.messages if "retention.ms is 7776000000, want 2592000000" in m]
    assert "greenpulse audit --complete" in said
    assert f"--entity-name {topic.name} --add-config retention.ms=2592000000" in said


@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
async def test_a_compacted_topic_is_refused_with_the_command_that_helps(
    policy: str, log: KafkaLog, topic: Topic
) -> None:
    await topic.make(cleanup_policy=policy)

    with pytest.raises(SettingsError, match=r"cleanup.policy is compact.* want delete") as refused:
        await log.ensure_topics([TopicSpec(topic.name, 1)])

    assert f"--entity-name {topic.name} --add-config cleanup.policy=delete" in str(refused.value)
    assert (await topic.settings())["cleanup.policy"] == policy


async def test_every_refusal_is_a_line_and_nothing_is_mended_before(
    log: KafkaLog, topic: Topic
) -> None:
    await topic.make(partitions=2, cleanup_policy="compact")
    other = Topic(topic._admin)  # noqa: SLF001 - one connection is enough
    await other.make(retention_ms="1000")

    with pytest.raises(SettingsError) as refused:
        await log.ensure_topics([TopicSpec(topic.name, 1), TopicSpec(other.name, 1)])

    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"topic '{topic.name}': the partition count is 2, want 1: ")
    assert (await other.settings())["retention.ms"] == "1000"


async def test_a_difference_names_what_follows_from_it(log: KafkaLog, topic: Topic) -> None:
    await topic.make(min_insync_replicas="2", retention_ms="1000")

    found = await log.compare_topics([TopicSpec(topic.name, 1, retention_seconds=DAY)])

    assert {d.setting: d.consequence for d in found} == {
        "compression.type": Consequence.MENDED,
        "max.message.bytes": Consequence.MENDED,
        "message.timestamp.type": Consequence.MENDED,
        "min.insync.replicas": Consequence.SAID,
        "retention.ms": Consequence.MENDED,
        "segment.ms": Consequence.MENDED,
    }


async def test_what_one_may_not_mend_is_refused_where_it_matters(
    secure_kafka: SecureKafkaAddress, caplog: pytest.LogCaptureFixture
) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=secure_kafka.hosts)
    await admin.start()
    topic = Topic(admin)
    await topic.make()
    rights = (Operation.READ, Operation.WRITE, Operation.DESCRIBE_CONFIGS)
    await allow(secure_kafka.hosts, "importer", Resource.TOPIC, topic.name, *rights)
    log = KafkaLog(
        KafkaConnection(secure_kafka.sasl_hosts, "SASL_PLAINTEXT", "PLAIN", "importer", PASSWORD)
    )

    with pytest.raises(SettingsError) as refused, caplog.at_level(logging.WARNING):
        await log.ensure_topics([TopicSpec(topic.name, 1)])
    await log.close()
    await admin.close()

    lines = str(refused.value).splitlines()
    assert len(lines) == 2
    assert all("give 'User:importer' the right AlterConfigs" in line for line in lines)
    assert any("compression.type" in message for message in caplog.messages)
