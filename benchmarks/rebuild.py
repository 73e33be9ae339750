"""How fast a rebuild is: rebuild.py [--days N] [--file-records N] [--regional-days N].

A lake is filled with a poll every 10 s for N days (default 60, a sixth of a year), in files of so
many records (default 1000, as after an outage or an import; a worker that polls every 10 s and
writes a file every 30 s makes files of 3). ``greenpulse rebuild`` makes the DuckDB file from it
twice: where there is none, and beside an old one that it compares, too. Then the same with the
regional answers of N days (default 4), each of 670 kB every half hour, in files of one as a worker
writes them. Prints seconds, those of the processor, what a year of these would take, and the most
memory that the command had.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from command_line import from_command_line
from grid_polls import polls_of_series
from heartbeats import heartbeats

from greenpulse.clock import to_rfc3339
from greenpulse.grid.schedule import build_schedule
from greenpulse.lake.buffer import Batch
from greenpulse.lake.claims import Claims
from greenpulse.lake.files import NO_PREDECESSOR, fill_body, metadata_of
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.rotation import RotationReason
from greenpulse.records import POLLS_TOPIC

POLLS_A_DAY = 8640
REGIONAL_POLLS_A_DAY = 48
DAYS_A_YEAR = 365
REGIONAL_FROM = datetime(2026, 11, 1, tzinfo=UTC)
POLLS_A_VALUE = 60
"""A half hour has 180 polls and, as with the API, a few values."""


@dataclass(frozen=True, slots=True)
class Record:
    """A poll as the log holds it."""

    offset: int
    value: bytes
    appended_at: datetime
    key: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What one rebuild took."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    """Of resident memory."""


def national_records(count: int) -> Iterator[Record]:
    for offset, poll in enumerate(heartbeats(count)):
        at = datetime.fromisoformat(str(poll["answered_at"]))
        start = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
        value = offset // POLLS_A_VALUE % 300
        item = {
            "from": f"{start:%Y-%m-%dT%H:%MZ}",
            "to": f"{start + timedelta(minutes=30):%Y-%m-%dT%H:%MZ}",
            "intensity": {"forecast": value, "actual": value + 1, "index": "moderate"},
        }
        fields = {**poll, "scheduled_at": to_rfc3339(at), "body": json.dumps({"data": [item]})}
        yield Record(offset, value_of(fields), at, b"national")


def regional_records(days: float) -> Iterator[Record]:
    (series,) = (s for s in build_schedule(10.0) if s.family == "regional")
    polls = polls_of_series(series, REGIONAL_FROM, timedelta(days=days))
    for offset, poll in enumerate(polls):
        at = datetime.fromisoformat(str(poll["answered_at"]))
        yield Record(offset, value_of(poll), at, b"regional")


def value_of(fields: dict[str, object]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()


async def fill(lake: Path, records: Iterable[Record], file_records: int) -> int:
    """Archive them, and return how many there were."""
    store = FolderStore(lake)
    await Claims(store).claim_lake()
    await Claims(store).claim_base(POLLS_TOPIC, 0, 0)
    previous = NO_PREDECESSOR
    count = 0
    for held in batched(records, file_records):
        batch = Batch(held[0].offset, held, 0, 0.0, RotationReason.COUNT)
        body, content = fill_body(POLLS_TOPIC, 0, batch)
        file = content.described(previous, "benchmark")
        await store.create(file.key, body, metadata_of(file))
        previous, count = file.sha256, count + len(held)
    await store.close()
    return count


def batched(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    remaining = iter(records)
    while held := list(islice(remaining, size)):
        yield held


def tell(name: str, records: Iterable[Record], file_records: int, polls_a_day: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        count = asyncio.run(fill(Path(folder, "data", "lake"), records, file_records))
        print(f"{count:,} {name}, {count / polls_a_day:g} days, in files of {file_records}")
        for step in ("rebuilt, no old one", "rebuilt beside an old one"):
            taken = rebuilt(folder, count)
            years = count / polls_a_day / DAYS_A_YEAR
            print(
                f"{step:26} {taken.seconds:7.1f} s, a year {taken.seconds / years / 60:5.0f} min; "
                f"of the processor {taken.cpu_seconds:7.1f} s, a year "
                f"{taken.cpu_seconds / years / 60:5.0f} min; {taken.peak_mib:.0f} MiB",
                flush=True,
            )
        size = Path(folder, "data", "warehouse.duckdb").stat().st_size
        print(f"{'the file':26} {size / 2**20:7.0f} MiB")


def rebuilt(folder: str, count: int) -> Taken:
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        command = [sys.executable, "-m", "greenpulse", "rebuild"]
        environment = os.environ  # noqa: TID251 - of the command it measures
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    assert f"partition 0: {count:,} records" in text, text
    seconds = time.perf_counter() - began
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main(days: float, file_records: int, regional_days: float) -> None:
    heartbeat_count = round(days * POLLS_A_DAY)
    tell("heartbeats", national_records(heartbeat_count), file_records, POLLS_A_DAY)
    tell("regional answers", regional_records(regional_days), 1, REGIONAL_POLLS_A_DAY)


if __name__ == "__main__":
    main(**from_command_line(__doc__, days=60.0, file_records=1000, regional_days=4.0))
