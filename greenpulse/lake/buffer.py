"""Records of one partition on their way into bronze files."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from greenpulse.lake.lines import Record
from greenpulse.lake.rotation import RotationPolicy, RotationReason

__all__ = ["Batch", "Buffer", "rising_from", "size_of"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that become one file. What lies between them is missing for ever."""

    start_offset: int
    """The one behind the file before: lower than the first record's after a lost range."""
    records: Sequence[Record]
    """At least one; offsets rise."""
    size_bytes: int
    opened_at: float
    """Monotonic seconds at which the first record came."""
    reason: RotationReason

    @property
    def end_offset(self) -> int:
        """The last record's offset."""
        return self.records[-1].offset

    def after(self, offset: int) -> "Batch | None":
        """What of the batch lies behind ``offset``; None where nothing does."""
        if offset < self.start_offset:
            return self
        if offset >= self.end_offset:
            return None
        records = rising_from(offset + 1, self.records)
        size_bytes = size_of_all(records)
        return Batch(offset + 1, records, size_bytes, self.opened_at, self.reason)


def _follow_on(wanted: int, records: Sequence[Record]) -> bool:
    """Whether the offsets of ``records`` are ``wanted`` and those behind it, one by one."""
    # At the speed of C: almost always they do.
    return [record.offset for record in records] == list(range(wanted, wanted + len(records)))


def rising_from(wanted: int, records: Sequence[Record]) -> Sequence[Record]:
    """Those of ``records`` that are wanted; delivered before, or twice, they are not."""
    if _follow_on(wanted, records):
        return records
    fresh = []
    for record in records:
        if record.offset >= wanted:
            fresh.append(record)
            wanted = record.offset + 1
    return fresh


def size_of(record: Record) -> int:
    """Bytes of key and value."""
    return len(record.key or b"") + len(record.value or b"")


def size_of_all(records: Sequence[Record]) -> int:
    """Bytes of keys and values of all of them."""
    # In one go: a call for each of them takes three times as long.
    return sum([len(record.key or b"") + len(record.value or b"") for record in records])


@dataclass(slots=True)
class Buffer:
    """The file that is being filled.

    Args:
        start_offset: Where its file begins: behind the end of the file before.
        policy: When it is full.
    """

    start_offset: int
    policy: RotationPolicy
    records: list[Record] = field(default_factory=list)
    size_bytes: int = 0
    opened_at: float = 0.0
    is_first: bool = True

    @property
    def next_offset(self) -> int:
        """The one behind the last record held."""
        return self.records[-1].offset + 1 if self.records else self.start_offset

    def fill(self, records: Sequence[Record], now: float) -> list[Batch]:
        """Take those of ``records`` that rise from ``next_offset``; return what got full."""
        full = []
        fresh = rising_from(self.next_offset, records)
        while fresh:
            if not self.records:
                self.opened_at = now
            fitting, size_bytes = self._fitting(fresh)
            self.records += fitting
            self.size_bytes += size_bytes
            reason = self.policy.reason(len(self.records), self.size_bytes)
            if reason is not None:
                full += self.close(reason)
            fresh = fresh[len(fitting) :]
        return full

    def _fitting(self, records: Sequence[Record]) -> tuple[Sequence[Record], int]:
        """The first of ``records`` that still go into this file, at least one; their bytes."""
        fitting = records[: self.policy.max_records - len(self.records)]
        size_bytes = size_of_all(fitting)
        room_bytes = self.policy.max_bytes - self.size_bytes
        if size_bytes > room_bytes:
            # The one that reaches the limit still goes in.
            sums_bytes = list(accumulate(map(size_of, fitting)))
            count = bisect_left(sums_bytes, room_bytes) + 1
            fitting, size_bytes = fitting[:count], sums_bytes[count - 1]
        return fitting, size_bytes

    def close(self, reason: RotationReason) -> list[Batch]:
        """Begin a new file; return the one that was being filled, where it has records."""
        if not self.records:
            return []
        batch = Batch(self.start_offset, self.records, self.size_bytes, self.opened_at, reason)
        self.start_offset = batch.end_offset + 1
        self.records, self.size_bytes, self.is_first = [], 0, False
        return [batch]

    def move_to(self, start_offset: int) -> None:
        """Begin at ``start_offset`` where that is later: what lies before is durable."""
        if start_offset > self.start_offset:
            self.start_offset = start_offset
            self.records = list(rising_from(start_offset, self.records))
            self.size_bytes = size_of_all(self.records)

    def is_due(self, now: float) -> bool:
        """Whether the window since the first record is over."""
        window_seconds = self.policy.window_of(is_first=self.is_first)
        return bool(self.records) and now - self.opened_at >= window_seconds
