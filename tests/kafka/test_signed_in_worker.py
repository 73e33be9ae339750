"""The whole way on a Kafka that encrypts, signs in, and gives no right that is not needed."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.services.addresses import SecureKafkaAddress
from support.services.ports import free_port
from support.services.secure_kafka import PASSWORD, Operation, Resource, allow
from support.small_way import poll
from support.worker_process import WorkerProcess

# As README names them.
TOPIC_RIGHTS = (
    Operation.CREATE,
    Operation.READ,
    Operation.WRITE,
    Operation.DESCRIBE_CONFIGS,
    Operation.ALTER_CONFIGS,
)

# Whole workers and a broker on a busy machine.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def worker(tmp_path: Path, secure_kafka: SecureKafkaAddress) -> AsyncIterator[WorkerProcess]:
    """A worker without an API: each tick is a poll that failed."""
    worker = WorkerProcess(
        tmp_path,
        f"http://127.0.0.1:{free_port()}",
        BROKER=f"kafka://{secure_kafka.sasl_tls_hosts}",
        KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        KAFKA_SASL_MECHANISM="SCRAM-SHA-512",
        KAFKA_USERNAME="worker",
        KAFKA_PASSWORD=PASSWORD,
        KAFKA_CA_FILE=secure_kafka.ca_file,
        LOG_LEVEL="debug",
        POLL_SECONDS=0.5,
        ARCHIVE_WINDOW_SECONDS=1,
    )
    yield worker
    await worker.kill()


async def test_everything_works_and_the_password_is_nowhere(
    worker: WorkerProcess, secure_kafka: SecureKafkaAddress, tmp_path: Path
) -> None:
    await allow(secure_kafka.hosts, "worker", Resource.TOPIC, "greenpulse", *TOPIC_RIGHTS)
    await allow(secure_kafka.hosts, "worker", Resource.GROUP, "greenpulse", Operation.READ)
    (tmp_path / "polls.ndjson").write_bytes(poll(1) + b"\n" + poll(2) + b"\n")

    await worker.start()
    imported = await worker.command("import", "polls.ndjson")
    await worker.has_loaded()
    audited = await worker.command("audit")
    doctor = await worker.command("doctor", "--json")
    settings = await worker.command("settings")
    pages = [await worker.text(page) for page in ("/metrics", "/stats", "/health/ready")]
    ended = await worker.terminate()

    assert imported[:2] == (0, "imported 2 polls from 1 file\n")
    assert audited[0] == 0, audited
    found = {f["part"]: (f["state"], f["sentence"]) for f in json.loads(doctor[1])["findings"]}
    assert found["broker"][0] == "well"
    assert "Kafka 4.1 or newer, 1 broker" in found["broker"][1]
    assert found["topics"][0] == "well"
    assert "rights" not in found
    assert ended == 0
    said = [worker.log(), *pages, *imported[1:], *audited[1:], *doctor[1:], *settings[1:]]
    assert not [text for text in said if PASSWORD in text]
    assert "GREENPULSE_KAFKA_PASSWORD" in settings[1]
