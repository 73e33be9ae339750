"""The brokers that the contract suites run on, each as people would use it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.structs import TopicPartition
from yarl import URL

from greenpulse.broker.embedded import embedded_url
from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Log

__all__ = ["BROKERS", "Broker", "log_at", "open_broker"]

BROKERS = ("embedded", "kafka")


class Broker(Protocol):
    """One broker of the test's own, or a shared one under names of its own."""

    address: str

    def open_log(self) -> Log:
        """A client; the caller closes it."""
        ...

    async def drop_below(self, topic: str, partition: int, offset: int) -> None:
        """Let retention drop the oldest records."""
        ...


class EmbeddedBroker:
    """A file in the test's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.address = embedded_url(path)

    def open_log(self) -> EmbeddedLog:
        return EmbeddedLog(self.path)

    async def drop_below(self, topic: str, partition: int, offset: int) -> None:
        log = self.open_log()
        later = datetime(9999, 1, 1, tzinfo=UTC)
        await log.expire(topic, partition, older_than=later, keep_from=offset)
        await log.close()


class KafkaBroker:
    """The Kafka that all tests share."""

    def __init__(self, hosts: str) -> None:
        self.hosts = hosts
        self.address = f"kafka://{hosts}"

    def open_log(self) -> KafkaLog:
        return KafkaLog(KafkaConnection(self.hosts))

    async def drop_below(self, topic: str, partition: int, offset: int) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.hosts)
        await admin.start()
        await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(offset)})
        await admin.close()


def log_at(address: str) -> Log:
    """A client for the broker with that address; for programs that a test starts."""
    url = URL(address)
    return (
        KafkaLog(KafkaConnection(url.authority))
        if url.scheme == "kafka"
        else EmbeddedLog(Path(url.path))
    )


def open_broker(name: str, folder: Path, request: pytest.FixtureRequest) -> Broker:
    """The broker with that name; skips where it is not at hand."""
    if name == "embedded":
        return EmbeddedBroker(folder / "data" / "log.sqlite")
    return KafkaBroker(request.getfixturevalue("kafka").hosts)
