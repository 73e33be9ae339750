"""Commands on a Kafka whose topics are not, or no more, as GreenPulse made them."""

import asyncio
import json
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from support.services.kafka import KafkaServer
from support.services.ports import free_port
from support.small_way import poll
from support.worker_process import WorkerProcess

from greenpulse.records import POLLS_TOPIC

Findings = dict[str, list[tuple[str, str]]]


@pytest.fixture
def worker(tmp_path: Path, own_kafka: KafkaServer) -> WorkerProcess:
    (tmp_path / "polls.ndjson").write_bytes(poll(1) + b"\n" + poll(2) + b"\n")
    return WorkerProcess(
        tmp_path, f"http://127.0.0.1:{free_port()}", BROKER=f"kafka://{own_kafka.hosts}"
    )


async def doctor(worker: WorkerProcess, **settings: object) -> tuple[int, Findings]:
    code, stdout, _ = await worker.command("doctor", "--json", **settings)
    found: Findings = {}
    for finding in json.loads(stdout)["findings"]:
        found.setdefault(finding["part"], []).append((finding["state"], finding["sentence"]))
    return code, found


async def alter(kafka: KafkaServer, topic: str, **settings: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.hosts)
    await admin.start()
    named = {name.replace("_", "."): value for name, value in settings.items()}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, named)])
    # The broker learns a moment later what its controller has taken.
    while not named.items() <= (await settings_of(admin, topic)).items():
        await asyncio.sleep(0.05)
    await admin.close()


async def settings_of(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    (response,) = await admin.describe_configs([resource])
    return {entry[0]: entry[1] for entry in response.resources[0][4]}


async def topics_of(kafka: KafkaServer) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.hosts)
    await admin.start()
    topics: list[str] = await admin.list_topics()
    await admin.close()
    return [topic for topic in topics if topic.startswith("greenpulse")]


async def test_who_only_looks_makes_no_topics(
    worker: WorkerProcess, own_kafka: KafkaServer
) -> None:
    _, before = await doctor(worker)
    audited, report, _ = await worker.command("audit")

    assert before["broker"][0][0] == "note"
    assert "has no topics yet" in before["broker"][0][1]
    assert audited == 0
    assert "has not begun" in report
    assert await topics_of(own_kafka) == []


async def test_doctor_names_each_difference_and_import_mends_them(
    worker: WorkerProcess, own_kafka: KafkaServer
) -> None:
    imported = await worker.command("import", "polls.ndjson")
    _, made = await doctor(worker)
    await alter(own_kafka, POLLS_TOPIC, retention_ms="3600000", max_message_bytes="1000")
    code, altered = await doctor(worker)
    await worker.command("import", "polls.ndjson")
    _, mended = await doctor(worker)

    assert imported[:2] == (0, "imported 2 polls from 1 file\n")
    assert made["topics"] == [("well", "all 8 topics are there, 3 partitions each, as wanted")]
    assert code == 1
    said = [sentence for state, sentence in altered["topics"] if state == "wrong"]
    assert len(said) == len(altered["topics"])
    for difference in ("retention.ms is 3600000, want", "max.message.bytes is 1000, want"):
        assert len([s for s in said if f"'{POLLS_TOPIC}': {difference}" in s]) == 1
    assert mended["topics"] == made["topics"]


async def test_a_worker_with_another_partition_count_exits_and_touches_nothing(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    await worker.command("import", "polls.ndjson")

    code, stdout, stderr = await worker.command("worker", GREENPULSE_PARTITIONS=4)
    _, found = await doctor(worker, GREENPULSE_PARTITIONS=4)

    (sentence,) = stderr.splitlines()
    assert code == 2
    assert f"topics '{POLLS_TOPIC}', " in sentence
    assert "the partition count is 3, want 4: set GREENPULSE_PARTITIONS=3" in sentence
    assert "Traceback" not in stdout
    assert not (tmp_path / "data" / "lake").exists()
    assert found["topics"][0] == ("wrong", sentence)
