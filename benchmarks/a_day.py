"""The size of a day: what a day's polls take in log, lake and warehouse, and how fast they pass.

    python benchmarks/a_day.py

Every tick of the schedule within one simulated day is answered by the simulator's model,
written as recorded polls, imported, archived and loaded by a real worker. Prints bytes, and
polls a second from the first poll imported to the last row.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import duckdb

from greenpulse.clock import to_rfc3339
from greenpulse.grid.schedule import build_schedule, next_tick
from greenpulse.grid.simulated.answers import Answers
from greenpulse.grid.simulated.grid import SimulatedGrid

DAY_AT = datetime(2026, 11, 23, tzinfo=UTC)


def polls_of_a_day() -> Iterator[dict[str, object]]:
    answers = Answers(SimulatedGrid(1))
    for series in build_schedule(10.0):
        tick = next_tick(series, DAY_AT - timedelta(microseconds=1))
        while tick < DAY_AT + timedelta(days=1):
            path = series.path_at(tick)
            answer = answers.at(path, tick)
            yield {
                "poll_id": str(uuid4()),
                "family": series.family,
                "series": series.name,
                "url": f"http://127.0.0.1{path}",
                "scheduled_at": to_rfc3339(tick),
                "requested_at": to_rfc3339(tick),
                "answered_at": to_rfc3339(tick + timedelta(milliseconds=80)),
                "status": answer.status,
                "headers": {"x-greenpulse-simulated": "true"},
                "body": answer.body.decode(),
                "error": None,
                "attempts": 1,
                "worker": "benchmark",
            }
            tick = next_tick(series, tick)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = 0
        with (folder / "day.ndjson").open("w") as file:
            for poll in sorted(polls_of_a_day(), key=lambda poll: str(poll["scheduled_at"])):
                file.write(json.dumps(poll) + "\n")
                count += 1
        environment = os.environ | {  # noqa: TID251 - settings of the worker it starts
            "GREENPULSE_API_URL": "http://127.0.0.1:9",
            "GREENPULSE_POLL_SECONDS": "3600",
            "GREENPULSE_WEB_PORT": "6166",
        }
        command = (sys.executable, "-m", "greenpulse")
        raw_bytes = (folder / "day.ndjson").stat().st_size
        begin = time.perf_counter()
        subprocess.run([*command, "import", "day.ndjson"], cwd=folder, env=environment, check=True)
        imported = time.perf_counter()
        worker = subprocess.Popen([*command, "worker"], cwd=folder, env=environment)
        try:
            while rows_in(folder / "data" / "warehouse.duckdb") < count:
                time.sleep(0.2)
            loaded = time.perf_counter()
        finally:
            worker.terminate()
            worker.wait()
        print(f"polls of a day      {count}, {raw_bytes:,} bytes")
        print(f"import              {imported - begin:.1f} s, {count / (imported - begin):,.0f}/s")
        print(f"start to last row   {loaded - imported:.1f} s")
        for part in ("log.sqlite", "lake", "warehouse.duckdb"):
            print(f"{part:19} {size_of(folder / 'data' / part):,} bytes")


def rows_in(file: Path) -> int:
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            row = connection.execute("select count(*) from bronze.raw_intensity").fetchone()
            return int(row[0]) if row else 0
    except duckdb.Error:
        return 0


def size_of(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
