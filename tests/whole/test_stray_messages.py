"""Another program writes into our topics: each message is named, and nothing stops."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.worker_process import WorkerProcess

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import Message
from greenpulse.records import FILES_TOPIC, LATEST_TOPIC, LOADS_TOPIC, POLLS_TOPIC

LATEST = {
    "poll_id": "1",
    "family": "national",
    "series": "national/intensity",
    "scheduled_at": None,
    "answered_at": "2026-11-26T12:00:00.000000Z",
    "status": 200,
    "outcome": "ok",
    "is_simulated": False,
    "observations": "none",
}
STRAY = [b"{no json", b"[]", b"{}", b"null", b"\xff\x00", b"", b'"text"']
STRAY_LATEST = [
    *STRAY,
    *(json.dumps({**LATEST, "observations": wrong}).encode() for wrong in (5, [5], None, {"a": 1})),
]


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[WorkerProcess]:
    process = WorkerProcess(tmp_path, "http://127.0.0.1:9")
    await process.start(until="/health/live")
    yield process
    await process.kill()


async def test_messages_that_are_no_records_are_named_and_stop_nothing(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    log = EmbeddedLog(tmp_path / "data" / "log.sqlite")
    for topic, values in ((FILES_TOPIC, STRAY), (LOADS_TOPIC, STRAY), (LATEST_TOPIC, STRAY_LATEST)):
        await log.append(topic, [Message(b"key", value, 0) for value in values])
    await log.append(POLLS_TOPIC, [Message(b"key", value, 0) for value in STRAY])
    await log.close()

    # The pages' follower reads the last topic, too.
    named = 2 * len(STRAY) + 2 * len(STRAY_LATEST)
    async with asyncio.timeout(60):
        while worker.log().count("record_not_read") < named:
            await asyncio.sleep(0.1)
    code = await worker.terminate()

    assert code == 0
    assert "Traceback" not in worker.log()
    # Those of the polls topic are archived, whatever they are.
    assert (await worker.command("audit"))[0] == 0
