"""What a worker holds of a partition is bounded in bytes, whatever its records are."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from support.brokers import BROKERS, open_broker
from support.remote_worker import RemoteWorker

from greenpulse.broker.batch_consumer import MAX_HELD_BYTES
from greenpulse.broker.log import Message, TopicSpec

BYTES_OF_A_RECORD = 150
"""At least: an object, its time, its offset."""
MOST_HELD = MAX_HELD_BYTES // BYTES_OF_A_RECORD
AT_ONCE = 10_000
ROUNDS = 5


@pytest.mark.parametrize("name", BROKERS)
async def test_empty_records_are_not_held_without_end(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    broker, group = open_broker(name, tmp_path, request), f"test-{uuid4()}"
    topic = f"{group}.batches"
    log = broker.open_log()
    await log.ensure_topics([TopicSpec(topic, 3), TopicSpec(f"{group}.counts", 3)])
    for _ in range(MOST_HELD // AT_ONCE + 2):
        await log.append(topic, [Message(None, b"", 0)] * AT_ONCE)
    worker = await RemoteWorker.start(broker.address, group, tmp_path)

    while not await worker.do("is_full", partition=0):
        await asyncio.sleep(0.05)
    # Were there no bound, more of them would come with what else is fetched.
    for number in range(ROUNDS):
        await worker.do("send", key=str(number), value="")
        await worker.report("counted")
    held = await worker.killed("batch")

    assert sum(len(batch["records"]) for batch in held) < MOST_HELD
    await log.close()
