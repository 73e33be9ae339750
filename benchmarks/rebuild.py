"""How fast a rebuild is: rebuild.py [--days N] [--file-records N].

A lake is filled with a poll every 10 s for N days (default 60, a sixth of a year), in files of so
many records (default 1000, as after an outage or an import; a worker that polls every 10 s and
writes a file every 30 s makes files of 3). ``greenpulse rebuild`` makes the DuckDB file from it
twice: where there is none, and beside an old one that it compares, too. Prints seconds, polls a
second, and what a year at this pace would take.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from command_line import from_command_line
from heartbeats import heartbeats

from greenpulse.clock import to_rfc3339
from greenpulse.lake.buffer import Batch
from greenpulse.lake.claims import Claims
from greenpulse.lake.files import NO_PREDECESSOR, fill_body, metadata_of
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.rotation import RotationReason
from greenpulse.records import POLLS_TOPIC

POLLS_A_DAY = 8640
POLLS_A_YEAR = 365 * POLLS_A_DAY
POLLS_A_VALUE = 60
"""A half hour has 180 polls and, as with the API, a few values."""


@dataclass(frozen=True, slots=True)
class Record:
    """A poll as the log holds it."""

    offset: int
    value: bytes
    appended_at: datetime
    key: bytes = b"national"


def records(count: int) -> Iterator[Record]:
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
        yield Record(offset, json.dumps(fields, separators=(",", ":")).encode(), at)


async def fill(lake: Path, count: int, file_records: int) -> None:
    store = FolderStore(lake)
    await Claims(store).claim_lake()
    await Claims(store).claim_base(POLLS_TOPIC, 0, 0)
    previous = NO_PREDECESSOR
    held: list[Record] = []
    for record in records(count):
        held.append(record)
        if len(held) == file_records or record.offset == count - 1:
            batch = Batch(held[0].offset, held, 0, 0.0, RotationReason.COUNT)
            body, content = fill_body(POLLS_TOPIC, 0, batch)
            file = content.described(previous, "benchmark")
            await store.create(file.key, body, metadata_of(file))
            previous, held = file.sha256, []
    await store.close()


def main(days: float, file_records: int) -> None:
    count = round(days * POLLS_A_DAY)
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(fill(Path(name, "data", "lake"), count, file_records))
        print(f"{count:,} polls, {days:g} days of heartbeats, in files of {file_records}")
        for step in ("rebuilt, no old one", "rebuilt beside an old one"):
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "greenpulse", "rebuild"],
                cwd=name,
                env=os.environ,  # noqa: TID251 - of the command it measures
                check=True,
                capture_output=True,
                text=True,
            )
            seconds = time.perf_counter() - began
            assert f"partition 0: {count:,} records" in done.stdout
            pace = count / seconds
            print(
                f"{step:26} {seconds:7.1f} s {pace:8,.0f} polls/s, "
                f"a year in {POLLS_A_YEAR / pace / 60:.0f} minutes"
            )
        size = Path(name, "data", "warehouse.duckdb").stat().st_size
        print(f"{'the file':26} {size / 2**20:7.0f} MiB")


if __name__ == "__main__":
    main(**from_command_line(__doc__, days=60.0, file_records=1000))
