"""What people get from a worker: a quick stop, and one sentence where it cannot start."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.recorded_api import serve_recorded
from support.services.ports import free_port
from support.worker_process import WorkerProcess


@pytest.fixture
async def worker(tmp_path: Path, recorded: Path) -> AsyncIterator[WorkerProcess]:
    async with serve_recorded(recorded) as api:
        process = WorkerProcess(tmp_path, api.address)
        yield process
        await process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
async def test_a_worker_ends_with_0_within_ten_seconds(
    worker: WorkerProcess, number: signal.Signals
) -> None:
    await worker.start()

    async with asyncio.timeout(10):
        code = await worker.end(number)

    assert code == 0
    assert "Traceback" not in worker.log()


async def test_what_was_polled_before_the_stop_is_in_files(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    await worker.start()
    await worker.holds_records()
    await worker.terminate()

    code, stdout, _ = await worker.command("audit")

    assert code == 0, stdout
    assert list((tmp_path / "data" / "lake").rglob("*.ndjson.gz"))


async def test_a_second_worker_on_the_log_is_refused_in_one_sentence(
    worker: WorkerProcess,
) -> None:
    await worker.start()

    code, _, stderr = await worker.command("worker", GREENPULSE_WEB_PORT=free_port())

    assert code == 2
    (sentence,) = stderr.splitlines()
    assert "already runs on it: stop that one" in sentence


async def test_a_taken_port_is_named_with_the_way_out(worker: WorkerProcess) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, _, stderr = await worker.command("worker", GREENPULSE_WEB_PORT=port)

    assert code == 2
    (sentence,) = stderr.splitlines()
    assert f"127.0.0.1:{port}" in sentence
    assert "GREENPULSE_WEB_PORT" in sentence


async def test_all_wrong_settings_are_named_at_once(worker: WorkerProcess) -> None:
    code, stdout, stderr = await worker.command(
        "worker", GREENPULSE_WEB_PORT="eighty", GREENPULSE_LAKE="ftp://here"
    )

    assert (code, stdout) == (2, "")
    assert "GREENPULSE_WEB_PORT='eighty': want" in stderr
    assert "GREENPULSE_LAKE='ftp://here': want" in stderr
    assert "Traceback" not in stderr


async def test_a_log_that_is_no_log_is_left_alone(worker: WorkerProcess, tmp_path: Path) -> None:
    log = tmp_path / "data" / "log.sqlite"
    log.parent.mkdir()
    log.write_bytes(b"not a database" * 1000)

    code, _, stderr = await worker.command("worker")

    assert code == 2
    assert "move it away" in stderr
    assert log.read_bytes() == b"not a database" * 1000


async def test_without_the_api_the_worker_stays_and_says_so(tmp_path: Path) -> None:
    worker = WorkerProcess(
        tmp_path, f"http://127.0.0.1:{free_port()}", POLL_SECONDS=0.5, ARCHIVE_WINDOW_SECONDS=1
    )
    try:
        await worker.start()
        await asyncio.sleep(4)
        page = await worker.text("/")
        code, stdout, _ = await worker.command(
            "query",
            "select count(*) as polls from silver.poll where outcome = 'no_answer'"
            " and series = 'intensity'",
            "--format",
            "csv",
        )
    finally:
        await worker.kill()

    assert "Cannot reach the Carbon Intensity API" in worker.log()
    assert "make demo" in worker.log()
    assert "Cannot reach the Carbon Intensity API" in page
    assert code == 0
    assert int(stdout.splitlines()[1]) >= 3


async def test_a_lake_of_simulated_answers_takes_no_real_ones(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    claims = tmp_path / "data" / "lake" / "claims"
    claims.mkdir(parents=True)
    (claims / "source").write_text('{"source":"simulated"}')

    await worker.start()
    async with asyncio.timeout(20):
        while "Polling has stopped" not in worker.log():
            await asyncio.sleep(0.1)
    page = await worker.text("/")

    assert "Polling has stopped" in page
    assert not list((tmp_path / "data" / "lake").rglob("partition=0000/*.ndjson.gz"))


async def test_loads_that_would_cost_more_than_the_budget_are_refused_before_anything_is_made(
    worker: WorkerProcess, tmp_path: Path
) -> None:
    code, _, stderr = await worker.command(
        "worker",
        GREENPULSE_WAREHOUSE="snowflake://ACCOUNT/ENERGY_PROJECT",
        GREENPULSE_SNOWFLAKE_CREDITS_A_DAY=2,
    )

    assert code == 2
    (sentence,) = stderr.splitlines()
    assert "loads every 300 s take about 7.57 credits a day" in sentence
    assert "set GREENPULSE_LOAD_SECONDS=1800" in sentence
    assert not list((tmp_path / "data").rglob("*"))
