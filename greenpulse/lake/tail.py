"""Where a chain ends, in a bounded number of listings however long it is."""

from collections.abc import Iterable

from greenpulse.lake.keys import BronzeKey, partition_prefix, read_key
from greenpulse.lake.store import Store

__all__ = ["last_key"]

_PAGE = 1000
_GROWTH = 1 << 12
_END_OF_OFFSETS = 1 << 63


async def last_key(
    store: Store, topic: str, partition: int, *, near: int = 0, before: int = _END_OF_OFFSETS
) -> BronzeKey | None:
    """Key of the last bronze file that starts below ``before``; None where there is none.

    Keys sort by offset, so one listing tells whether any file starts at a given offset or
    later. The search begins a little before ``near``, leaps back from there until it sees
    a file, or ahead until it sees none, each time much further, and halves what is left:
    at most 70 listings whatever the offsets are (63 bits), about 20 for a million files,
    and one or two where ``near`` is right.
    """
    search = _Search(store, topic, partition, high=before)
    leap = _PAGE
    begin = max(0, min(near, before) - leap)
    await search.look_from(begin)
    while search.low < 0 and begin > 0:
        leap *= _GROWTH
        begin = max(0, min(near, before) - leap)
        await search.look_from(begin)
    leap = 1
    while search.high == before and search.low + leap < before:
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
        starts = _starts(keys)
        while not starts and len(keys) == _PAGE:
            # A page of names that another program has put there.
            keys = await self._store.keys(prefix, after=keys[-1], limit=_PAGE)
            starts = _starts(keys)
        below = [start for start in starts if start < self.high]
        if not below:
            self.high = offset
            return
        self.low = below[-1]
        if len(keys) < _PAGE or len(below) < len(starts):
            self.high = self.low + 1


def _starts(keys: Iterable[str]) -> list[int]:
    return [key.start_offset for key in map(read_key, keys) if key is not None]
