"""A load fits into little memory, whatever family it is of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.staging import poll, staged, value_of_poll

from greenpulse.clock import SystemClock, to_rfc3339
from greenpulse.grid.schedule import build_schedule
from greenpulse.grid.simulated.answers import Answers
from greenpulse.grid.simulated.grid import SimulatedGrid
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.duckdb_file import DuckDBFile
from greenpulse.warehouse.duckdb_load import DuckDBLoadSession
from greenpulse.warehouse.load_transaction import Load
from greenpulse.warehouse.warehouse import Staged

MIDNIGHT = datetime(2026, 11, 23, 0, 12, tzinfo=UTC)
A_WORKERS_LOAD_BYTES = 7 << 20


def regional_answers(count: int) -> Staged:
    (series,) = (series for series in build_schedule(10.0) if series.family == "regional")
    answers = Answers(SimulatedGrid(1))
    values = []
    for number in range(count):
        at = MIDNIGHT + number * timedelta(seconds=series.period_seconds)
        body = answers.at(series.path_at(at), at).body.decode()
        values.append(value_of_poll(poll(str(number), to_rfc3339(at), body, family="regional")))
    return staged(values)


async def test_a_workers_load_of_regional_answers_takes_a_fifth_of_what_duckdb_may(
    tmp_path: Path,
) -> None:
    path = tmp_path / "warehouse.duckdb"
    warehouse = DuckDBWarehouse(path)
    await warehouse.deploy()
    await warehouse.close()
    lines = regional_answers(10)
    assert len(lines.ndjson) > A_WORKERS_LOAD_BYTES
    load = Load(lines, load_id="of ten", loaded_at=MIDNIGHT)

    file = DuckDBFile(path, SystemClock(), busy_seconds=30.0, memory="400MB")
    done = await file.write(lambda opened: load.run(DuckDBLoadSession(opened)))
    regions = await file.read(
        lambda opened: opened.execute(
            "select count(distinct region_id) from silver.regional_intensity"
        ).fetchall()
    )
    await file.close()

    assert done is not None
    assert (done.record_count, regions) == (10, [(18,)])
