"""Polls of a series, as the simulated grid answers them tick by tick."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from greenpulse.clock import to_rfc3339
from greenpulse.grid.schedule import Series, next_tick
from greenpulse.grid.simulated.answers import Answers
from greenpulse.grid.simulated.grid import SimulatedGrid

__all__ = ["polls_of_series"]


def polls_of_series(
    series: Series, begin_at: datetime, length: timedelta
) -> Iterator[dict[str, object]]:
    """The polls of the ticks from ``begin_at`` on, in order, for as long as ``length``."""
    answers = Answers(SimulatedGrid(1))
    tick = next_tick(series, begin_at - timedelta(microseconds=1))
    while tick < begin_at + length:
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
