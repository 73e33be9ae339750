"""What the newest day in a lake came to, by listings and a few samples of its files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from greenpulse.clock import from_rfc3339
from greenpulse.commands.cost_a_day import SECONDS_A_DAY
from greenpulse.errors import ChainBroken
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.listing import bronze_keys
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.reading import read_file
from greenpulse.lake.store import Store
from greenpulse.lake.tail import last_key
from greenpulse.records import POLLS_TOPIC, BronzeFile

__all__ = ["LakeDay", "measure_lake"]

_DAY = timedelta(days=1)
_LEAST_SPAN = timedelta(hours=1)
_MOST_OFFSETS = 20_000
"""Looked at behind the end of each chain: two days of the default heartbeat."""
_SAMPLES = 20


@dataclass(slots=True)
class LakeDay:
    """What came in the newest day, or since the lake began, of all partitions."""

    span: timedelta
    files: float = 0.0
    records: float = 0.0
    size_bytes: float = 0.0
    """Of bodies, without what stands beside them in a folder."""
    bytes_a_poll: dict[int, float] = field(default_factory=dict)
    """By partition."""

    def a_day(self, count: float) -> float:
        """``count`` of the span, as if it went on so for a day."""
        return count * SECONDS_A_DAY / self.span.total_seconds()


async def measure_lake(store: Store) -> LakeDay | None:
    """Measure the newest day; None where the lake does not hold an hour yet.

    It takes some twenty listings and forty reads a partition at most, however long the
    chains are: sizes are those of files picked evenly from the day.

    Raises:
        GreenpulseError: the store is not reached, or a file is damaged.
    """
    lanes = [
        _Lane(store, partition, await _newest_keys(store, partition))
        for partition in await ChainReader(store).partitions(POLLS_TOPIC)
    ]
    ends = [await lane.file(len(lane.keys) - 1) for lane in lanes]
    end_at = max((at for at in map(_last_at, ends) if at), default=None)
    if end_at is None:
        return None
    firsts = [await lane.first_behind(end_at - _DAY) for lane in lanes]
    begins = [await lane.file(first) for lane, first in zip(lanes, firsts, strict=True)]
    begin_at = min((at for at in map(_first_at, begins) if at), default=end_at)
    day = LakeDay(min(_DAY, end_at - begin_at))
    if day.span < _LEAST_SPAN:
        return None
    for lane, first, end in zip(lanes, firsts, ends, strict=True):
        await lane.add_to(day, first, end)
    return day


class _Lane:
    """The newest files of one partition; each is read once."""

    def __init__(self, store: Store, partition: int, keys: Sequence[BronzeKey]) -> None:
        self._store = store
        self._partition = partition
        self.keys = keys
        self._read: dict[int, BronzeFile] = {}

    async def file(self, number: int) -> BronzeFile:
        if number not in self._read:
            stored = await read_file(self._store, self.keys[number])
            if stored is None:
                message = f"reading '{self.keys[number]}': it was listed a moment ago and is gone"
                raise ChainBroken(message)
            self._read[number] = stored.file
        return self._read[number]

    async def first_behind(self, moment: datetime) -> int:
        """Number of the first file that was filled after ``moment``, by halves."""
        low, high = 0, len(self.keys) - 1
        while low < high:
            middle = (low + high) // 2
            last_at = _last_at(await self.file(middle))
            if last_at is not None and last_at <= moment:
                low = middle + 1
            else:
                high = middle
        return low

    async def add_to(self, day: LakeDay, first: int, end: BronzeFile) -> None:
        count = len(self.keys) - first
        picked = {first + number * count // _SAMPLES for number in range(_SAMPLES)}
        samples = [await self.file(number) for number in sorted(picked)]
        sampled = sum(file.record_count for file in samples)
        bytes_a_poll = sum(file.size_bytes for file in samples) / sampled
        records = end.end_offset - self.keys[first].start_offset + 1
        day.files += count
        day.records += records
        day.size_bytes += records * bytes_a_poll
        day.bytes_a_poll[self._partition] = bytes_a_poll


async def _newest_keys(store: Store, partition: int) -> list[BronzeKey]:
    last = await last_key(store, POLLS_TOPIC, partition)
    if last is None:
        return []
    begin = last.start_offset - _MOST_OFFSETS
    after = str(BronzeKey(POLLS_TOPIC, partition, begin)) if begin > 0 else ""
    return [key async for key in bronze_keys(store, POLLS_TOPIC, partition, after=after)]


def _first_at(file: BronzeFile) -> datetime | None:
    return from_rfc3339(file.first_appended_at) if file.first_appended_at else None


def _last_at(file: BronzeFile) -> datetime | None:
    return from_rfc3339(file.last_appended_at) if file.last_appended_at else None
