"""Carries recorded polls the whole way and measures it; what a_day.py and throughput.py share."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

__all__ = ["Carried", "carry"]


@dataclass(frozen=True)
class Carried:
    """What became of the polls of one run."""

    polls: int
    raw_bytes: int
    import_seconds: float
    archive_seconds: float
    """From the start of the worker to the last record in a bronze file."""
    row_seconds: float
    """From the start of the worker to the last row."""
    sizes_bytes: dict[str, int]


def carry(polls: Iterable[dict[str, object]], **settings: object) -> Carried:
    """Import ``polls``, start a worker on embedded defaults, wait for the last row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = 0
        with (folder / "polls.ndjson").open("w") as file:
            for poll in polls:
                file.write(json.dumps(poll) + "\n")
                count += 1
        environment = os.environ | {  # noqa: TID251 - settings of the worker it starts
            "GREENPULSE_API_URL": "http://127.0.0.1:9",
            "GREENPULSE_POLL_SECONDS": "3600",
            "GREENPULSE_WEB_PORT": "6166",
            **{f"GREENPULSE_{name}": str(value) for name, value in settings.items()},
        }
        command = (sys.executable, "-m", "greenpulse")
        begin = time.perf_counter()
        subprocess.run(
            [*command, "import", "polls.ndjson"], cwd=folder, env=environment, check=True
        )
        imported = time.perf_counter()
        worker = subprocess.Popen(
            [*command, "worker"], cwd=folder, env=environment, stderr=subprocess.DEVNULL
        )
        try:
            archived = 0.0
            while rows_in(folder / "data" / "warehouse.duckdb") < count:
                if not archived and archived_in(folder / "data" / "lake") >= count:
                    archived = time.perf_counter()
                time.sleep(0.1)
            loaded = time.perf_counter()
        finally:
            worker.terminate()
            worker.wait()
        return Carried(
            polls=count,
            raw_bytes=(folder / "polls.ndjson").stat().st_size,
            import_seconds=imported - begin,
            archive_seconds=(archived or loaded) - imported,
            row_seconds=loaded - imported,
            sizes_bytes={
                part: size_of(folder / "data" / part)
                for part in ("log.sqlite", "lake", "warehouse.duckdb")
            },
        )


def archived_in(lake: Path) -> int:
    files = lake.glob("topic=*/partition=*/*.gz.json")
    return sum(int(json.loads(file.read_text())["record-count"]) for file in files)


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
