"""The size of a day: what a day's polls take in log, lake and warehouse.

    python benchmarks/a_day.py

Every tick of the schedule within one simulated day is answered by the simulator's model,
written as a recorded poll, imported, archived and loaded by a real worker.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from carrying import carry

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
    in_order = sorted(polls_of_a_day(), key=lambda poll: str(poll["scheduled_at"]))
    carried = carry(in_order)
    print(f"polls of a day    {carried.polls:,}, {carried.raw_bytes:,} bytes as they came")
    for part, size_bytes in carried.sizes_bytes.items():
        print(f"{part:17} {size_bytes:,} bytes")


if __name__ == "__main__":
    main()
