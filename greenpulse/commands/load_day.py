"""What the loads of the last day came to, as the manifest tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from greenpulse.commands.cost_a_day import SECONDS_A_CREDIT, SECONDS_A_DAY
from greenpulse.commands.load_time import IDLE_SECONDS, LoadTime
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["LoadDay", "loads_of_day", "measure_loads"]

_DAY = timedelta(days=1)
_LEAST_SPAN = timedelta(hours=1)
_LEAST_LOAD_SECONDS = 2.0
"""Loads that begin within a shorter time are those of several workers, which begin together
and wait for each other: when one ended, they do not tell."""
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
    load_time: LoadTime | None
    """Measured where a worker began a load right behind another one; None: nowhere."""

    @property
    def snowflake_credits(self) -> float:
        """What they cost at Snowflake."""
        return self.awake_seconds / SECONDS_A_CREDIT


async def measure_loads(warehouse: Warehouse, now: datetime, stated: LoadTime) -> LoadDay | None:
    """Measure the last day; None where the first load is not an hour old, or nothing came.

    Args:
        warehouse: Whose manifest is read.
        now: Aware.
        stated: What a load takes where the manifest does not tell.

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
    return loads_of_day([row[0] for row in rows], span, stated)


def loads_of_day(moments: Sequence[datetime], span: timedelta, stated: LoadTime) -> LoadDay | None:
    """What loads that began at ``moments``, in order, come to; None where there are none.

    The manifest says when a load began. One that another one of the same wake follows has
    ended by then; the others take as long as the median of these, or as stated.

    >>> nine = datetime(2026, 1, 31, 9)
    >>> half_hourly = [nine + number * timedelta(minutes=30) for number in range(48)]
    >>> loads_of_day(half_hourly, timedelta(days=1), stated=LoadTime(10.0)).awake_seconds
    3360.0
    """
    if not moments:
        return None
    gaps = [(b - a).total_seconds() for a, b in pairwise(moments)]
    within = [gap for gap in gaps if gap <= IDLE_SECONDS + stated.seconds]
    known = [gap for gap in within if gap >= _LEAST_LOAD_SECONDS]
    measured = LoadTime(median(known), len(known)) if known else None
    others = len(moments) - len(known)
    wakes = len(moments) - len(within)
    awake_seconds = sum(known) + others * (measured or stated).seconds + wakes * IDLE_SECONDS
    scale = SECONDS_A_DAY / span.total_seconds()
    return LoadDay(
        loads=round(len(moments) * scale),
        wakes=round(wakes * scale),
        awake_seconds=min(SECONDS_A_DAY, awake_seconds * scale),
        load_time=measured,
    )
