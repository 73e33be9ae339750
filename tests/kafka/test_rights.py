"""What a user of Kafka may not do is said before anything starts, right by right."""

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


def log_of(user: str, kafka: SecureKafkaAddress) -> KafkaLog:
    return KafkaLog(
        KafkaConnection(
            kafka.sasl_hosts,
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="SCRAM-SHA-256",
            username=user,
            password=PASSWORD,
        )
    )


async def test_all_rights_that_are_missing_are_named_at_once(
    secure_kafka: SecureKafkaAddress, topic: str
) -> None:
    group = f"group.{uuid4()}"
    log = log_of("stranger", secure_kafka)

    with pytest.raises(SettingsError) as refused:
        await log.prove_access([topic], group)
    await log.close()

    assert str(refused.value).endswith(
        f"give 'User:stranger' the rights Read on topic '{topic}', Write on topic '{topic}', "
        f"Read on group '{group}'"
    )


async def test_only_what_is_missing_is_named(secure_kafka: SecureKafkaAddress, topic: str) -> None:
    await allow(secure_kafka.hosts, "reader", Resource.TOPIC, topic, Operation.READ)
    await allow(secure_kafka.hosts, "reader", Resource.GROUP, topic, Operation.READ)
    log = log_of("reader", secure_kafka)

    with pytest.raises(SettingsError) as refused:
        await log.prove_access([topic], topic)
    await log.close()

    assert str(refused.value).endswith(f"the rights Write on topic '{topic}'")


async def test_who_has_the_rights_passes(secure_kafka: SecureKafkaAddress, topic: str) -> None:
    rights = (Operation.READ, Operation.WRITE)
    await allow(secure_kafka.hosts, "reader", Resource.TOPIC, topic, *rights)
    await allow(secure_kafka.hosts, "reader", Resource.GROUP, topic, Operation.READ)
    log = log_of("reader", secure_kafka)

    await log.prove_access([topic], topic)

    assert await log.append(topic, [Message(b"key", b"value", 0)]) == [0]
    assert await log.committed(topic, topic) == {}
    await log.close()


async def test_a_topic_that_one_may_not_create_names_user_and_topic(
    secure_kafka: SecureKafkaAddress,
) -> None:
    log, name = log_of("stranger", secure_kafka), f"rights.{uuid4()}"

    with pytest.raises(SettingsError, match=f"creating topic '{name}'.*let 'User:stranger' create"):
        await log.ensure_topics([TopicSpec(name, 1)])
    await log.close()


async def test_a_topic_that_is_there_and_not_seen_is_told_from_an_absent_one(
    secure_kafka: SecureKafkaAddress, topic: str
) -> None:
    # Create on the name, but neither Read, Write nor Describe.
    await allow(secure_kafka.hosts, "stranger", Resource.TOPIC, topic, Operation.CREATE)
    log = log_of("stranger", secure_kafka)

    with pytest.raises(SettingsError, match="exists, but 'User:stranger' does not see it"):
        await log.ensure_topics([TopicSpec(topic, 1)])
    await log.close()


async def test_settings_that_one_may_not_look_at_name_the_right(
    secure_kafka: SecureKafkaAddress, topic: str
) -> None:
    await allow(secure_kafka.hosts, "importer", Resource.TOPIC, topic, Operation.WRITE)
    log = log_of("importer", secure_kafka)

    with pytest.raises(SettingsError, match="give 'User:importer' the right DescribeConfigs"):
        await log.ensure_topics([TopicSpec(topic, 1)])
    await log.close()


async def test_appending_without_the_right_is_one_sentence(
    secure_kafka: SecureKafkaAddress, topic: str
) -> None:
    await allow(secure_kafka.hosts, "importer", Resource.TOPIC, topic, Operation.READ)
    log = log_of("importer", secure_kafka)

    with pytest.raises(SettingsError, match="does not allow it to 'User:importer'"):
        await log.append(topic, [Message(b"key", b"value", 0)])
    await log.close()


async def test_a_topic_that_may_not_be_seen_is_not_taken_for_one_that_was_made_anew(
    secure_kafka: SecureKafkaAddress, topic: str
) -> None:
    log = log_of("stranger", secure_kafka)

    with pytest.raises(SettingsError, match="does not allow it to 'User:stranger'"):
        await log.identity(topic)
    await log.close()


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
