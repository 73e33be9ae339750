"""What a day costs: bronze files, bytes, Snowflake credits, as the settings lead to them."""

import math
from dataclasses import dataclass

from greenpulse.grid.schedule import build_schedule
from greenpulse.records import partition_of_family
from greenpulse.settings import Settings

__all__ = ["CostADay", "cost_a_day"]

_SECONDS_A_DAY = 86_400

# Measured: recorded answers as bronze lines, gzip level 1. A half hour takes 16 bytes in a
# national answer, 50 in one of the generation mix, 880 in one of all regions; what stands
# around a body takes 85 in a file of a few lines, and 300 alone.
_BYTES_BY_SERIES = {
    "intensity": 85,
    "window": 300 + 146 * 16,
    "generation": 300 + 50 * 50,
    "regional": 300 + 97 * 880,
    "settle": 300 + 673 * 16,
}
_SIDECAR_BYTES = 800

# An X-Small warehouse takes a credit an hour, and each load keeps it up for a minute.
_CREDITS_A_LOAD = 1 / 60
_MOST_CREDITS = 24.0


@dataclass(frozen=True, slots=True)
class CostADay:
    """Estimates for one day."""

    polls: int
    files: int
    size_bytes: int
    """Of bronze files and their metadata."""
    snowflake_credits: float
    """0 where rows go elsewhere."""


def cost_a_day(settings: Settings) -> CostADay:
    """Estimate a day of live polling, without import and backfill."""
    polls: dict[int, float] = {}
    body_bytes = 0.0
    for series in build_schedule(settings.poll_seconds):
        partition = partition_of_family(series.family, settings.partitions) or 0
        count = _SECONDS_A_DAY / series.period_seconds
        polls[partition] = polls.get(partition, 0.0) + count
        body_bytes += count * _BYTES_BY_SERIES[series.name]
    files = sum(_files(count, settings) for count in polls.values())
    credits_a_day = 0.0
    if settings.warehouse.scheme == "snowflake":
        loads = _SECONDS_A_DAY / max(settings.load_seconds, settings.archive_window_seconds)
        credits_a_day = min(_MOST_CREDITS, loads * _CREDITS_A_LOAD)
    return CostADay(
        polls=round(sum(polls.values())),
        files=round(files),
        size_bytes=round(body_bytes + files * _SIDECAR_BYTES),
        snowflake_credits=round(credits_a_day, 1),
    )


def _files(polls: float, settings: Settings) -> float:
    """Files of one partition: a window begins with a poll, so each has one at least."""
    gap_seconds = _SECONDS_A_DAY / polls
    in_a_file = max(1, math.ceil(settings.archive_window_seconds / gap_seconds))
    return polls / min(in_a_file, settings.archive_max_records)
