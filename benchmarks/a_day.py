"""The size of a day: what a day's polls take in log, lake and warehouse.

    python benchmarks/a_day.py

Every tick of the schedule within one simulated day is answered by the simulator's model,
written as a recorded poll, imported, archived and loaded by a real worker.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from carrying import carry
from grid_polls import polls_of_series

from greenpulse.grid.schedule import build_schedule

DAY_AT = datetime(2026, 11, 23, tzinfo=UTC)


def polls_of_a_day() -> Iterator[dict[str, object]]:
    for series in build_schedule(10.0):
        yield from polls_of_series(series, DAY_AT, timedelta(days=1))


def main() -> None:
    in_order = sorted(polls_of_a_day(), key=lambda poll: str(poll["scheduled_at"]))
    carried = carry(in_order)
    print(f"polls of a day    {carried.polls:,}, {carried.raw_bytes:,} bytes as they came")
    for part, size_bytes in carried.sizes_bytes.items():
        print(f"{part:17} {size_bytes:,} bytes")


if __name__ == "__main__":
    main()
