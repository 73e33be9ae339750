"""Records a second through the embedded log, the archive and the load.

    python benchmarks/throughput.py [POLLS]

POLLS heartbeats (default 100,000) of about 550 bytes are imported, then a worker is started
on them. Its own start, some two seconds, is within its figures.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from carrying import carry

from greenpulse.clock import to_rfc3339

BODY = (
    '{"data":[{"from":"2026-11-24T12:00Z","to":"2026-11-24T12:30Z",'
    '"intensity":{"forecast":180,"actual":185,"index":"high"}}]}'
)


def heartbeats(count: int) -> Iterator[dict[str, object]]:
    begin_at = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(count):
        at = begin_at + timedelta(seconds=10 * number)
        yield {
            "poll_id": f"00000000-0000-4000-8000-{number:012d}",
            "family": "national",
            "series": "intensity",
            "url": "http://127.0.0.1/intensity",
            "scheduled_at": to_rfc3339(at),
            "requested_at": to_rfc3339(at),
            "answered_at": to_rfc3339(at + timedelta(milliseconds=80)),
            "status": 200,
            "headers": {"x-greenpulse-simulated": "true"},
            "body": BODY,
            "error": None,
            "attempts": 1,
            "worker": "benchmark",
        }


def main(count: int) -> None:
    carried = carry(heartbeats(count), ARCHIVE_WINDOW_SECONDS=2)
    print(f"polls           {count:,}, {carried.raw_bytes / count:.0f} bytes each")
    for step, seconds in (
        ("imported", carried.import_seconds),
        ("archived", carried.archive_seconds),
        ("in rows", carried.row_seconds),
    ):
        print(f"{step:15} {seconds:.1f} s, {count / seconds:,.0f} a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
