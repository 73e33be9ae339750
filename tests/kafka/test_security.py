"""Signing in to Kafka and speaking TLS to it, and what is said where that fails."""

from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from support.services.addresses import SecureKafkaAddress
from support.services.secure_kafka import PASSWORD, Operation, Resource, allow

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message, TopicSpec
from greenpulse.errors import GreenpulseError

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
Open = Callable[[KafkaConnection], KafkaLog]


@pytest.fixture
async def open_log() -> AsyncIterator[Open]:
    opened: list[KafkaLog] = []

    def open_one(connection: KafkaConnection) -> KafkaLog:
        opened.append(KafkaLog(connection))
        return opened[-1]

    yield open_one
    for log in opened:
        await log.close()


def signed_in(
    kafka: SecureKafkaAddress,
    *,
    mechanism: str = "SCRAM-SHA-512",
    user: str = "worker",
    password: str = PASSWORD,
    is_encrypted: bool = True,
) -> KafkaConnection:
    return KafkaConnection(
        kafka.sasl_tls_hosts if is_encrypted else kafka.sasl_hosts,
        security_protocol="SASL_SSL" if is_encrypted else "SASL_PLAINTEXT",
        sasl_mechanism=mechanism,
        username=user,
        password=password,
        ca_file=kafka.ca_file if is_encrypted else "",
    )


def encrypted(hosts: str, ca_file: str) -> KafkaConnection:
    return KafkaConnection(hosts, security_protocol="SSL", ca_file=ca_file)


async def refusal(log: KafkaLog) -> str:
    """What is said instead of an answer: one line."""
    with pytest.raises(GreenpulseError) as refused:
        await log.describe()
    (sentence,) = str(refused.value).splitlines()
    assert PASSWORD not in sentence
    return sentence


async def passes_a_record(log: KafkaLog, topic: str) -> bool:
    await log.ensure_topics([TopicSpec(topic, 1)])
    await log.append(topic, [Message(b"key", b"value", 0)])
    return [record.value for record in await log.read(topic, 0, 0)] == [b"value"]


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("protocol", ["SASL_SSL", "SASL_PLAINTEXT"])
async def test_each_mechanism_signs_in_with_and_without_tls(
    mechanism: str, protocol: str, secure_kafka: SecureKafkaAddress, open_log: Open
) -> None:
    topic = f"signed-in.{uuid4()}"
    rights = (Operation.CREATE, Operation.READ, Operation.WRITE, Operation.DESCRIBE_CONFIGS)
    await allow(secure_kafka.hosts, "worker", Resource.TOPIC, topic, *rights)

    is_encrypted = protocol == "SASL_SSL"
    log = open_log(signed_in(secure_kafka, mechanism=mechanism, is_encrypted=is_encrypted))

    assert await passes_a_record(log, topic)


async def test_tls_alone_signs_nobody_in(secure_kafka: SecureKafkaAddress, open_log: Open) -> None:
    log = open_log(encrypted(secure_kafka.tls_hosts, secure_kafka.ca_file))

    assert await passes_a_record(log, f"encrypted.{uuid4()}")


@pytest.mark.parametrize("mechanism", MECHANISMS)
async def test_a_wrong_password_names_the_user_and_the_settings(
    mechanism: str, secure_kafka: SecureKafkaAddress, open_log: Open
) -> None:
    log = open_log(signed_in(secure_kafka, mechanism=mechanism, password="hunter2"))  # noqa: S106 - wrong on purpose

    said = await refusal(log)

    assert f"connecting to Kafka at '{secure_kafka.sasl_tls_hosts}': it does not let in" in said
    assert "'worker'" in said
    assert said.endswith("check GREENPULSE_KAFKA_USERNAME and GREENPULSE_KAFKA_PASSWORD")
    assert "hunter2" not in said


async def test_a_certificate_of_somebody_else_is_not_trusted(
    secure_kafka: SecureKafkaAddress, open_log: Open
) -> None:
    others = open_log(encrypted(secure_kafka.tls_hosts, secure_kafka.other_ca_file))
    systems = open_log(encrypted(secure_kafka.tls_hosts, ""))

    for log in (others, systems):
        said = await refusal(log)
        assert "its certificate is not trusted" in said
        assert "set GREENPULSE_KAFKA_CA_FILE" in said


async def test_a_host_by_another_name_than_its_certificates_is_not_trusted(
    secure_kafka: SecureKafkaAddress, open_log: Open
) -> None:
    hosts = secure_kafka.tls_hosts.replace("127.0.0.1", "localhost")

    said = await refusal(open_log(encrypted(hosts, secure_kafka.ca_file)))

    assert "not valid for 'localhost'" in said
    assert said.endswith("name the host as it does")


@pytest.mark.parametrize("ca_file", ["/nowhere/ca.pem", __file__])
async def test_a_ca_file_that_is_absent_or_no_certificate_is_named(
    ca_file: str, secure_kafka: SecureKafkaAddress, open_log: Open
) -> None:
    said = await refusal(open_log(encrypted(secure_kafka.tls_hosts, ca_file)))

    assert said.startswith(f"reading '{ca_file}': ")
    assert "set GREENPULSE_KAFKA_CA_FILE" in said


async def test_each_wrong_protocol_is_named_with_the_right_one(
    secure_kafka: SecureKafkaAddress, open_log: Open
) -> None:
    kafka = secure_kafka
    plain_to_tls = KafkaConnection(kafka.tls_hosts)
    tls_to_plain = encrypted(kafka.hosts, kafka.ca_file)
    sasl_to_plain = KafkaConnection(
        kafka.hosts,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        username="worker",
        password=PASSWORD,
    )
    plain_to_sasl = KafkaConnection(kafka.sasl_hosts)

    said = [
        await refusal(open_log(connection))
        for connection in (plain_to_tls, tls_to_plain, sasl_to_plain, plain_to_sasl)
    ]

    assert said[0].endswith("it speaks TLS: set GREENPULSE_KAFKA_SECURITY_PROTOCOL to SSL")
    assert "it does not speak TLS: set GREENPULSE_KAFKA_SECURITY_PROTOCOL to PLAINTEXT" in said[1]
    assert "nobody signs in there: set GREENPULSE_KAFKA_SECURITY_PROTOCOL to PLAINTEXT" in said[2]
    assert "listener speaks PLAINTEXT, else set GREENPULSE_KAFKA_SECURITY_PROTOCOL" in said[3]


def test_the_password_is_in_no_text_about_the_connection(secure_kafka: SecureKafkaAddress) -> None:
    connection = signed_in(secure_kafka)

    assert PASSWORD not in f"{connection!r} {connection} {KafkaLog(connection)!r}"
