"""The whole way with its lake in a real MinIO: kill -9, a lake that goes away, the proof."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from support.recorded_api import serve_recorded
from support.services.minio import MinioServer
from support.worker_process import WorkerProcess

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def worker(
    tmp_path: Path, recorded: Path, own_minio: MinioServer
) -> AsyncIterator[WorkerProcess]:
    """A worker that polls ten times a second, whose files close twice a second."""
    async with serve_recorded(recorded) as api:
        process = WorkerProcess(
            tmp_path,
            api.address,
            POLL_SECONDS=0.1,
            ARCHIVE_WINDOW_SECONDS=0.5,
            LAKE=f"s3://greenpulse-{uuid4()}/lake",
            S3_ENDPOINT=own_minio.endpoint,
            S3_ACCESS_KEY=own_minio.access_key,
            S3_SECRET_KEY=own_minio.secret_key,
        )
        try:
            yield process
        finally:
            await process.kill()


async def test_no_kill_of_worker_or_lake_loses_or_doubles_anything(
    worker: WorkerProcess, own_minio: MinioServer
) -> None:
    await worker.start()
    await worker.holds_records()
    await worker.kill()
    await worker.start()
    await asyncio.to_thread(own_minio.kill)
    while await worker.status("/health/ready") == 200:
        await asyncio.sleep(0.1)
    said = await worker.text("/health/ready")
    await asyncio.to_thread(own_minio.start)
    while await worker.status("/health/ready") != 200:
        await asyncio.sleep(0.1)
    await worker.has_loaded()
    code = await worker.terminate()

    audit_code, found, _ = await worker.command("audit")

    assert f"at '{own_minio.endpoint}': " in said
    assert "see whether it runs" in said
    assert code == 0
    assert audit_code == 0, found
    assert "nothing is missing, doubled or altered" in found
    for unwanted in ("Traceback", "Unclosed", own_minio.secret_key):
        assert unwanted not in worker.log()


async def test_doctor_names_the_server_and_makes_no_bucket(
    worker: WorkerProcess, own_minio: MinioServer
) -> None:
    _, before, _ = await worker.command("doctor", "--json")
    _, again, _ = await worker.command("doctor", "--json")
    await worker.start()
    _, after, _ = await worker.command("doctor", "--json")

    for report in (before, again):
        assert "has no bucket yet; 'greenpulse worker' makes it" in report
    assert f"at {own_minio.endpoint} (MinIO) is reached, creates a key only once" in after


async def test_a_wrong_secret_is_one_sentence_for_every_command(worker: WorkerProcess) -> None:
    wrong = {"GREENPULSE_S3_SECRET_KEY": "wrong-secret"}
    for command in ("worker", "audit"):
        code, _, stderr = await worker.command(command, **wrong)

        assert code == 2
        sentence = stderr.splitlines()[-1]
        assert "SignatureDoesNotMatch" in sentence
        assert "set GREENPULSE_S3_ACCESS_KEY and GREENPULSE_S3_SECRET_KEY" in sentence
        assert "wrong-secret" not in stderr
        assert "Traceback" not in stderr
