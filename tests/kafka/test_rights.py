"""What a user of Kafka may not do is said before anything starts, right by right."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from support.service_fixtures import running
from support.services.addresses import SecureKafkaAddress
from support.services.ports import free_port
from support.services.secure_kafka import PASSWORD, Operation, Resource, SecureKafka, allow
from support.small_way import poll
from support.worker_process import WorkerProcess

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message, TopicSpec
from greenpulse.errors import SettingsError
from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import topic_specs


@pytest.fixture
async def topic(secure_kafka: SecureKafkaAddress) -> str:
    """A topic that somebody else has made as GreenPulse would."""
    name = f"rights.{uuid4()}"
    log = KafkaLog(KafkaConnection(secure_kafka.hosts))
    await log.ensure_topics([TopicSpec(name, 1)])
    await log.close()
    return name


@asynccontextmanager
async def log_of(user: str, kafka: SecureKafkaAddress) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(
        KafkaConnection(
            kafka.sasl_hosts,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-256",
            username=user,
            password=PASSWORD,
        )
    )
    try:
        yield log
    finally:
        await log.close()


async def ensure_it(log: KafkaLog, topic: str) -> None:
    await log.ensure_topics([TopicSpec(topic, 1)])


async def append_to_it(log: KafkaLog, topic: str) -> None:
    await log.append(topic, [Message(b"key", b"value", 0)])


async def test_all_rights_that_are_missing_are_named_at_once(
    secure_kafka: SecureKafkaAddress, topic: str
) -> None:
    group = f"group.{uuid4()}"

    async with log_of("stranger", secure_kafka) as log:
        with pytest.raises(SettingsError) as refused:
            await log.prove_access([topic], group)

    assert str(refused.value).endswith(
        f"give 'User:stranger' the rights Read on topic '{topic}', Write on topic '{topic}', "
        f"Read on group '{group}'"
    )


async def test_only_what_is_missing_is_named(secure_kafka: SecureKafkaAddress, topic: str) -> None:
    await allow(secure_kafka.hosts, "reader", Resource.TOPIC, topic, Operation.READ)
    await allow(secure_kafka.hosts, "reader", Resource.GROUP, topic, Operation.READ)

    async with log_of("reader", secure_kafka) as log:
        with pytest.raises(SettingsError) as refused:
            await log.prove_access([topic], topic)

    assert str(refused.value).endswith(f"the rights Write on topic '{topic}'")


async def test_who_has_the_rights_passes(secure_kafka: SecureKafkaAddress, topic: str) -> None:
    rights = (Operation.READ, Operation.WRITE)
    await allow(secure_kafka.hosts, "reader", Resource.TOPIC, topic, *rights)
    await allow(secure_kafka.hosts, "reader", Resource.GROUP, topic, Operation.READ)

    async with log_of("reader", secure_kafka) as log:
        await log.prove_access([topic], topic)

        assert await log.append(topic, [Message(b"key", b"value", 0)]) == [0]
        assert await log.committed(topic, topic) == {}


async def test_a_topic_that_one_may_not_create_names_user_and_topic(
    secure_kafka: SecureKafkaAddress,
) -> None:
    name = f"rights.{uuid4()}"

    async with log_of("stranger", secure_kafka) as log:
        with pytest.raises(SettingsError, match=f"'{name}'.*let 'User:stranger' create"):
            await log.ensure_topics([TopicSpec(name, 1)])


@pytest.mark.parametrize(
    ("right", "attempt", "refusal"),
    [
        # To create it, but neither Read, Write nor Describe: it is told from an absent one.
        (Operation.CREATE, ensure_it, "exists, but 'User:importer' does not see it"),
        (Operation.WRITE, ensure_it, "give 'User:importer' the right DescribeConfigs"),
        (Operation.READ, append_to_it, "does not allow it to 'User:importer'"),
        # It is not taken for one that was made anew.
        (Operation.CREATE, KafkaLog.identity, "does not allow it to 'User:importer'"),
    ],
    ids=["seeing it", "looking at its settings", "appending to it", "telling which it is"],
)
async def test_what_one_may_not_do_with_a_topic_of_others_is_one_sentence(
    secure_kafka: SecureKafkaAddress,
    topic: str,
    right: Operation,
    attempt: Callable[[KafkaLog, str], Awaitable[object]],
    refusal: str,
) -> None:
    await allow(secure_kafka.hosts, "importer", Resource.TOPIC, topic, right)

    async with log_of("importer", secure_kafka) as log:
        with pytest.raises(SettingsError, match=refusal):
            await attempt(log, topic)


@pytest.mark.timeout(600)
async def test_a_worker_that_may_neither_create_nor_alter_works_on_topics_that_others_made(
    tmp_path: Path,
) -> None:
    # Its own Kafka, since the topics and the group of whole workers are always the same.
    with running(SecureKafka, tmp_path / "kafka") as kafka:
        owner = KafkaLog(KafkaConnection(kafka.hosts))
        await owner.ensure_topics(topic_specs(3, 30))
        await owner.append(POLLS_TOPIC, [Message(b"key", poll(n), n % 3) for n in range(30)])
        await owner.close()
        rights = (Operation.READ, Operation.WRITE, Operation.DESCRIBE_CONFIGS)
        await allow(kafka.hosts, "worker", Resource.TOPIC, "greenpulse", *rights)
        await allow(kafka.hosts, "worker", Resource.GROUP, "greenpulse", Operation.READ)
        worker = WorkerProcess(
            tmp_path,
            f"http://127.0.0.1:{free_port()}",
            BROKER=f"kafka://{kafka.sasl_hosts}",
            KAFKA_SECURITY_PROTOCOL="SASL_PLAINTEXT",
            KAFKA_SASL_MECHANISM="SCRAM-SHA-256",
            KAFKA_USERNAME="worker",
            KAFKA_PASSWORD=PASSWORD,
            POLL_SECONDS=3600,
            ARCHIVE_WINDOW_SECONDS=1,
        )

        try:
            await worker.start()
            await worker.has_loaded()
            ended = await worker.terminate()
            audited = await worker.command("audit", "--complete")
        finally:
            await worker.kill()

    assert ended == 0
    assert audited[0] == 0, audited
    assert "topic_differs" not in worker.log()
