"""A day and a half of polls of all families, as the simulated grid answers them."""

from datetime import datetime, timedelta

from support.staging import poll, staged, value_of_poll

from greenpulse.clock import to_rfc3339
from greenpulse.grid.endpoints import intensity_range
from greenpulse.grid.schedule import build_schedule, newest_tick
from greenpulse.grid.simulated.answers import Answers
from greenpulse.grid.simulated.grid import SimulatedGrid
from greenpulse.warehouse.warehouse import SeriesPeriod, Staged

__all__ = ["loads_of_a_day", "periods_of_a_day"]

_LENGTH = timedelta(hours=36)
_HEARTBEAT_SECONDS = 600
_MOST_OFTEN = timedelta(hours=12)  # of series other than the heartbeat
_PARTITIONS = {"national": 0, "generation": 1, "regional": 2}


def periods_of_a_day(now: datetime) -> list[SeriesPeriod]:
    """When ticks of ``loads_of_a_day`` are expected, as far as the schedule says it."""
    return [
        SeriesPeriod(series.name, series.period_seconds, series.offset_seconds, now - _LENGTH)
        for series in build_schedule(_HEARTBEAT_SECONDS)
    ]


def loads_of_a_day(now: datetime) -> list[Staged]:
    """One load for each partition, up to ``now``.

    Half of an hour has no answer, and there is a hole of days before the fortnight of which
    the settlement series speaks.
    """
    answers = Answers(SimulatedGrid(7))
    long_ago = now - _LENGTH - timedelta(days=20)
    path = intensity_range(long_ago, long_ago + timedelta(hours=3))
    body = answers.at(path, now - _LENGTH).body.decode()
    before = poll("before", to_rfc3339(now - _LENGTH), body, series="backfill", scheduled_at=None)
    values = {0: [(now - _LENGTH, value_of_poll(before))]}
    for series in build_schedule(_HEARTBEAT_SECONDS):
        tick = newest_tick(series, now)
        while tick > now - _LENGTH:
            answered_at = tick + timedelta(seconds=1)
            answer = answers.at(series.path_at(tick), answered_at)
            is_away = tick.hour == now.hour and tick.minute < 30
            fields = poll(
                f"{series.name} {to_rfc3339(tick)}",
                None if is_away else to_rfc3339(answered_at),
                None if is_away else answer.body.decode(),
                status=None if is_away else answer.status,
                error="timed out" if is_away else None,
                family=series.family,
                series=series.name,
                scheduled_at=to_rfc3339(tick),
            )
            of_partition = values.setdefault(_PARTITIONS[series.family], [])
            of_partition.append((tick, value_of_poll(fields)))
            stride = timedelta(seconds=series.period_seconds)
            tick -= stride if series.is_heartbeat else max(stride, _MOST_OFTEN)
    return [
        staged([value for _, value in sorted(records)], partition=partition)
        for partition, records in sorted(values.items())
    ]
