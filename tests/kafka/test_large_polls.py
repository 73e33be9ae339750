"""A poll of nearly 16 MiB goes the whole way: import, Kafka, worker, file, row."""

import base64
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from support.services.kafka import KafkaServer
from support.services.ports import free_port
from support.small_way import poll
from support.worker_process import WorkerProcess

MEGABYTE = 1_000_000
# 3 MB is a week of all regions; 15 MiB and what stands around it is just below the limit.
BODY_BYTES = (1_000, 3 * MEGABYTE, 15 * 1024 * 1024)

# Whole workers and a broker on a busy machine.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def worker(tmp_path: Path, own_kafka: KafkaServer) -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess(
        tmp_path,
        f"http://127.0.0.1:{free_port()}",
        BROKER=f"kafka://{own_kafka.hosts}",
        POLL_SECONDS=60,
        ARCHIVE_WINDOW_SECONDS=1,
    )
    yield worker
    await worker.kill()


def recorded(body_bytes: int) -> bytes:
    """A line with a body that no codec makes small."""
    noise = Random(body_bytes).randbytes(body_bytes)
    line = json.loads(poll(body_bytes))
    line |= {"series": "regional", "family": "regional", "body": base64.b85encode(noise).decode()}
    line["body"] = line["body"][:body_bytes]
    return json.dumps(line).encode() + b"\n"


async def test_polls_of_3_mb_and_of_15_mib_are_archived_and_loaded(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    lines = [recorded(size) for size in BODY_BYTES]
    (tmp_path / "large.ndjson").write_bytes(b"".join(lines))

    imported = await worker.command("import", "large.ndjson")
    await worker.start()
    await worker.has_loaded()
    await worker.terminate()
    # Not --complete: what the worker itself polled last may wait for its load.
    audited = await worker.command("audit")

    assert imported[:2] == (0, "imported 3 polls from 1 file\n"), imported
    assert audited[0] == 0, audited
    stored = [
        json.loads(line)["poll"]["body"]
        for file in sorted((tmp_path / "data" / "lake").glob("topic=*/partition=0002/*.gz"))
        for line in gzip.decompress(file.read_bytes()).splitlines()
        if json.loads(line)["poll"].get("imported")
    ]
    assert stored == [json.loads(line)["body"] for line in lines]
