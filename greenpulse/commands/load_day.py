"""What the loads of the last day came to, as the manifest tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from greenpulse.commands.cost_a_day import (
    IDLE_SECONDS,
    SECONDS_A_CREDIT,
    SECONDS_A_DAY,
    STATED_SECONDS_A_LOAD,
)
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["LoadDay", "loads_of_day", "measure_loads"]

_DAY = timedelta(days=1)
_LEAST_SPAN = timedelta(hours=1)
_FIRST_LOAD = "select min(loaded_at) from ops.load_manifest"
_LOADS = """
select loaded_at from ops.load_manifest
where loaded_at > '{begin:%Y-%m-%d %H:%M:%S.%f}'::timestamp_ntz
order by loaded_at
"""


@dataclass(frozen=True, slots=True)
class LoadDay:
    """Loads of the last day, or since the first one; of all workers, as if for a day."""

    loads: int
    wakes: int
    """Groups of loads between which an X-Small warehouse would fall asleep."""
    awake_seconds: float
    """Of that warehouse, whatever the engine really was."""

    @property
    def snowflake_credits(self) -> float:
        """What they cost at Snowflake."""
        return self.awake_seconds / SECONDS_A_CREDIT

    @property
    def seconds_a_load(self) -> float:
        """What each load kept it awake for; only where it slept between two periods."""
        return (self.awake_seconds - self.wakes * IDLE_SECONDS) / self.loads


async def measure_loads(warehouse: Warehouse, now: datetime) -> LoadDay | None:
    """Measure the last day; None where the first load is not an hour old, or nothing came.

    Raises:
        GreenpulseError: the warehouse is not reached, or this role may not read the manifest.
    """
    ((first_at,),) = (await warehouse.query(_FIRST_LOAD)).rows
    if first_at is None:
        return None
    span = min(_DAY, now - first_at.replace(tzinfo=UTC))
    if span < _LEAST_SPAN:
        return None
    begin = (now - span).astimezone(UTC) - timedelta(microseconds=1)
    rows = (await warehouse.query(_LOADS.format(begin=begin))).rows
    return loads_of_day([row[0] for row in rows], span)


def loads_of_day(moments: Sequence[datetime], span: timedelta) -> LoadDay | None:
    """What loads that began at ``moments``, in order, come to; None where there are none.

    >>> nine = datetime(2026, 1, 31, 9)
    >>> half_hourly = [nine + number * timedelta(minutes=30) for number in range(48)]
    >>> loads_of_day(half_hourly, timedelta(days=1)).awake_seconds
    2976.0
    """
    if not moments:
        return None
    gaps = [(b - a).total_seconds() for a, b in pairwise(moments)]
    within = [gap for gap in gaps if gap <= IDLE_SECONDS + STATED_SECONDS_A_LOAD]
    wakes = len(moments) - len(within)
    awake_seconds = sum(within) + wakes * (STATED_SECONDS_A_LOAD + IDLE_SECONDS)
    scale = SECONDS_A_DAY / span.total_seconds()
    return LoadDay(
        loads=round(len(moments) * scale),
        wakes=round(wakes * scale),
        awake_seconds=min(SECONDS_A_DAY, awake_seconds * scale),
    )
