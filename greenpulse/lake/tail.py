"""Where a chain ends, in a bounded number of listings however long it is."""

from greenpulse.lake.keys import BronzeKey, partition_prefix, read_key
from greenpulse.lake.store import Store

__all__ = ["last_key"]

_PAGE = 1000
_GROWTH = 1 << 16
_END_OF_OFFSETS = 1 << 63


async def last_key(
    store: Store, topic: str, partition: int, *, before: int = _END_OF_OFFSETS
) -> BronzeKey | None:
    """Key of the last bronze file that starts below ``before``; None where there is none.

    Keys sort by offset, so one listing tells whether any file starts at a given offset or
    later. From the first page on the search leaps ahead, much further each time, until it
    is beyond the end, and then halves what is left: at most 70 listings where offsets
    have 63 bits, about 20 for a million files of ten thousand records.
    """
    search = _Search(store, topic, partition, high=before)
    await search.look_from(0)
    leap = max(search.low, 1)
    while search.low + leap < search.high:
        await search.look_from(search.low + leap)
        leap *= _GROWTH
    while search.low + 1 < search.high:
        await search.look_from((search.low + search.high) // 2)
    return BronzeKey(topic, partition, search.low) if search.low >= 0 else None


class _Search:
    """The last file starts at ``low`` or behind it, and below ``high``; low -1: unknown."""

    def __init__(self, store: Store, topic: str, partition: int, *, high: int) -> None:
        self._store = store
        self._topic = topic
        self._partition = partition
        self.low = -1
        self.high = high

    async def look_from(self, offset: int) -> None:
        """Narrow the search by one listing of the files that start at ``offset`` or later."""
        after = str(BronzeKey(self._topic, self._partition, offset - 1)) if offset else ""
        prefix = partition_prefix(self._topic, self._partition)
        keys = await self._store.keys(prefix, after=after, limit=_PAGE)
        starts = [key.start_offset for key in map(read_key, keys) if key is not None]
        below = [start for start in starts if start < self.high]
        if not below:
            self.high = offset
            return
        self.low = below[-1]
        if len(keys) < _PAGE or len(below) < len(starts):
            self.high = self.low + 1
