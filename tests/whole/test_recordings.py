"""What the API really said once, carried the whole way by a real worker, to the last view.

The expected values are read off the recordings by hand; SOURCES.md beside them says what
each one is.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.recorded_api import serve_recorded
from support.worker_process import WorkerProcess


@pytest.fixture
async def worker(tmp_path: Path, recorded: Path) -> AsyncIterator[WorkerProcess]:
    async with serve_recorded(recorded) as api:
        process = WorkerProcess(tmp_path, api.address, ARCHIVE_WINDOW_SECONDS=1)
        await process.start()
        try:
            yield process
        finally:
            await process.terminate()


async def test_recorded_answers_arrive_in_every_view(worker: WorkerProcess) -> None:
    half_hours = await _rows(
        worker,
        "select * from gold.half_hourly_intensity order by period_start_at",
        at_least=97,
    )
    first, *_, last = half_hours

    # kkulma_gb_with_dates.json, first row: 2019-12-31T23:30Z, forecast 183, actual 180.
    assert _start(first) == "2019-12-31T23:30:00"
    assert (first["forecast_gco2_per_kwh"], first["actual_gco2_per_kwh"]) == (183, 180)
    assert (first["actual_status"], first["intensity_gco2_per_kwh"]) == ("settled", 180)
    assert (first["settlement_date"][:10], first["settlement_period"]) == ("2019-12-31", 48)
    # kkulma_gb_no_dates.json: 2021-04-30T22:30Z, forecast 255, actual null; 23:30 in London.
    assert _start(last) == "2021-04-30T22:30:00"
    assert (last["forecast_gco2_per_kwh"], last["actual_gco2_per_kwh"]) == (255, None)
    assert (last["actual_status"], last["intensity_gco2_per_kwh"]) == ("missing", 255)
    assert (last["settlement_date"][:10], last["settlement_period"]) == ("2021-04-30", 48)
    assert last["intensity_index"] == "moderate"

    gaps = await _rows(worker, "select * from gold.data_gaps")
    # From the end of the 96 rows, 2020-01-02T23:30Z, 484 days less an hour long.
    assert [(_at(g["starts_at"]), _at(g["ends_at"]), g["half_hours"]) for g in gaps] == [
        ("2020-01-02T23:30:00", "2021-04-30T22:30:00", 484 * 48 - 2)
    ]

    (now,) = await _rows(worker, "select * from gold.intensity_now")
    assert now["is_fresh"] is False
    assert now["data_age_seconds"] < 60

    polls = await _rows(worker, "select distinct series, outcome from silver.poll order by series")
    assert [(p["series"], p["outcome"]) for p in polls] == [
        ("generation", "ok"),
        ("intensity", "ok"),
        ("regional", "ok"),
        ("settle", "ok"),
        ("window", "ok"),
    ]


async def _rows(worker: WorkerProcess, sql: str, *, at_least: int = 1) -> list[dict[str, Any]]:
    async with asyncio.timeout(120):
        while True:
            code, stdout, stderr = await worker.command("query", sql, "--format", "json")
            rows = json.loads(stdout) if code == 0 else []
            if code == 0 and len(rows) >= at_least:
                return rows
            assert code in {0, 2}, stderr
            await asyncio.sleep(0.5)


def _start(row: dict[str, Any]) -> str:
    return _at(row["period_start_at"])


def _at(text: str) -> str:
    return text.replace(" ", "T")[:19]
