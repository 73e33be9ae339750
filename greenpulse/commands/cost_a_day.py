"""What a day costs: bronze files, bytes, Snowflake credits, as the settings lead to them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from greenpulse.commands.load_time import IDLE_SECONDS, LoadTime
from greenpulse.grid.schedule import build_schedule
from greenpulse.records import partition_of_family
from greenpulse.settings import Settings

__all__ = [
    "SECONDS_A_CREDIT",
    "SECONDS_A_DAY",
    "LakeADay",
    "LoadsADay",
    "lake_a_day",
    "loads_a_day",
    "loads_in_force",
]

SECONDS_A_DAY = 86_400

# Measured: recorded answers as bronze lines, gzip level 1. A half hour takes 16 bytes in a
# national answer, 50 in one of the generation mix, 880 in one of all regions; what stands
# around a body takes 85 in a file of a few lines, and 300 alone.
_STATED_BYTES = {
    "intensity": 85,
    "window": 300 + 146 * 16,
    "generation": 300 + 50 * 50,
    "regional": 300 + 97 * 880,
    "settle": 300 + 673 * 16,
}
_SIDECAR_BYTES = 800

SECONDS_A_CREDIT = 3600
"""Of an X-Small warehouse that is awake, billed by the second."""


@dataclass(frozen=True, slots=True)
class LakeADay:
    """What a day of live polling brings into the lake."""

    polls: int
    files: int
    size_bytes: int
    """Of bronze files and their metadata."""


@dataclass(frozen=True, slots=True)
class LoadsADay:
    """What a day of loads takes of an X-Small warehouse at Snowflake."""

    load_seconds: float
    """As GREENPULSE_LOAD_SECONDS; 0: as files come."""
    loads: int
    wakes: int
    """How often the warehouse wakes, were it asleep by then each time."""
    awake_seconds: float

    @property
    def snowflake_credits(self) -> float:
        """What they cost."""
        return self.awake_seconds / SECONDS_A_CREDIT


def lake_a_day(settings: Settings, bytes_a_poll: Mapping[int, float] | None = None) -> LakeADay:
    """Estimate a day of live polling, without import and backfill.

    Args:
        settings: In force.
        bytes_a_poll: As measured, by partition; stated sizes stand in for absent ones.
    """
    size_bytes = 0.0
    for partition, counts in _polls(settings).items():
        measured = (bytes_a_poll or {}).get(partition)
        for series, count in counts.items():
            size_bytes += count * (_STATED_BYTES[series] if measured is None else measured)
    files = sum(_files(settings).values())
    return LakeADay(
        polls=round(sum(sum(counts.values()) for counts in _polls(settings).values())),
        files=round(files),
        size_bytes=round(size_bytes + files * _SIDECAR_BYTES),
    )


def loads_a_day(settings: Settings, load_seconds: float, load_time: LoadTime) -> LoadsADay:
    """Estimate a day of loads on common multiples of ``load_seconds``.

    At each multiple every partition that has a new file has a load, one after the other in
    one wake; then the warehouse falls asleep. Where files are loaded as they come, each one
    may wake it.
    """
    files = _files(settings).values()
    turns = SECONDS_A_DAY / load_seconds if load_seconds else math.inf
    loads = sum(min(turns, count) for count in files)
    wakes = min(turns, sum(files))
    awake_seconds = min(SECONDS_A_DAY, wakes * IDLE_SECONDS + loads * load_time.seconds)
    return LoadsADay(load_seconds, round(loads), round(wakes), awake_seconds)


def loads_in_force(settings: Settings, load_time: LoadTime) -> LoadsADay | None:
    """Estimate a day of loads by the settings; None where no Snowflake is paid for them."""
    if settings.warehouse.scheme != "snowflake":
        return None
    return loads_a_day(settings, settings.load_seconds, load_time)


def _polls(settings: Settings) -> dict[int, dict[str, float]]:
    """Polls of a day by partition and series."""
    polls: dict[int, dict[str, float]] = {}
    for series in build_schedule(settings.poll_seconds):
        partition = partition_of_family(series.family, settings.partitions) or 0
        polls.setdefault(partition, {})[series.name] = SECONDS_A_DAY / series.period_seconds
    return polls


def _files(settings: Settings) -> dict[int, float]:
    """Files of a day by partition: a window begins with a poll, so each has one at least."""
    files = {}
    for partition, counts in _polls(settings).items():
        polls = sum(counts.values())
        in_a_file = max(1, math.ceil(settings.archive_window_seconds * polls / SECONDS_A_DAY))
        files[partition] = polls / min(in_a_file, settings.archive_max_records)
    return files
