"""Topics on more than one broker: how many replicas, and what a broker that is away means."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.protocol.metadata import MetadataRequest
from support.service_fixtures import running
from support.services.kafka import KafkaServer

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message, TopicSpec
from greenpulse.errors import BrokerUnavailable


class SecondBroker(KafkaServer):
    """One that follows the controller of another."""

    def __init__(self, folder: Path, first: KafkaServer) -> None:
        super().__init__(folder)
        self.set_property("process.roles", "broker")
        self.set_property("node.id", "2")
        self.set_property("controller.quorum.voters", first.controller)
        for name in ("listeners", "advertised.listeners"):
            self.set_property(name, f"PLAINTEXT://{self.hosts}")


@pytest.fixture
async def brokers(own_kafka: KafkaServer, tmp_path: Path) -> AsyncIterator[list[KafkaServer]]:
    with running(lambda folder: SecondBroker(folder, own_kafka), tmp_path / "second") as second:
        yield [own_kafka, second]


async def both_tell_of(admin: AIOKafkaAdminClient, *topics: str) -> None:
    """Wait until each broker knows the other one and ``topics``: one learns it later."""
    client = admin._client  # noqa: SLF001 - a request to a broker of our choice
    for node in (1, 2):
        told: dict[str, Any] = {"brokers": [], "topics": []}
        while len(told["brokers"]) < 2 or not {t["topic"] for t in told["topics"]} >= {*topics}:
            await asyncio.sleep(0.05)
            await client.force_metadata_update()
            if await client.ready(node):
                told = (await client.send(node, MetadataRequest())).to_object()


async def test_a_second_broker_gets_replicas_and_is_missed_when_it_is_away(
    brokers: list[KafkaServer],
) -> None:
    first, second = brokers
    admin = AIOKafkaAdminClient(bootstrap_servers=first.hosts)
    await admin.start()
    await both_tell_of(admin)
    await admin.create_topics([NewTopic("by.hand", 1, 1)])
    log = KafkaLog(KafkaConnection(first.hosts), patience_seconds=5)
    await log.ensure_topics([TopicSpec("ours", 1), TopicSpec("by.hand", 1)])
    await both_tell_of(admin, "ours", "by.hand")

    topics = {t["topic"]: t["partitions"] for t in await admin.describe_topics()}
    (said,) = await log.compare_topics([TopicSpec("ours", 1), TopicSpec("by.hand", 1)])

    assert len(topics["ours"][0]["replicas"]) == 2
    assert said.topic == "by.hand"
    assert said.what == (
        "the replication factor is 1, want 2: give it more replicas with kafka-reassign-partitions"
    )

    careful = {"min.insync.replicas": "2"}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "ours", careful)])
    await log.append("ours", [Message(b"key", b"with both", 0)])
    await asyncio.to_thread(second.stop)
    with pytest.raises(BrokerUnavailable, match="start the brokers that are away"):
        await log.append("ours", [Message(b"key", b"with one", 0)])
    await log.close()
    await admin.close()
