"""What the newest day in a lake came to, by listings and a few samples of its files."""

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
_FIRST_LEAP_OFFSETS = 20_000
"""Two days of the default heartbeat: so far back from its end a day of a chain is looked for."""
_GROWTH = 4
"""How much further the next leap goes, where more came in a day."""
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

    However long the chains are, it lists the files of the day and a few times as many, and
    reads some forty of each partition: sizes are those of files picked evenly from the day.

    Raises:
        GreenpulseError: the store is not reached, or a file is damaged.
    """
    lanes = []
    for partition in await ChainReader(store).partitions(POLLS_TOPIC):
        last = await last_key(store, POLLS_TOPIC, partition)
        if last is not None:
            lanes.append(_Lane(store, last))
    end_at = max((at for at in [_last_at(await lane.end()) for lane in lanes] if at), default=None)
    if end_at is None:
        return None
    for lane in lanes:
        await lane.look_back_to(end_at - _DAY)
    begins = [_first_at(await lane.begin()) for lane in lanes]
    begin_at = min((at for at in begins if at), default=end_at)
    day = LakeDay(min(_DAY, end_at - begin_at))
    if day.span < _LEAST_SPAN:
        return None
    for lane in lanes:
        await lane.add_to(day)
    return day


class _Lane:
    """The newest files of one partition, up to ``last``; each is read once."""

    def __init__(self, store: Store, last: BronzeKey) -> None:
        self._store = store
        self._keys = [last]
        self._read: dict[BronzeKey, BronzeFile] = {}

    async def begin(self) -> BronzeFile:
        return await self._file(self._keys[0])

    async def end(self) -> BronzeFile:
        return await self._file(self._keys[-1])

    async def look_back_to(self, moment: datetime) -> None:
        """Take the files, too, that were filled between ``moment`` and the last one."""
        keys, leap = self._keys, _FIRST_LEAP_OFFSETS
        while not await self._is_before(keys[0], moment):
            keys = await self._keys_behind(self._keys[-1].start_offset - leap)
            if leap >= self._keys[-1].start_offset:
                break
            leap *= _GROWTH
        low, high = 0, len(keys) - 1
        while low < high:
            middle = (low + high) // 2
            if await self._is_before(keys[middle], moment):
                low = middle + 1
            else:
                high = middle
        self._keys = keys[low:]

    async def add_to(self, day: LakeDay) -> None:
        """Add what the files come to."""
        count = len(self._keys)
        picked = {number * count // _SAMPLES for number in range(_SAMPLES)}
        samples = [await self._file(self._keys[number]) for number in sorted(picked)]
        sampled = sum(file.record_count for file in samples)
        bytes_a_poll = sum(file.size_bytes for file in samples) / sampled
        first, end = self._keys[0], await self.end()
        records = end.end_offset - first.start_offset + 1
        day.files += count
        day.records += records
        day.size_bytes += records * bytes_a_poll
        day.bytes_a_poll[first.partition] = bytes_a_poll

    async def _keys_behind(self, offset: int) -> list[BronzeKey]:
        last = self._keys[-1]
        after = str(BronzeKey(last.topic, last.partition, offset)) if offset > 0 else ""
        keys = bronze_keys(self._store, last.topic, last.partition, after=after)
        return [key async for key in keys if key.start_offset <= last.start_offset]

    async def _is_before(self, key: BronzeKey, moment: datetime) -> bool:
        last_at = _last_at(await self._file(key))
        return last_at is not None and last_at <= moment

    async def _file(self, key: BronzeKey) -> BronzeFile:
        if key not in self._read:
            stored = await read_file(self._store, key)
            if stored is None:
                message = f"reading '{key}': it was listed a moment ago and is gone"
                raise ChainBroken(message)
            self._read[key] = stored.file
        return self._read[key]


def _first_at(file: BronzeFile) -> datetime | None:
    return from_rfc3339(file.first_appended_at) if file.first_appended_at else None


def _last_at(file: BronzeFile) -> datetime | None:
    return from_rfc3339(file.last_appended_at) if file.last_appended_at else None
