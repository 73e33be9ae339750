"""A Faust worker on the embedded log: what only this broker does."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import faust
import pytest
from support.remote_worker import RemoteWorker

from greenpulse.broker.embedded import Transport, embedded_url
from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import TopicSpec

TESTS = Path(__file__).parents[1]


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A log with the topics of a remote worker."""
    path = tmp_path / "log.sqlite"
    log = EmbeddedLog(path)
    await log.ensure_topics([TopicSpec("test.batches", 3), TopicSpec("test.counts", 3)])
    await log.close()
    return path


@pytest.fixture
async def worker(path: Path) -> AsyncIterator[RemoteWorker]:
    started = await RemoteWorker.start(embedded_url(path), "test", path.parent)
    yield started
    await started.kill()


@pytest.mark.parametrize(
    "path",
    [Path("/srv/A b/%41?#é;x/Log.sqlite"), Path("relative/Log.sqlite"), Path("Log.sqlite")],
    ids=str,
)
def test_faust_is_led_to_exactly_the_file_that_was_meant(path: Path) -> None:
    app = faust.App("test", broker=embedded_url(path))

    assert cast("Transport", app.transport).path == path.absolute()


def test_an_address_written_by_hand_may_be_relative() -> None:
    app = faust.App("test", broker="embedded://data/log.sqlite")

    assert cast("Transport", app.transport).path == Path("data/log.sqlite")


async def test_a_second_worker_on_the_log_does_not_start(worker: RemoteWorker, path: Path) -> None:
    second = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "support.faust_worker",
        embedded_url(path),
        "test",
        str(path.parent),
        cwd=TESTS,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await second.communicate()

    assert second.returncode != 0
    assert b"already runs on it: stop that one" in complaint
    assert await worker.do("commit") is False  # the first one still answers


async def test_a_send_to_a_topic_that_nobody_created_fails(worker: RemoteWorker) -> None:
    answer = await worker.do("send_to_nowhere")

    assert answer.startswith("SettingsError: appending to 'nowhere'")
