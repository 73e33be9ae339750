"""One worker on one embedded log, however the one before has ended."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from greenpulse.broker.worker_lock import WorkerLock
from greenpulse.errors import SettingsError

HOLD_FOR_EVER = """
import sys, time
from pathlib import Path
from greenpulse.broker.worker_lock import WorkerLock

WorkerLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(3600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "log.sqlite"


@pytest.fixture
def lock(path: Path) -> Iterator[WorkerLock]:
    made = WorkerLock(path)
    yield made
    made.release()


async def hold_elsewhere(path: Path) -> asyncio.subprocess.Process:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD_FOR_EVER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    return holder


def test_the_first_worker_gets_the_log(lock: WorkerLock) -> None:
    assert lock.acquire()


def test_the_same_process_may_ask_again(lock: WorkerLock, path: Path) -> None:
    lock.acquire()

    assert not WorkerLock(path).acquire()


async def test_a_second_worker_is_refused_in_one_sentence_that_says_what_to_do(
    lock: WorkerLock, path: Path
) -> None:
    holder = await hold_elsewhere(path)

    with pytest.raises(SettingsError) as refusal:
        lock.acquire()
    holder.kill()
    await holder.wait()

    sentence = str(refusal.value)
    assert f"process id {holder.pid} " in sentence
    assert "stop that one" in sentence
    assert "GREENPULSE_BROKER a kafka:// address" in sentence
    assert "\n" not in sentence


async def test_kill_9_of_the_worker_frees_the_log(lock: WorkerLock, path: Path) -> None:
    holder = await hold_elsewhere(path)

    holder.kill()
    await holder.wait()

    assert lock.acquire()


def test_a_released_log_can_be_taken_again(lock: WorkerLock, path: Path) -> None:
    lock.acquire()
    lock.release()

    assert WorkerLock(path).acquire()


def test_a_lock_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")

    with pytest.raises(SettingsError, match="GREENPULSE_DATA or GREENPULSE_BROKER"):
        WorkerLock(tmp_path / "data" / "log.sqlite").acquire()
